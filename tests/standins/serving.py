"""How a platform hands out people's files: well, or badly in the ways that a reader must bear."""

from __future__ import annotations

import asyncio
from enum import StrEnum
from typing import Final, Protocol

from aiohttp import web

DRIP_S: Final = 0.02


class Serving(StrEnum):
    """How the host of a file behaves."""

    WHOLE = "whole"
    SLOW = "slow"
    """A byte now and then for as long as the client stays."""
    LATE = "late"
    """Whole, once the host's `late` is set."""
    ENDLESS = "endless"
    SHORT = "short"
    """Promises more in Content-Length than it sends, then hangs up."""
    ELSEWHERE = "elsewhere"
    """Redirects to the stand-in's /elsewhere, which notes who came."""
    GONE = "gone"
    PAGE = "page"
    """An HTML page with status 200."""


class Stored(Protocol):
    """A file as a host has it."""

    content: bytes
    serving: Serving

    @property
    def facts(self) -> tuple[str, int | None, int | None]:
        """Content type, width and height in pixels."""


async def serve(
    request: web.Request, file: Stored, *, late: asyncio.Event, elsewhere: str, page: str
) -> web.StreamResponse:
    """The file as it is to be served. elsewhere: the address to redirect to; page: the HTML that Serving.PAGE is."""
    kind = file.facts[0]
    match file.serving:
        case Serving.GONE:
            return web.Response(status=404, text="gone")
        case Serving.SLOW | Serving.ENDLESS:
            return await _pour(request, file, kind)
        case Serving.SHORT:
            return await _cut(request, file, kind)
        case Serving.ELSEWHERE:
            return web.Response(status=302, headers={"Location": elsewhere})
        case Serving.PAGE:
            return web.Response(text=page, content_type="text/html")
        case Serving.LATE:
            await late.wait()
            return web.Response(body=file.content, content_type=kind)
        case Serving.WHOLE:
            return web.Response(body=file.content, content_type=kind)


async def _pour(request: web.Request, file: Stored, kind: str) -> web.StreamResponse:
    """The start of the file, then a drop now and then, or a flood, for as long as the client stays."""
    response = web.StreamResponse(headers={"Content-Type": kind})
    await response.prepare(request)
    slow = file.serving is Serving.SLOW
    try:
        await response.write(file.content[:64])
        while request.transport is not None and not request.transport.is_closing():
            await response.write(b"\0" if slow else bytes(256 * 1024))
            await asyncio.sleep(DRIP_S if slow else 0)
    except ConnectionError:
        pass
    return response


async def _cut(request: web.Request, file: Stored, kind: str) -> web.StreamResponse:
    response = web.StreamResponse(headers={"Content-Type": kind, "Content-Length": str(2 * len(file.content))})
    await response.prepare(request)
    await response.write(file.content)
    if request.transport is not None:
        request.transport.close()
    return response
