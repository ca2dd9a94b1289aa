from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from types import SimpleNamespace
from typing import Any

import discord
import pytest
from aiohttp import web
from discord.components import _component_factory

from adapters.discord.attachment import Attachment, Fetcher, covered, pictures_in
from bot.errors import FileTooLargeError, PictureUnreachableError

CDN = "https://cdn.discordapp.com/attachments/1/2"
LIMIT = 1000

Serve = Callable[[Callable[[web.Request], Awaitable[web.StreamResponse]]], Awaitable[str]]


def attached(name: str = "cat.png", kind: str | None = "image/png", **more: Any) -> discord.Attachment:
    data = {"id": 1, "size": 5, "filename": name, "url": f"{CDN}/{name}?hm=1", "proxy_url": "", "content_type": kind}
    return discord.Attachment(data=data | more, state=SimpleNamespace(http=None))  # type: ignore[arg-type]


def message(**parts: Any) -> discord.Message:
    """Only what pictures_in reads of one."""
    empty: dict[str, Any] = {"attachments": [], "components": [], "embeds": [], "message_snapshots": []}
    return SimpleNamespace(**empty | parts)  # type: ignore[return-value]


def components(*data: dict[str, Any]) -> list[Any]:
    return [_component_factory(each, None) for each in data]  # type: ignore[arg-type]


def names(found: discord.Message) -> list[str]:
    return [picture.url.partition("?")[0].rpartition("/")[2] for picture in pictures_in(found)]


def test_files_that_are_pictures_are_found_by_type_or_name() -> None:
    files = [
        attached("a.png"),
        attached("b.webp", None),
        attached("c.mp4", "video/mp4"),
        attached("d.txt", None),
        attached("e.JPG", None),
    ]
    assert names(message(attachments=files)) == ["a.png", "b.webp", "e.JPG"]


def test_forwarded_pictures_count() -> None:
    assert names(message(message_snapshots=[message(attachments=[attached("a.png")])])) == ["a.png"]


def test_pictures_in_boxes_galleries_and_sections_are_found_once() -> None:
    gallery = {
        "type": 12,
        "items": [
            {"media": {"url": f"{CDN}/a.png?hm=2", "content_type": "image/png", "attachment_id": "9"}, "spoiler": True},
            {"media": {"url": "https://elsewhere.example/b.png", "content_type": "image/png"}},
        ],
    }
    section = {
        "type": 9,
        "components": [{"type": 10, "content": "words"}],
        "accessory": {"type": 11, "media": {"url": f"{CDN}/c.webp"}},
    }
    box = {"type": 17, "components": [gallery, section, {"type": 14}]}
    found = message(attachments=[attached("d.png")], components=components(box))
    assert names(found) == ["d.png", "a.png", "c.webp"]
    assert covered(found)
    twice = message(attachments=[attached("a.png")], components=components(box))
    assert names(twice) == ["a.png", "c.webp"]


def test_embeds_count_where_discord_has_the_picture_itself() -> None:
    ours = discord.Embed().set_image(url=f"{CDN}/a.png")
    theirs = discord.Embed().set_thumbnail(url="https://elsewhere.example/b.png")
    shown = discord.Embed.from_dict(
        {"image": {"url": "https://elsewhere.example/c.png", "proxy_url": "https://media.discordapp.net/c.png"}}
    )
    assert names(message(embeds=[ours, theirs, shown])) == ["a.png", "c.png"]


def test_a_spoiler_is_remembered() -> None:
    assert covered(message(attachments=[attached("SPOILER_a.png")]))
    assert not covered(message(attachments=[attached("a.png")]))


def test_a_link_is_not_written_out() -> None:
    assert "hm=" not in repr(Attachment(f"{CDN}/a.png?hm=secret"))


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
    fetcher = Fetcher(["127.0.0.1"], limit_bytes=LIMIT)
    yield fetcher
    await fetcher.close()


