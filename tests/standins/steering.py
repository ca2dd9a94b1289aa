"""How a platform's stand-in is steered over HTTP: what can be done there and what can be seen, each an address."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping, Sequence
from typing import Any, Protocol

from aiohttp import web

Act = Callable[[dict[str, Any]], Awaitable[Any]]
"""Takes what was asked, gives what is answered; both JSON."""


class Picture(Protocol):
    """A file that a message shows."""

    @property
    def name(self) -> str: ...

    @property
    def content(self) -> bytes: ...


class Message(Protocol):
    @property
    def pictures(self) -> Sequence[Picture]: ...


def steer(
    app: web.Application, *, acts: Mapping[str, Act], reads: Mapping[str, Act], message: Callable[[str], Message]
) -> None:
    """Serve POST /_control/<act>, GET /_control/<read>, and GET /_control/picture of the message with an id."""

    async def picture(request: web.Request) -> web.Response:
        for each in message(request.query["message"]).pictures:
            if each.name == request.query["name"]:
                return web.Response(body=each.content)
        return web.Response(status=404)

    for name, act in acts.items():
        app.router.add_post(f"/_control/{name}", _served(act))
    for name, read in reads.items():
        app.router.add_get(f"/_control/{name}", _served(read))
    app.router.add_get("/_control/picture", picture)


def _served(act: Act) -> Callable[[web.Request], Awaitable[web.Response]]:
    async def serve(request: web.Request) -> web.Response:
        asked = dict(request.query) if request.method == "GET" else await request.json()
        try:
            return web.json_response(await act(asked))
        except (LookupError, StopIteration, StopAsyncIteration, AssertionError, ValueError) as error:
            return web.json_response({"error": repr(error)}, status=400)

    return serve
