from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable

import pytest
from aiohttp import web

from bot.chat.fetcher import Fetcher
from bot.errors import FileTooLargeError, PictureUnreachableError

HOSTS = ("files.platform.test",)
LIMIT = 1000

Serve = Callable[[Callable[[web.Request], Awaitable[web.StreamResponse]]], Awaitable[str]]


@pytest.fixture
async def serve() -> AsyncIterator[Serve]:
    runners: list[web.AppRunner] = []

    async def open_(handler: Callable[[web.Request], Awaitable[web.StreamResponse]]) -> str:
        app = web.Application()
        app.router.add_get("/{name}", handler)
        runner = web.AppRunner(app, shutdown_timeout=0.1)
        await runner.setup()
        await web.TCPSite(runner, "127.0.0.1", 0).start()
        runners.append(runner)
        return f"127.0.0.1:{runner.addresses[0][1]}"

    yield open_
    for runner in runners:
        await runner.cleanup()


@pytest.fixture
async def fetcher() -> AsyncIterator[Fetcher]:
    fetcher = Fetcher(HOSTS, ["127.0.0.1"], limit_bytes=LIMIT)
    yield fetcher
    await fetcher.close()


def body(content: bytes, **headers: str) -> Callable[[web.Request], Awaitable[web.StreamResponse]]:
    async def handle(request: web.Request) -> web.StreamResponse:
        return web.Response(body=content, headers=headers)

    return handle


async def test_a_file_comes_whole(serve: Serve, fetcher: Fetcher) -> None:
    host = await serve(body(b"x" * LIMIT))
    assert await fetcher.fetch(f"http://{host}/a.png", size_bytes=LIMIT) == b"x" * LIMIT


@pytest.mark.parametrize(
    "address",
    [
        "http://files.platform.test/a.png",
        "https://files.platform.test:8443/a.png",
        "https://files.platform.test@127.0.0.2/a.png",
        "https://me@files.platform.test/a.png",
        "https://files.platform.test.example/a.png",
        "https://evil.example/files.platform.test/a.png",
        "https://127.0.0.2/a.png",
        "file:///etc/passwd",
        "ftp://127.0.0.1/a.png",
        "//files.platform.test/a.png",
        "http://[::1/a.png",
        "",
    ],
)
async def test_other_addresses_are_not_asked(fetcher: Fetcher, address: str) -> None:
    with pytest.raises(PictureUnreachableError):
        await fetcher.fetch(address)


async def test_an_added_host_may_name_its_port(serve: Serve) -> None:
    host = await serve(body(b"x"))
    exact = Fetcher(HOSTS, [host])
    other = Fetcher(HOSTS, ["127.0.0.1:1"])
    assert await exact.fetch(f"http://{host}/a.png") == b"x"
    with pytest.raises(PictureUnreachableError):
        await other.fetch(f"http://{host}/a.png")
    await exact.close()


async def test_a_redirect_is_not_followed(serve: Serve, fetcher: Fetcher) -> None:
    async def elsewhere(request: web.Request) -> web.StreamResponse:
        assert request.match_info["name"] == "a.png"
        raise web.HTTPFound("/b.png")

    host = await serve(elsewhere)
    with pytest.raises(PictureUnreachableError):
        await fetcher.fetch(f"http://{host}/a.png")


async def test_a_file_that_says_it_is_too_large_is_not_asked_for(fetcher: Fetcher) -> None:
    with pytest.raises(FileTooLargeError) as refused:
        await fetcher.fetch("http://127.0.0.1:9/a.png", size_bytes=LIMIT + 1)
    assert refused.value.facts == {"size_bytes": LIMIT + 1, "limit_bytes": LIMIT}


async def test_a_host_that_says_more_than_the_platform_did_is_not_read(serve: Serve, fetcher: Fetcher) -> None:
    host = await serve(body(b"x" * (LIMIT + 1)))
    with pytest.raises(FileTooLargeError) as refused:
        await fetcher.fetch(f"http://{host}/a.png", size_bytes=5)
    assert refused.value.facts["size_bytes"] == LIMIT + 1


async def test_a_body_without_end_is_left_at_the_limit(serve: Serve, fetcher: Fetcher) -> None:
    left = asyncio.Event()

    async def pour(request: web.Request) -> web.StreamResponse:
        response = web.StreamResponse()
        await response.prepare(request)
        try:
            while True:
                await response.write(b"x" * 100)
                await asyncio.sleep(0)
        finally:
            left.set()

    host = await serve(pour)
    with pytest.raises(FileTooLargeError) as refused:
        await fetcher.fetch(f"http://{host}/a.png")
    assert refused.value.facts["size_bytes"] is None
    async with asyncio.timeout(5):
        await left.wait()


async def test_a_body_that_ends_early_is_no_picture(serve: Serve, fetcher: Fetcher) -> None:
    async def short(request: web.Request) -> web.StreamResponse:
        response = web.StreamResponse(headers={"Content-Length": "500"})
        await response.prepare(request)
        await response.write(b"x" * 100)
        assert request.transport is not None
        request.transport.close()
        return response

    host = await serve(short)
    with pytest.raises(PictureUnreachableError):
        await fetcher.fetch(f"http://{host}/a.png")


async def test_packed_bytes_are_not_unpacked_past_the_limit(serve: Serve, fetcher: Fetcher) -> None:
    packed = b"\x1f\x8b" + b"not unpacked"
    host = await serve(body(packed, **{"Content-Encoding": "gzip"}))
    assert await fetcher.fetch(f"http://{host}/a.png") == packed


@pytest.mark.parametrize("status", [403, 404, 500])
async def test_a_link_that_lapsed_is_told_as_unreachable(serve: Serve, fetcher: Fetcher, status: int) -> None:
    async def gone(request: web.Request) -> web.StreamResponse:
        return web.Response(status=status)

    host = await serve(gone)
    with pytest.raises(PictureUnreachableError):
        await fetcher.fetch(f"http://{host}/a.png")


async def test_a_token_goes_along_as_a_bearers(serve: Serve, fetcher: Fetcher) -> None:
    seen = []

    async def remember(request: web.Request) -> web.StreamResponse:
        seen.append(request.headers.get("Authorization"))
        return web.Response(body=b"x")

    host = await serve(remember)
    await fetcher.fetch(f"http://{host}/a.png", token="xoxb-1")
    await fetcher.fetch(f"http://{host}/a.png")
    assert seen == ["Bearer xoxb-1", None]


async def test_a_page_for_logging_in_is_no_picture(serve: Serve, fetcher: Fetcher) -> None:
    host = await serve(body(b"<!doctype html>", **{"Content-Type": "text/html; charset=utf-8"}))
    with pytest.raises(PictureUnreachableError):
        await fetcher.fetch(f"http://{host}/a.png", token="xoxb-1")


async def test_a_fetcher_that_fetched_nothing_closes_without_a_fuss() -> None:
    await Fetcher(HOSTS).close()
