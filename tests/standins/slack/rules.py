"""How Slack refuses, and what it checks of a method's arguments before anything else."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from typing import Any, Final

from tests.standins import spec

DOCUMENT: Final = "slack-web-methods-2026.json"
APP_METHODS: Final = frozenset({"apps.connections.open"})
"""Methods that take the app's own token instead of a bot's."""
OPEN_METHODS: Final = frozenset({"oauth.v2.access"})
"""Methods that take no token."""
BY_KIND: Final = {
    "public": "channels",
    "private": "groups",
    "dm": "im",
    "group": "mpim",
}
"""The first half of the scope that a channel's kind needs."""


class RefusedError(Exception):
    """`messages` say more; `fault` means that a well-made client would not have sent this."""

    def __init__(self, error: str, *messages: str, fault: bool = False, **more: Any) -> None:
        super().__init__(error)
        self.error = error
        self.messages = messages
        self.fault = fault
        self.more = more

    def body(self) -> dict[str, Any]:
        told: dict[str, Any] = {"ok": False, "error": self.error, **self.more}
        if self.messages:
            told["response_metadata"] = {"messages": [f"[ERROR] {one}" for one in self.messages]}
        if self.error == "invalid_blocks":
            told["errors"] = list(self.messages)
        return told


def missing_scope(needed: str, provided: tuple[str, ...]) -> RefusedError:
    return RefusedError("missing_scope", needed=needed, provided=",".join(provided))


def invalid_blocks(*messages: str, fault: bool = True) -> RefusedError:
    return RefusedError("invalid_blocks", *messages, fault=fault)


def invalid_arguments(*messages: str) -> RefusedError:
    return RefusedError("invalid_arguments", *messages, fault=True)


def decoded(methods: spec.Methods | None, method: str, args: Mapping[str, str]) -> dict[str, Any]:
    """A form's or query's texts as the values they stand for: JSON where the argument has an inner shape."""
    told: dict[str, Any] = {}
    for name, text in args.items():
        kinds = methods.kinds(method, name) if methods else frozenset()
        told[name] = _decoded(text, kinds, name)
    return told


def _decoded(text: Any, kinds: frozenset[str], name: str) -> Any:
    if not isinstance(text, str):
        return text
    if name in STRUCTURED or kinds & {"array", "object"}:
        try:
            return json.loads(text)
        except ValueError:
            return [one.strip() for one in text.split(",")] if "array" in kinds else text
    if kinds == {"boolean"} and text.lower() in ("0", "1", "true", "false"):
        return text.lower() in ("1", "true")
    if kinds and kinds <= {"integer", "number"} and text.lstrip("-").isdigit():
        return int(text)
    return text


ANYWHERE: Final = frozenset({"team_id"})
"""Told with every method by a client made for one workspace of an organisation, as Bolt makes them all."""
STRUCTURED: Final = frozenset({"attachments", "blocks", "files", "metadata", "prompts", "view"})
"""Arguments with an inner shape; in a form they are JSON."""


def check_arguments(methods: spec.Methods, method: str, args: Mapping[str, Any]) -> None:
    """Names, presence and plain types. Raises RefusedError."""
    strange = [name for name in args if name not in ANYWHERE and not methods.takes(method, name)]
    if strange:
        raise RefusedError("invalid_arg_name", *(f"no such argument: {name}" for name in strange), fault=True)
    complaints = list(_complaints(methods, method, args))
    if complaints:
        raise invalid_arguments(*complaints)


def _complaints(methods: spec.Methods, method: str, args: Mapping[str, Any]) -> Iterator[str]:
    for name in methods.required(method):
        empty = name == "status" and name in args  # an empty status clears it
        if name != "token" and not empty and args.get(name) in (None, ""):
            yield f"missing required field: {name}"
    for name, value in args.items():
        kinds = methods.kinds(method, name)
        if value is None or not kinds or name in STRUCTURED:
            continue
        if not any(_is(value, kind) for kind in kinds):
            yield f"{name}: must be {' or '.join(sorted(kinds))}, is {type(value).__name__}"


def _is(value: Any, kind: str) -> bool:
    match kind:
        case "string":
            return isinstance(value, str)
        case "boolean":
            return isinstance(value, bool)
        case "integer":
            return isinstance(value, int) and not isinstance(value, bool)
        case "number":
            return isinstance(value, int | float) and not isinstance(value, bool)
        case "array":
            return isinstance(value, list)
        case "object":
            return isinstance(value, dict)
        case _:
            return True
