"""The CDN of the Discord stand-in: links that lapse, files that never end."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator

import aiohttp
import pytest
import yarl

from tests.standins.discord import Serving
from tests.wire.discording import House, opened
from tests.wire.providing import png


@pytest.fixture
async def house(monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[House]:
    async with opened(monkeypatch) as house:
        yield house


async def test_a_link_is_signed_and_lapses_by_the_clock(house: House) -> None:
    content = png(8, 8)
    file = house.discord.attachment("cat.png", content)
    link = house.discord.link(file)
    async with aiohttp.ClientSession() as session:

        async def status(url: str) -> int:
            async with session.get(yarl.URL(url, encoded=True)) as answer:
                return answer.status

        async with session.get(link) as answer:
            assert await answer.read() == content
            assert answer.content_type == "image/png"
        assert await status(link.replace("hm=", "hm=0")) == 404
        await house.clock.advance(25 * 3600)
        assert await status(link) == 404
        assert await status(house.discord.link(file)) == 200


async def _to_the_end(stream: aiohttp.StreamReader) -> None:
    while await stream.readany():
        pass


@pytest.mark.parametrize("serving", [Serving.SLOW, Serving.ENDLESS, Serving.SHORT])
async def test_a_bad_cdn_gives_bytes_but_no_end(house: House, serving: Serving) -> None:
    file = house.discord.attachment("cat.png", png(8, 8), serving=serving)
    async with aiohttp.ClientSession() as session, session.get(house.discord.link(file)) as answer:
        assert await answer.content.readexactly(8) == file.content[:8]
        with pytest.raises((TimeoutError, aiohttp.ClientPayloadError)):
            await asyncio.wait_for(_to_the_end(answer.content), 0.2)


async def test_a_cdn_that_redirects_notes_who_follows(house: House) -> None:
    file = house.discord.attachment("cat.png", png(8, 8), serving=Serving.ELSEWHERE)
    async with aiohttp.ClientSession() as session:
        async with session.get(house.discord.link(file), allow_redirects=False) as answer:
            assert answer.status == 302
        assert house.discord.cdn.strayed == 0
        async with session.get(house.discord.link(file)):
            assert house.discord.cdn.strayed == 1
