"""Block Kit's rules: blocks and views as a message, a modal or a home tab may have them."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from enum import StrEnum
from typing import Any, Final

from tests.standins.slack.element import IN_ACTIONS, IN_INPUT, element, fields, length, picture, text
from tests.standins.slack.shown import elements


class Where(StrEnum):
    """Where blocks are shown."""

    MESSAGE = "message"
    MODAL = "modal"
    HOME = "home"


SECTIONS: Final[Mapping[str, tuple[str, str]]] = {
    "section": ("", "text fields accessory expand"),
    "divider": ("", ""),
    "header": ("text", "level"),
    "context": ("elements", ""),
    "actions": ("elements", ""),
    "image": ("alt_text", "image_url slack_file title"),
    "input": ("label element", "hint optional dispatch_action"),
    "markdown": ("text", ""),
    "rich_text": ("elements", ""),
}
"""Blocks that a bot which posts pictures meets."""
NOT_IN: Final = {Where.MODAL: {"markdown"}, Where.HOME: {"markdown"}, Where.MESSAGE: set[str]()}
MOST: Final = {Where.MESSAGE: 50, Where.MODAL: 100, Where.HOME: 100}
VIEW_FIELDS: Final = {
    "modal": (
        "title blocks",
        "submit close private_metadata callback_id clear_on_close notify_on_close external_id submit_disabled",
    ),
    "home": ("blocks", "private_metadata callback_id external_id"),
}
VIEW_BYTES: Final = 250_000


def faults_of_blocks(blocks: Any, stage: Where) -> list[str]:
    """What Slack would say against these blocks, each with its place."""
    if not isinstance(blocks, list) or not all(isinstance(one, dict) for one in blocks):
        return ["blocks must be a list of objects [json-pointer:/blocks]"]
    if len(blocks) > MOST[stage]:
        return [f"no more than {MOST[stage]} items allowed [json-pointer:/blocks]"]
    found = [fault for index, block in enumerate(blocks) for fault in _block(block, f"/blocks/{index}", stage)]
    return found or list(_unique(blocks))


def faults_of_view(view: Any) -> list[str]:
    """What Slack would say against a modal or a home tab."""
    if not isinstance(view, dict) or view.get("type") not in VIEW_FIELDS:
        return ["view must be a modal or a home [json-pointer:/view]"]
    must, may = VIEW_FIELDS[view["type"]]
    found = list(fields(view, "/view", must, may))
    for name in ("title", "submit", "close"):
        if view.get(name) is not None:
            found += text(view[name], f"/view/{name}", most=24)
    for name, most in (("private_metadata", 3000), ("callback_id", 255), ("external_id", 255)):
        if view.get(name) is not None:
            found += length(view[name], f"/view/{name}", most, least=0)
    found += faults_of_blocks(view.get("blocks"), Where(view["type"]))
    if not found and view["type"] == "modal" and not view.get("submit"):
        found += ["a modal with inputs needs submit [json-pointer:/view]"] * _has_inputs(view["blocks"])
    return found


def too_large(view: Mapping[str, Any]) -> bool:
    return len(json.dumps(view)) > VIEW_BYTES


def _has_inputs(blocks: Sequence[Mapping[str, Any]]) -> bool:
    return any(block["type"] == "input" for block in blocks)


def _block(block: Mapping[str, Any], path: str, stage: Where) -> Iterator[str]:
    kind = str(block.get("type"))
    if kind not in SECTIONS or kind in NOT_IN[stage]:
        yield f"unsupported type: {kind} [json-pointer:{path}/type]"
        return
    must, may = SECTIONS[kind]
    yield from fields(block, path, must, f"{may} block_id")
    if "block_id" in block:
        yield from length(block["block_id"], f"{path}/block_id", 255)
    match kind:
        case "section":
            yield from _section(block, path)
        case "header":
            yield from text(block.get("text"), f"{path}/text", most=150)
        case "context":
            yield from _row(block, path, most=10)
        case "actions":
            yield from _row(block, path, most=25)
        case "image":
            yield from picture(block, path)
            if "title" in block:
                yield from text(block["title"], f"{path}/title", most=2000)
        case "input":
            yield from _input(block, path, stage)
        case "markdown":
            yield from length(block.get("text"), f"{path}/text", 12_000)
        case _:
            pass


def _section(block: Mapping[str, Any], path: str) -> Iterator[str]:
    if "text" not in block and not block.get("fields"):
        yield f"a section has text or fields [json-pointer:{path}]"
    if "text" in block:
        yield from text(block["text"], f"{path}/text", most=3000, mrkdwn=True)
    parts = block.get("fields", [])
    if len(parts) > 10:
        yield f"no more than 10 items allowed [json-pointer:{path}/fields]"
    for index, part in enumerate(parts):
        yield from text(part, f"{path}/fields/{index}", most=2000, mrkdwn=True)
    if "accessory" in block:
        yield from element(block["accessory"], f"{path}/accessory", IN_ACTIONS | {"image"})


def _row(block: Mapping[str, Any], path: str, *, most: int) -> Iterator[str]:
    parts = block.get("elements")
    if not isinstance(parts, list) or not 1 <= len(parts) <= most:
        yield f"must be 1 to {most} elements [json-pointer:{path}/elements]"
        return
    for index, part in enumerate(parts):
        at = f"{path}/elements/{index}"
        if block["type"] == "actions":
            yield from element(part, at, IN_ACTIONS)
        elif isinstance(part, dict) and part.get("type") == "image":
            yield from element(part, at, frozenset({"image"}))
        else:
            yield from text(part, at, most=3000, mrkdwn=True)


def _input(block: Mapping[str, Any], path: str, stage: Where) -> Iterator[str]:
    allowed = IN_INPUT if stage is Where.MODAL else IN_INPUT - {"file_input"}
    yield from text(block.get("label"), f"{path}/label", most=2000)
    if "hint" in block:
        yield from text(block["hint"], f"{path}/hint", most=2000)
    yield from element(block.get("element"), f"{path}/element", allowed)


def _unique(blocks: list[dict[str, Any]]) -> Iterator[str]:
    named = [block["block_id"] for block in blocks if "block_id" in block]
    actions = [part["action_id"] for _, part in elements(blocks) if "action_id" in part]
    for name, ids in (("block_id", named), ("action_id", actions)):
        yield from (f"{name} `{one}` is there more than once" for one in sorted(set(ids)) if ids.count(one) > 1)
