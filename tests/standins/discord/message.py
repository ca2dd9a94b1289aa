"""A message and its files, as they stand and as people see them."""

from __future__ import annotations

import io
import itertools
import mimetypes
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import IntFlag
from typing import TYPE_CHECKING, Any

from PIL import Image, UnidentifiedImageError

from tests.standins.serving import Serving

if TYPE_CHECKING:
    from tests.standins.discord.interaction import Interaction
    from tests.standins.discord.world import Channel, Person


class Flag(IntFlag):
    """A message's flags."""

    SUPPRESS_EMBEDS = 1 << 2
    EPHEMERAL = 1 << 6
    LOADING = 1 << 7
    SUPPRESS_NOTIFICATIONS = 1 << 12
    COMPONENTS_V2 = 1 << 15


@dataclass(eq=False, slots=True, kw_only=True)
class File:
    """An attachment. `description` is its alt text."""

    id: int
    name: str
    content: bytes = field(repr=False)
    description: str | None = None
    ephemeral: bool = False
    channel_id: int = 0
    serving: Serving = Serving.WHOLE
    told_size: int | None = None
    """What Discord says of its size, where that is not the truth; in bytes."""
    _facts: tuple[str, int | None, int | None] | None = None

    @property
    def size(self) -> int:
        return len(self.content)

    @property
    def spoiler(self) -> bool:
        return self.name.startswith("SPOILER_")

    @property
    def facts(self) -> tuple[str, int | None, int | None]:
        """Content type by the name's ending, width and height in pixels where it is a picture."""
        if self._facts is None:
            kind = mimetypes.guess_type(self.name)[0] or "application/octet-stream"
            width = height = None
            if kind.startswith("image/"):
                try:
                    with Image.open(io.BytesIO(self.content)) as picture:
                        width, height = picture.size
                except (UnidentifiedImageError, OSError, ValueError):
                    kind = "application/octet-stream"
            self._facts = (kind, width, height)
        return self._facts


@dataclass(frozen=True, slots=True, kw_only=True)
class Button:
    """A button as people see it."""

    label: str
    custom_id: str
    disabled: bool
    style: int
    url: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Select:
    """A menu of choices; options are value -> label."""

    custom_id: str
    options: Mapping[str, str]
    placeholder: str
    disabled: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Picture:
    """A file that a message shows, with the alt text and spoiler it is shown with."""

    name: str
    alt: str
    spoiler: bool
    content: bytes = field(repr=False)

    @property
    def size(self) -> int:
        return len(self.content)


@dataclass(eq=False, slots=True, kw_only=True)
class Message:
    """A message as it stands now; `text`, `pictures` and `buttons` are what people see of it.

    edits are the moments of its edits, history its texts before each of them.
    """

    id: int
    channel: Channel = field(repr=False)
    author: Person = field(repr=False)
    at: datetime
    content: str = ""
    embeds: list[dict[str, Any]] = field(default_factory=list, repr=False)
    components: list[dict[str, Any]] = field(default_factory=list, repr=False)
    files: list[File] = field(default_factory=list)
    flags: int = 0
    reply_to: Message | None = field(default=None, repr=False)
    pings: bool = True
    """Whether a reply mentions the author of what it replies to."""
    interaction: Interaction | None = field(default=None, repr=False)
    viewer: Person | None = field(default=None, repr=False)
    """The only one who sees it, where it is ephemeral."""
    nonce: str | None = None
    allowed_mentions: dict[str, Any] | None = field(default=None, repr=False)
    edits: list[datetime] = field(default_factory=list)
    history: list[str] = field(default_factory=list)
    deleted: bool = False

    @property
    def ephemeral(self) -> bool:
        return bool(self.flags & Flag.EPHEMERAL)

    @property
    def thinking(self) -> bool:
        return bool(self.flags & Flag.LOADING)

    @property
    def components_v2(self) -> bool:
        return bool(self.flags & Flag.COMPONENTS_V2)

    @property
    def text(self) -> str:
        """Content, embeds and text displays, a line each."""
        lines: list[str | None] = [self.content]
        for embed in self.embeds:
            lines += [embed.get("title"), embed.get("description")]
            for one in embed.get("fields") or ():
                lines.append(f"{one['name']}: {one['value']}")
            lines.append((embed.get("footer") or {}).get("text"))
        lines += [part["content"] for part in walk(self.components) if part["type"] == 10]
        return "\n".join(line for line in lines if line)

    @property
    def pictures(self) -> list[Picture]:
        """What is shown: in a components message only the files that a component names."""
        shown = []
        by_url = {f"attachment://{file.name}": file for file in self.files}
        named = set()
        for part in walk(self.components):
            for item in media(part):
                url = (item.get("media") or item.get("file") or {}).get("url", "")
                if file := by_url.get(url):
                    named.add(file.name)
                    alt = item.get("description") or file.description or ""
                    spoiler = bool(item.get("spoiler")) or file.spoiler
                    shown.append(Picture(name=file.name, alt=alt, spoiler=spoiler, content=file.content))
        if not self.components_v2:
            shown += [
                Picture(name=file.name, alt=file.description or "", spoiler=file.spoiler, content=file.content)
                for file in self.files
                if file.name not in named
            ]
        return shown

    @property
    def buttons(self) -> list[Button]:
        return [
            Button(
                label=part.get("label") or "",
                custom_id=part.get("custom_id") or "",
                disabled=bool(part.get("disabled")),
                style=part["style"],
                url=part.get("url") or "",
            )
            for part in walk(self.components)
            if part["type"] == 2
        ]

    @property
    def selects(self) -> list[Select]:
        return [
            Select(
                custom_id=part["custom_id"],
                options={option["value"]: option["label"] for option in part.get("options") or ()},
                placeholder=part.get("placeholder") or "",
                disabled=bool(part.get("disabled")),
            )
            for part in walk(self.components)
            if part["type"] in (3, 5, 6, 7, 8)
        ]

    def button(self, named: str) -> Button:
        """The one whose label or custom_id that is. Raises LookupError naming those there are."""
        for button in self.buttons:
            if named in (button.label, button.custom_id):
                return button
        raise LookupError(f"no button {named!r} among {[(b.label, b.custom_id) for b in self.buttons]}")

    def named_files(self) -> set[int]:
        """Ids of files that a component or embed shows; Discord leaves these out of `attachments`."""
        names = {
            url.removeprefix("attachment://")
            for url in itertools.chain(
                (
                    (item.get("media") or item.get("file") or {}).get("url", "")
                    for part in walk(self.components)
                    for item in media(part)
                ),
                (
                    (embed.get(spot) or {}).get("url", "")
                    for embed in self.embeds
                    for spot in ("image", "thumbnail", "author", "footer")
                ),
            )
        }
        return {file.id for file in self.files if file.name in names}


def walk(components: list[dict[str, Any]]) -> Iterator[dict[str, Any]]:
    """Every component, outermost first."""
    for part in components:
        yield part
        yield from walk(part.get("components") or [])
        for spot in ("accessory", "component"):
            if part.get(spot):
                yield from walk([part[spot]])


def media(part: Mapping[str, Any]) -> list[dict[str, Any]]:
    """The parts of a component that show a file: gallery items, a thumbnail, a file."""
    match part["type"]:
        case 12:
            return list(part.get("items") or ())
        case 11 | 13:
            return [dict(part)]
        case _:
            return []


def clean_name(name: str) -> str:
    """A file's name as Discord keeps it."""
    return re.sub(r"[^\w.\-]", "_", name) or "unknown"
