"""Pictures that people show on Discord: which there are in a message, and their bytes from hosts that we trust."""

from __future__ import annotations

import asyncio
from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass
from pathlib import PurePosixPath
from typing import Any, Final

import aiohttp
import discord
import structlog
from discord.components import (
    Component,
    Container,
    FileComponent,
    MediaGalleryComponent,
    SectionComponent,
    ThumbnailComponent,
)
from yarl import URL

from bot.desk import UPLOAD_BYTES
from bot.errors import FileTooLargeError, PictureUnreachableError

log = structlog.get_logger(__name__)

HOSTS: Final = ("cdn.discordapp.com", "media.discordapp.net")
"""Discord's own: its store of attachments, and the one that shows them in other sizes."""
SUFFIXES: Final = (".png", ".jpg", ".jpeg", ".webp", ".gif")
"""What counts as a picture where nobody told the type; whether it is one shows in its bytes."""
FETCH_S: Final = 30.0
"""For a whole file: 10 MiB over 3 Mbit/s."""
CONNECT_S: Final = 5.0
CHUNK_BYTES: Final = 64 * 1024


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


class Fetcher:
    """Fetches what Discord's own hosts have, and those that the operator adds as "host" or "host:port"."""

    def __init__(self, more_hosts: Collection[str] = (), *, limit_bytes: int = UPLOAD_BYTES) -> None:
        self._more_hosts = frozenset(host.lower() for host in more_hosts)
        self._limit_bytes = limit_bytes
        self._session: aiohttp.ClientSession | None = None

    async def fetch(self, attachment: Attachment) -> bytes:
        """The whole file. Raises FileTooLargeError, PictureUnreachableError; follows no redirect."""
        if attachment.size_bytes > self._limit_bytes:
            raise FileTooLargeError(size_bytes=attachment.size_bytes, limit_bytes=self._limit_bytes)
        url = self._trusted(attachment.url)
        try:
            async with asyncio.timeout(FETCH_S):
                return await self._read(url)
        except (aiohttp.ClientError, TimeoutError, OSError) as error:
            log.info("picture not fetched", host=url.host, error=type(error).__name__)
            raise PictureUnreachableError from error

    async def close(self) -> None:
        if self._session is not None:
            await self._session.close()

    def _trusted(self, address: str) -> URL:
        """The address, where it is one that we may ask. Raises PictureUnreachableError."""
        try:
            url = URL(address)
            host, port = (url.host or "").lower(), url.port
        except ValueError as error:
            raise PictureUnreachableError from error
        added = not self._more_hosts.isdisjoint({host, f"{host}:{port}"})
        discords = host in HOSTS and url.scheme == "https" and url.is_default_port()
        if url.user is not None or not (discords or (added and url.scheme in ("https", "http"))):
            log.warning("picture from a host that is not allowed", host=host)
            raise PictureUnreachableError
        return url

    async def _read(self, url: URL) -> bytes:
        async with self._opened().get(url, allow_redirects=False, headers={"Accept-Encoding": "identity"}) as answer:
            if answer.status != 200:
                log.info("picture not handed over", host=url.host, status=answer.status)
                raise PictureUnreachableError
            if (answer.content_length or 0) > self._limit_bytes:
                raise FileTooLargeError(size_bytes=answer.content_length, limit_bytes=self._limit_bytes)
            content = bytearray()
            async for chunk in answer.content.iter_chunked(CHUNK_BYTES):
                content += chunk
                if len(content) > self._limit_bytes:
                    raise FileTooLargeError(size_bytes=None, limit_bytes=self._limit_bytes)
            return bytes(content)

    def _opened(self) -> aiohttp.ClientSession:
        """One session for all; a picture needs no cookies, and packed bytes would slip past the limit."""
        if self._session is None:
            self._session = aiohttp.ClientSession(
                auto_decompress=False,
                cookie_jar=aiohttp.DummyCookieJar(),
                timeout=aiohttp.ClientTimeout(total=None, sock_connect=CONNECT_S),
                trust_env=True,
            )
        return self._session


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
