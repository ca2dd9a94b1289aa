"""Modals and home tabs, as they stand and as people fill them in."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Final

from tests.standins.slack.shown import Picture, Surface, elements, initial_options, options_of
from tests.standins.slack.world import Person, Workspace

STACK: Final = 3
"""How many modals may lie on each other."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Field:
    """An input as people see it. kind is the element's type, such as "plain_text_input" or "file_input"."""

    block_id: str
    action_id: str
    kind: str
    label: str = ""
    hint: str = ""
    value: str = ""
    """What it is filled with."""
    required: bool = True
    options: Mapping[str, str] = field(default_factory=dict)
    chosen: tuple[str, ...] = ()
    """Values of the options that are on at first."""
    element: dict[str, Any] = field(default_factory=dict, repr=False)


@dataclass(eq=False, slots=True, kw_only=True)
class View(Surface):
    """A modal or a home tab. `errors` are what its last submission was told, by block id."""

    id: str
    kind: str
    person: Person = field(repr=False)
    workspace: Workspace = field(repr=False)
    blocks: list[dict[str, Any]] = field(default_factory=list, repr=False)
    title: str = ""
    submit: str = ""
    close: str = ""
    callback_id: str = ""
    private_metadata: str = ""
    external_id: str = ""
    notify_on_close: bool = False
    clear_on_close: bool = False
    hash: str = ""
    root: str = ""
    previous: str | None = None
    closed: bool = False
    errors: dict[str, str] = field(default_factory=dict)
    updates: int = 0

    @property
    def text(self) -> str:
        """Title and all that can be read in its blocks."""
        return "\n".join(part for part in (self.title, self.text_of_blocks) if part)

    @property
    def pictures(self) -> list[Picture]:
        return self.pictures_of(self.workspace.files)

    @property
    def fields(self) -> list[Field]:
        return [
            Field(
                block_id=block["block_id"],
                action_id=part["action_id"],
                kind=part["type"],
                label=block.get("label", {}).get("text", "") or block.get("text", {}).get("text", ""),
                hint=block.get("hint", {}).get("text", ""),
                value=str(part.get("initial_value", "")),
                required=block["type"] == "input" and not block.get("optional", False),
                options={one["value"]: one["text"]["text"] for one in options_of(part)},
                chosen=tuple(one["value"] for one in initial_options(part)),
                element=part,
            )
            for block, part in elements(self.blocks)
            if part["type"] != "button"
        ]

    def field(self, named: str) -> Field:
        """The one whose block id, action id or label that is. Raises LookupError naming those there are."""
        for one in self.fields:
            if named in (one.block_id, one.action_id, one.label):
                return one
        raise LookupError(f"no field {named!r} among {[(f.block_id, f.action_id, f.label) for f in self.fields]}")

    def write(self, given: Mapping[str, Any], *, digest: str) -> None:
        """Become what a views.* call gave."""
        self.blocks = given["blocks"]
        self.title = given.get("title", {}).get("text", "")
        self.submit = (given.get("submit") or {}).get("text", "")
        self.close = (given.get("close") or {}).get("text", "")
        self.callback_id = given.get("callback_id") or ""
        self.private_metadata = given.get("private_metadata") or ""
        self.external_id = given.get("external_id") or ""
        self.notify_on_close = bool(given.get("notify_on_close"))
        self.clear_on_close = bool(given.get("clear_on_close"))
        self.hash = digest
        self.errors = {}
