"""Blocks as people see them: what can be read, looked at and pressed, in a message as in a view."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Final

if TYPE_CHECKING:
    from tests.standins.slack.message import File

SELECTS: Final = frozenset({"static_select", "multi_static_select", "overflow", "radio_buttons", "checkboxes"})


@dataclass(frozen=True, slots=True, kw_only=True)
class Button:
    """A button as people see it."""

    label: str
    action_id: str
    block_id: str
    value: str
    style: str = ""
    url: str = ""
    confirm: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Select:
    """A choice; options are value -> label, chosen are values that are on at first."""

    kind: str
    action_id: str
    block_id: str
    options: Mapping[str, str]
    chosen: tuple[str, ...] = ()
    placeholder: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Picture:
    """A picture as it is shown; `url` where it comes from elsewhere, and then the stand-in has no bytes of it."""

    name: str
    alt: str
    content: bytes = field(default=b"", repr=False)
    url: str = ""
    file: File | None = field(default=None, repr=False)

    @property
    def size(self) -> int:
        return len(self.content)


class Surface:
    """What has blocks."""

    __slots__ = ()
    blocks: list[dict[str, Any]]

    @property
    def text_of_blocks(self) -> str:
        """Every text that can be read, a line each; labels of buttons are not among them."""
        return "\n".join(line for block in self.blocks for line in _lines(block) if line)

    @property
    def markup(self) -> list[str]:
        """The texts of its blocks in which markup counts."""
        return [one["text"] for block in self.blocks for one in texts_in(block) if one["type"] == "mrkdwn"] + [
            block["text"] for block in self.blocks if block["type"] == "markdown"
        ]

    @property
    def buttons(self) -> list[Button]:
        return [
            Button(
                label=part["text"]["text"],
                action_id=part.get("action_id", ""),
                block_id=block.get("block_id", ""),
                value=part.get("value", ""),
                style=part.get("style", ""),
                url=part.get("url", ""),
                confirm="confirm" in part,
            )
            for block, part in elements(self.blocks)
            if part["type"] == "button"
        ]

    @property
    def selects(self) -> list[Select]:
        return [
            Select(
                kind=part["type"],
                action_id=part.get("action_id", ""),
                block_id=block.get("block_id", ""),
                options={one["value"]: one["text"]["text"] for one in options_of(part)},
                chosen=tuple(one["value"] for one in initial_options(part)),
                placeholder=part.get("placeholder", {}).get("text", ""),
            )
            for block, part in elements(self.blocks)
            if part["type"] in SELECTS
        ]

    def pictures_of(self, files: Mapping[str, File]) -> list[Picture]:
        """What its image blocks and image elements show; files are those of its workspace."""
        shown = []
        for block in self.blocks:
            parts = [block, *block.get("elements", ()), block.get("accessory") or {}]
            for part in parts:
                if part.get("type") != "image":
                    continue
                alt = part.get("alt_text", "")
                if "image_url" in part:
                    shown.append(Picture(name=part["image_url"].rpartition("/")[2], alt=alt, url=part["image_url"]))
                elif (file := files.get(part["slack_file"].get("id", ""))) and not file.deleted:
                    shown.append(Picture(name=file.name, alt=alt, content=file.content, file=file))
        return shown

    def button(self, named: str) -> Button:
        """The one whose label or action id that is. Raises LookupError naming those there are."""
        for button in self.buttons:
            if named in (button.label, button.action_id):
                return button
        raise LookupError(f"no button {named!r} among {[(one.label, one.action_id) for one in self.buttons]}")


def elements(blocks: list[dict[str, Any]]) -> Iterator[tuple[dict[str, Any], dict[str, Any]]]:
    """Every interactive element with the block that holds it."""
    for block in blocks:
        inner = block.get("elements") if block["type"] == "actions" else ()
        parts = list(inner) if isinstance(inner, list | tuple) else []
        parts += [block.get(spot) for spot in ("accessory", "element")]
        yield from ((block, part) for part in parts if isinstance(part, dict) and part.get("type") != "image")


def options_of(element: Mapping[str, Any]) -> list[dict[str, Any]]:
    grouped = [one for group in element.get("option_groups") or () for one in group["options"]]
    return list(element.get("options") or ()) + grouped


def initial_options(element: Mapping[str, Any]) -> list[dict[str, Any]]:
    one = element.get("initial_option")
    return [one] if one else list(element.get("initial_options") or ())


def texts_in(block: Mapping[str, Any]) -> Iterator[dict[str, Any]]:
    """Text objects that are read in a block, in order."""
    for spot in ("title", "text", "label"):
        if isinstance(block.get(spot), dict):
            yield block[spot]
    yield from block.get("fields") or ()
    if block["type"] == "context":
        yield from (one for one in block["elements"] if one["type"] in ("plain_text", "mrkdwn"))
    if isinstance(block.get("hint"), dict):
        yield block["hint"]


def _lines(block: Mapping[str, Any]) -> Iterator[str]:
    if block["type"] == "markdown":
        yield block["text"]
    elif block["type"] == "rich_text":
        yield from (_rich(part) for part in block["elements"])
    else:
        yield from (one["text"] for one in texts_in(block))


def _rich(part: Mapping[str, Any]) -> str:
    inner = "".join(_rich(one) for one in part.get("elements") or ())
    return inner or str(part.get("text") or part.get("url") or "")
