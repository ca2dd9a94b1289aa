"""What people can't do to the house: wear it out, slow it down, or fill its memory."""

from __future__ import annotations

import asyncio
import io
import re
from collections.abc import AsyncIterator
from contextlib import suppress
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from PIL import Image

from adapters.discord import reception
from bot import images
from bot.store import Store
from tests.house import PAINTER, png
from tests.standins.discord import acting
from tests.wire.discord_door import Life, opened
from tests.wire.living import census

OURS = re.compile(r"(adapters|discord|aiohttp|_?asyncio)\b")


@pytest.fixture
async def here(tmp_path: Path) -> AsyncIterator[Life]:
    async with opened(tmp_path) as life:
        yield life


async def test_uploads_wait_as_links_and_not_as_bytes(here: Life, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(reception, "FIRST_ANSWER_S", 0.3)  # none is kept that soon
    gate = asyncio.Event()
    admit = images.admit

    async def slow(picture: bytes, **limits: Any) -> images.Admitted:
        await gate.wait()
        return await admit(picture, **limits)

    monkeypatch.setattr(images, "admit", slow)
    photos = [here.discord.attachment(f"{number}.png", png(64, 48 + number)) for number in range(20)]
    asked = [await here.discord.slash(here.ada, here.art, "upscale", image=each, wait=False) for each in photos]
    await here.discord.until(lambda: all(each.first for each in asked) and len(here.discord.cdn.fetched) >= 8)
    assert len(here.discord.cdn.fetched) == 8
    gate.set()
    await here.discord.until(lambda: len(here.discord.cdn.fetched) == 20)


async def test_of_more_pictures_than_any_model_takes_none_is_fetched(here: Life) -> None:
    here.provider.offers = (replace(PAINTER, references=3), *here.provider.offers[1:])
    form = await here.discord.slash(here.ada, here.art, "imagine")
    here.provider.offers = (PAINTER, *here.provider.offers[1:])
    photos = [here.discord.attachment(f"{number}.png", png()) for number in range(3)]
    sent = await here.discord.submit(here.ada, form, {"prompt": "a fox", "pictures": photos})
    assert sent.answer.ephemeral
    assert "0–1" in sent.text
    assert here.discord.cdn.fetched == []


async def test_a_small_file_of_a_huge_picture_is_not_unpacked(here: Life) -> None:
    bomb = io.BytesIO()
    Image.new("1", (9_000, 9_000)).save(bomb, "PNG")
    photo = here.discord.attachment("bomb.png", bomb.getvalue())
    asked = await here.discord.slash(here.ada, here.art, "upscale", image=photo)
    assert asked.answer.ephemeral
    assert "9000 × 9000" in asked.text
    assert here.orders == []


async def test_a_command_of_an_earlier_release_completes_nothing(here: Life, monkeypatch: pytest.MonkeyPatch) -> None:
    style = {"type": 3, "name": "style", "description": "x", "autocomplete": True}
    old = {"name": "paint", "description": "x", "type": 1, "options": [style]}
    here.discord.register([*here.discord.commands(), old])
    monkeypatch.setattr(acting, "PATIENCE_S", 0.3)
    with suppress(AssertionError):
        await here.discord.autocomplete(here.ada, here.art, "paint", "style", "x")
    monkeypatch.undo()
    asked = await here.discord.slash(here.ada, here.art, "paint", style="x")
    assert "another version of me" in asked.text
    assert [each for each in here.discord.requests if (each.status or 0) >= 400] == []


async def test_what_was_answered_is_not_kept_in_memory(here: Life) -> None:
    shown = await here.painted()

    async def busy(rounds: int) -> None:
        for _ in range(rounds):
            for command in ("help", "about", "jobs", "imagine"):
                await here.discord.slash(here.ada, here.art, command)
            await here.discord.press(here.bob, shown, "Edit prompt")
            await here.discord.press_raw(here.bob, shown, "old")
            await here.discord.autocomplete(here.ada, here.art, "imagine", "model", "b")
            await here.replies(await here.discord.say(here.ada, here.art, f"{here.me} help"))

    await busy(10)
    before = census(OURS)
    await busy(30)
    assert {kind: count for kind, count in (census(OURS) - before).items() if count > 20} == {}


async def test_a_flood_of_mentions_keeps_no_command_waiting(here: Life) -> None:
    gate = here.discord.hold("POST /channels", times=None)
    said = [await here.discord.say(here.ada, here.art, f"{here.me} help") for _ in range(100)]
    asked = await here.discord.slash(here.bob, here.art, "help")
    assert asked.answered_at - asked.asked_at < 1
    gate.open.set()
    here.discord.heal()
    for each in said:
        await here.replies(each)


async def test_a_house_too_slow_for_the_first_answer_still_tells_each_in_their_way(
    here: Life, monkeypatch: pytest.MonkeyPatch
) -> None:
    accept = Store.accept

    async def late(store: Store, *args: Any, **more: Any) -> int:
        here.later(seconds=5)
        return await accept(store, *args, **more)

    monkeypatch.setattr(Store, "accept", late)
    for private, where in ((False, here.art), (True, here.discord.dm(here.ada))):
        await here.discord.slash(here.ada, here.art, "imagine", prompt="a fox", private=private, wait=False)
        await here.picture(where)
    assert len(here.orders) == 2
    assert len(here.public()) == 1
