"""People's pictures from a platform's file hosts: only from those, and no more bytes than can be used."""

from __future__ import annotations

import asyncio
from collections.abc import Collection
from typing import Final

import aiohttp
import structlog
from yarl import URL

from bot.desk import UPLOAD_BYTES
from bot.errors import FileTooLargeError, PictureUnreachableError

log = structlog.get_logger(__name__)

FETCH_S: Final = 30.0
"""For a whole file: 10 MiB over 3 Mbit/s."""
CONNECT_S: Final = 5.0
CHUNK_BYTES: Final = 64 * 1024


class Fetcher:
    """Fetches what the platform's own hosts have, and those that the operator adds as "host" or "host:port"."""

    def __init__(
        self, hosts: Collection[str], more_hosts: Collection[str] = (), *, limit_bytes: int = UPLOAD_BYTES
    ) -> None:
        self._hosts = frozenset(hosts)
        self._more_hosts = frozenset(host.lower() for host in more_hosts)
        self._limit_bytes = limit_bytes
        self._session: aiohttp.ClientSession | None = None

    async def fetch(self, address: str, *, size_bytes: int = 0, token: str = "") -> bytes:
        """The whole file, of which the platform says that it has size_bytes (0: it does not say).

        token is sent along as a bearer's; no redirect is followed. Raises FileTooLargeError, PictureUnreachableError.
        """
        if size_bytes > self._limit_bytes:
            raise FileTooLargeError(size_bytes=size_bytes, limit_bytes=self._limit_bytes)
        url = self._trusted(address)
        try:
            async with asyncio.timeout(FETCH_S):
                return await self._read(url, token)
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
        theirs = host in self._hosts and url.scheme == "https" and url.is_default_port()
        if url.user is not None or not (theirs or (added and url.scheme in ("https", "http"))):
            log.warning("picture from a host that is not allowed", host=host)
            raise PictureUnreachableError
        return url

    async def _read(self, url: URL, token: str) -> bytes:
        headers = {"Accept-Encoding": "identity"} | ({"Authorization": f"Bearer {token}"} if token else {})
        async with self._opened().get(url, allow_redirects=False, headers=headers) as answer:
            # A platform that does not know us shows its page for logging in, and calls that a success.
            if answer.status != 200 or answer.content_type == "text/html":
                log.info("picture not handed over", host=url.host, status=answer.status, kind=answer.content_type)
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
