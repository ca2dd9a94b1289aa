"""An S3 on this machine: moto keeps the buckets, and a front before it can be told to get answers wrong."""

from __future__ import annotations

import asyncio
import io
import logging
import secrets
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Final

import aiohttp
from aiohttp import web
from moto.server import ThreadedMotoServer

KEYS: Final = {"AWS_ACCESS_KEY_ID": "an-access-key-id", "AWS_SECRET_ACCESS_KEY": "a-secret-access-key"}
REGION: Final = "us-east-1"
CHUNK: Final = 64 * 1024


class Mood(StrEnum):
    """How the storage answers from now on."""

    WELL = "well"
    RESET = "reset"
    """It hangs up on everybody."""
    SILENT = "silent"
    """It takes the request and never answers."""
    BROKEN = "broken"
    """500 with a page."""
    SHUT = "shut"
    """403, as for a wrong key."""
    NO_BUCKET = "no-bucket"
    CUT = "cut"
    """Objects end after half of their bytes."""


@dataclass
class Seen:
    """A request as the storage got it."""

    method: str
    path: str
    headers: dict[str, str]


@dataclass
class StandInBucket:
    """One empty bucket of its own. `url` is what store.pictures_url would be."""

    moto: str
    name: str
    front: str = ""
    mood: Mood = Mood.WELL
    seen: list[Seen] = field(default_factory=list)
    came: asyncio.Event = field(default_factory=asyncio.Event)
    over: asyncio.Event = field(default_factory=asyncio.Event)

    @property
    def url(self) -> str:
        return f"s3://{self.name}/pictures?endpoint_url={self.front}&region={REGION}"

    async def puts(self, count: int = 1) -> None:
        """Until so many pictures have been brought, well or badly."""
        while sum(each.method == "PUT" and "/check-" not in each.path for each in self.seen) < count:
            self.came.clear()
            await self.came.wait()

    async def objects(self) -> dict[str, bytes]:
        """By key, as they lie there."""
        listed = (await self.call("GET", "?list-type=2")).decode()
        keys = [part.partition("</Key>")[0] for part in listed.split("<Key>")[1:]]
        return {key: await self.call("GET", f"/{key}") for key in keys}

    async def damage(self, key: str, content: bytes | None) -> None:
        """Put something else in its place, or nothing."""
        await self.call("DELETE" if content is None else "PUT", f"/{key}", content)

    async def publish(self) -> None:
        """Let everybody read all of it, as a careless policy does."""
        policy = (
            '{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Principal":"*","Action":"s3:GetObject",'
            f'"Resource":"arn:aws:s3:::{self.name}/*"}}]}}'
        )
        await self.call("PUT", "?policy", policy.encode())

    async def call(self, method: str, what: str = "", content: bytes | None = None) -> bytes:
        """Ask the server behind the front, as whoever owns the bucket."""
        scope = f"{KEYS['AWS_ACCESS_KEY_ID']}/20261121/{REGION}/s3/aws4_request"
        # It looks who asks, and not whether the signature is right.
        headers = {"Authorization": f"AWS4-HMAC-SHA256 Credential={scope}, SignedHeaders=host, Signature=0"}
        async with (
            aiohttp.ClientSession(self.moto, headers=headers) as session,
            session.request(method, f"/{self.name}{what}", data=content) as answer,
        ):
            answer.raise_for_status()
            return await answer.read()


@contextmanager
def moto() -> Iterator[str]:
    """The address of a server that keeps buckets in memory."""
    logging.getLogger("werkzeug").setLevel(logging.ERROR)
    server = ThreadedMotoServer(ip_address="127.0.0.1", port=0, verbose=False)
    server.start()
    try:
        host, port = server.get_host_and_port()
        yield f"http://{host}:{port}"
    finally:
        server.stop()


@asynccontextmanager
async def bucket(moto: str) -> AsyncIterator[StandInBucket]:
    made = StandInBucket(moto, f"bucket-{secrets.token_hex(6)}")
    await made.call("PUT")
    async with aiohttp.ClientSession(auto_decompress=False) as session:

        async def answer(request: web.Request) -> web.StreamResponse:
            return await _answer(made, session, request)

        app = web.Application(client_max_size=1 << 30)
        app.router.add_route("*", "/{path:.*}", answer)
        runner = web.AppRunner(app, access_log=None, shutdown_timeout=1)
        await runner.setup()
        site = web.TCPSite(runner, "127.0.0.1", 0)
        await site.start()
        made.front = f"http://127.0.0.1:{runner.addresses[0][1]}"
        try:
            yield made
        finally:
            made.over.set()
            await runner.cleanup()


async def _answer(made: StandInBucket, session: aiohttp.ClientSession, request: web.Request) -> web.StreamResponse:
    made.seen.append(Seen(request.method, request.path, dict(request.headers)))
    made.came.set()
    match made.mood:
        case Mood.RESET:
            assert request.transport is not None
            request.transport.abort()
            return web.Response()
        case Mood.SILENT:
            await made.over.wait()
            return web.Response()
        case Mood.BROKEN:
            return web.Response(status=500, text="<html>Internal Server Error</html>", content_type="text/html")
        case Mood.SHUT:
            return _refused(403, "InvalidAccessKeyId")
        case Mood.NO_BUCKET:
            return _refused(404, "NoSuchBucket")
        case Mood.WELL | Mood.CUT:
            return await _pass(made, session, request)


async def _pass(made: StandInBucket, session: aiohttp.ClientSession, request: web.Request) -> web.StreamResponse:
    headers = {name: value for name, value in request.headers.items() if name.lower() != "transfer-encoding"}
    target = f"{made.moto}{request.raw_path}"
    body = io.BytesIO(await request.read())
    async with session.request(request.method, target, data=body, headers=headers, allow_redirects=False) as told:
        content = await told.read()
        kept = {name: value for name, value in told.headers.items() if name not in ("Connection", "Date", "Server")}
        if made.mood is Mood.WELL or request.method != "GET":
            if request.method == "HEAD":
                return web.Response(status=told.status, headers=kept)
            kept.pop("Content-Length", None)
            return web.Response(status=told.status, headers=kept, body=content)
        response = web.StreamResponse(status=told.status, headers=kept)
        await response.prepare(request)
        await response.write(content[: len(content) // 2])
        assert request.transport is not None
        request.transport.abort()
        return response


def _refused(status: int, code: str) -> web.Response:
    text = f'<?xml version="1.0" encoding="UTF-8"?><Error><Code>{code}</Code><Message>No.</Message></Error>'
    return web.Response(status=status, text=text, content_type="application/xml")
