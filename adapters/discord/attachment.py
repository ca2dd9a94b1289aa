"""Pictures that people show on Discord: which there are in a message."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import PurePosixPath
from typing import Any, Final

import discord
from discord.components import (
    Component,
    Container,
    FileComponent,
    MediaGalleryComponent,
    SectionComponent,
    ThumbnailComponent,
)
from yarl import URL

HOSTS: Final = ("cdn.discordapp.com", "media.discordapp.net")
"""Discord's own: its store of attachments, and the one that shows them in other sizes."""
SUFFIXES: Final = (".png", ".jpg", ".jpeg", ".webp", ".gif")
"""What counts as a picture where nobody told the type; whether it is one shows in its bytes."""


@dataclass(frozen=True, slots=True)
class Attachment:
    """A file that Discord has and we don't. The url is signed: a secret for a day. size_bytes 0: nobody told."""

    url: str
    name: str = ""
    size_bytes: int = 0
    spoiler: bool = False

    def __repr__(self) -> str:
        return f"Attachment({self.size_bytes} bytes)"

    @classmethod
    def of(cls, file: discord.Attachment) -> Attachment:
        return cls(file.url, file.filename, file.size, file.is_spoiler())


def pictures_in(message: discord.Message) -> tuple[Attachment, ...]:
    """Each picture that a message shows, once: attached, forwarded, in a gallery, or in an embed of Discord's hosts."""
    found: dict[str, Attachment] = {}
    told: list[discord.Message | discord.MessageSnapshot] = [message, *message.message_snapshots]
    for each in told:
        for picture in (*_attached(each), *_in_components(each.components), *_in_embeds(each.embeds)):
            found.setdefault(URL(picture.url).path, picture)  # the signature differs from place to place
    return tuple(found.values())


def covered(message: discord.Message) -> bool:
    """Whether the message hides a picture until it is clicked; what is made of it is hidden, too."""
    return any(picture.spoiler for picture in pictures_in(message))


def _attached(message: discord.Message | discord.MessageSnapshot) -> Iterator[Attachment]:
    for file in message.attachments:
        if _is_picture(file.content_type, file.filename):
            yield Attachment.of(file)


def _in_components(components: Sequence[Any]) -> Iterator[Attachment]:
    for component in components:
        yield from _in_component(component)


def _in_component(component: Component) -> Iterator[Attachment]:
    match component:
        case Container():
            yield from _in_components(component.children)
        case SectionComponent():
            yield from _in_component(component.accessory)
        case MediaGalleryComponent():
            for item in component.items:
                yield from _medium(item.media, spoiler=item.spoiler)
        case ThumbnailComponent() | FileComponent():
            yield from _medium(component.media, spoiler=component.spoiler)
        case _:  # words, buttons, and what a later Discord adds
            pass


def _medium(media: discord.UnfurledMediaItem, *, spoiler: bool) -> Iterator[Attachment]:
    """Links to elsewhere are left out: only Discord's hosts would be asked for them."""
    ours = _on_discord(media.url) or media.attachment_id is not None
    if ours and _is_picture(media.content_type, URL(media.url).path):
        yield Attachment(media.url, spoiler=spoiler)


def _in_embeds(embeds: Sequence[discord.Embed]) -> Iterator[Attachment]:
    for embed in embeds:
        for shown in (embed.image, embed.thumbnail):
            address = next((each for each in (shown.url, shown.proxy_url) if each and _on_discord(each)), None)
            if address is not None:
                yield Attachment(address)


def _on_discord(address: str) -> bool:
    try:
        return (URL(address).host or "") in HOSTS
    except ValueError:
        return False


def _is_picture(kind: str | None, name: str) -> bool:
    """By the type that Discord tells, else by its name."""
    return kind.startswith("image/") if kind else PurePosixPath(name).suffix.lower() in SUFFIXES
