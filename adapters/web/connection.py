"""One connection: bytes that are no HTTP never reach a handler, and yet are answered as all refusals are."""

from __future__ import annotations

import asyncio
from typing import Any

import structlog
from aiohttp import web

log = structlog.get_logger(__name__)


class Connection(web.RequestHandler):
    """The server library's own, but its refusals are JSON, and what strangers send wrong fills no log with traces."""

    __slots__ = ("_unreadable",)

    def __init__(self, server: web.Server, *, loop: asyncio.AbstractEventLoop, unreadable: str) -> None:
        super().__init__(server, loop=loop, access_log=None)  # type: ignore[arg-type]  # None, as the runner gives it
        self._unreadable = unreadable

    def log_exception(self, *args: Any, **kw: Any) -> None:
        """A body that is not what it says was answered; that its rest can't be read either is no fault of ours."""
        if isinstance(kw.get("exc_info"), web.RequestPayloadError):
            log.info("request unreadable", error="RequestPayloadError")
        else:
            super().log_exception(*args, **kw)

    def handle_error(
        self,
        request: web.BaseRequest,
        status: int = 500,
        exc: BaseException | None = None,
        message: str | None = None,
    ) -> web.StreamResponse:
        """The answer to what could not be read: a sentence that quotes nothing of it. It ends the connection."""
        if status < 500:
            log.info("request unreadable", error=type(exc).__name__)
        else:
            log.error("connection broke", exc_info=exc)
        if request.writer.output_size > 0:
            raise ConnectionResetError  # an answer had begun: nothing can be said any more
        response = web.json_response({"error": self._unreadable}, status=status)
        response.headers.update({"Cache-Control": "no-store", "X-Content-Type-Options": "nosniff"})
        response.force_close()
        return response


async def expected(request: web.Request) -> None:
    """Ask a client that waits for it to send its body on; other expectations are passed over, as HTTP allows."""
    if request.headers.get("Expect", "").lower() == "100-continue":
        await request.writer.write(b"HTTP/1.1 100 Continue\r\n\r\n")
        request.writer.output_size = 0  # what counts as begun is the answer alone