def body(content: bytes, **headers: str) -> Callable[[web.Request], Awaitable[web.StreamResponse]]:
    async def handle(request: web.Request) -> web.StreamResponse:
        return web.Response(body=content, headers=headers)

    return handle


async def test_a_file_comes_whole(serve: Serve, fetcher: Fetcher) -> None:
    host = await serve(body(b"x" * LIMIT))
    assert await fetcher.fetch(Attachment(f"http://{host}/a.png", "a.png", LIMIT)) == b"x" * LIMIT


@pytest.mark.parametrize(
    "address",
    [
        "http://cdn.discordapp.com/a.png",
        "https://cdn.discordapp.com:8443/a.png",
        "https://cdn.discordapp.com@127.0.0.2/a.png",
        "https://me@cdn.discordapp.com/a.png",
        "https://cdn.discordapp.com.example/a.png",
        "https://evil.example/cdn.discordapp.com/a.png",
        "https://127.0.0.2/a.png",
        "file:///etc/passwd",
        "ftp://127.0.0.1/a.png",
        "//cdn.discordapp.com/a.png",
        "http://[::1/a.png",
        "",
    ],
)
async def test_other_addresses_are_not_asked(fetcher: Fetcher, address: str) -> None:
    with pytest.raises(PictureUnreachableError):
        await fetcher.fetch(Attachment(address))


async def test_an_added_host_may_name_its_port(serve: Serve) -> None:
    host = await serve(body(b"x"))
    exact = Fetcher([host])
    other = Fetcher(["127.0.0.1:1"])
    assert await exact.fetch(Attachment(f"http://{host}/a.png")) == b"x"
    with pytest.raises(PictureUnreachableError):
        await other.fetch(Attachment(f"http://{host}/a.png"))
    await exact.close()


async def test_a_redirect_is_not_followed(serve: Serve, fetcher: Fetcher) -> None:
    async def elsewhere(request: web.Request) -> web.StreamResponse:
        assert request.match_info["name"] == "a.png"
        raise web.HTTPFound("/b.png")

    host = await serve(elsewhere)
    with pytest.raises(PictureUnreachableError):
        await fetcher.fetch(Attachment(f"http://{host}/a.png"))


async def test_a_file_that_says_it_is_too_large_is_not_asked_for(fetcher: Fetcher) -> None:
    with pytest.raises(FileTooLargeError) as refused:
        await fetcher.fetch(Attachment("http://127.0.0.1:9/a.png", size_bytes=LIMIT + 1))
    assert refused.value.facts == {"size_bytes": LIMIT + 1, "limit_bytes": LIMIT}


async def test_a_host_that_says_more_than_discord_did_is_not_read(serve: Serve, fetcher: Fetcher) -> None:
    host = await serve(body(b"x" * (LIMIT + 1)))
    with pytest.raises(FileTooLargeError) as refused:
        await fetcher.fetch(Attachment(f"http://{host}/a.png", size_bytes=5))
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
        await fetcher.fetch(Attachment(f"http://{host}/a.png"))
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
        await fetcher.fetch(Attachment(f"http://{host}/a.png"))


async def test_packed_bytes_are_not_unpacked_past_the_limit(serve: Serve, fetcher: Fetcher) -> None:
    packed = b"\x1f\x8b" + b"not unpacked"
    host = await serve(body(packed, **{"Content-Encoding": "gzip"}))
    assert await fetcher.fetch(Attachment(f"http://{host}/a.png")) == packed


@pytest.mark.parametrize("status", [403, 404, 500])
async def test_a_link_that_lapsed_is_told_as_unreachable(serve: Serve, fetcher: Fetcher, status: int) -> None:
    async def gone(request: web.Request) -> web.StreamResponse:
        return web.Response(status=status)

    host = await serve(gone)
    with pytest.raises(PictureUnreachableError):
        await fetcher.fetch(Attachment(f"http://{host}/a.png"))


async def test_a_fetcher_that_fetched_nothing_closes_without_a_fuss() -> None:
    await Fetcher().close()
