"""What people can't do to the house: wear it out, slow it down, or fill its memory."""

from __future__ import annotations

import asyncio
import io
import re
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest
from PIL import Image

from adapters.slack import reception
from bot import images
from tests.house import png
from tests.wire.living import census, soon
from tests.wire.slack_door import Life, opened

OURS = re.compile(r"(adapters|slack_bolt|slack_sdk|aiohttp|_?asyncio)\b")


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
    photos = [here.slack.file(here.ada, f"{number}.png", png(64, 48 + number)) for number in range(20)]
    words = f"{here.me} upscale"
    said = [await here.slack.say(here.ada, here.art, words, files=[each], wait=False) for each in photos]
    await here.slack.all_settled(each.delivered[0] for each in said)
    assert all(each.delivered[0].acked for each in said)
    assert len(here.slack.host.fetched) == 8
    gate.set()
    await here.slack.until(lambda: len(here.slack.host.fetched) == 20)


async def test_a_small_file_of_a_huge_picture_is_not_unpacked(here: Life) -> None:
    bomb = io.BytesIO()
    Image.new("1", (9_000, 9_000)).save(bomb, "PNG")
    photo = here.slack.file(here.ada, "bomb.png", bomb.getvalue())
    await here.slack.say(here.ada, here.art, f"{here.me} upscale", files=[photo])
    await here.whispered(here.ada, "9000 × 9000")
    assert here.orders == []


async def test_what_was_answered_is_not_kept_in_memory(here: Life) -> None:
    shown = await here.painted()

    async def busy(rounds: int) -> None:
        for number in range(rounds):
            await here.slack.slash(here.ada, here.art, "imagine", "help")
            await here.slack.slash(here.ada, here.art, "imagine", f"a fox --steps {900 + number}")
            await here.slack.press_raw(here.bob, shown, "v1:again:old")
            await here.slack.say(here.ada, here.art, f"{here.me} help")
            await here.slack.say(here.ada, here.team.dm(here.ada), "help")
            await here.slack.open_home(here.bob)
            form = (await here.slack.slash(here.ada, here.art, "imagine")).form
            await here.slack.close(here.ada, form)

    await busy(10)
    before = census(OURS)
    await busy(30)
    assert {kind: count for kind, count in (census(OURS) - before).items() if count > 20} == {}


async def test_of_a_flood_as_many_are_answered_at_once_as_may_be(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(reception, "FIRST_ANSWER_S", 0.5)
    async with opened(tmp_path, at_once=16) as here:
        slack = here.slack
        await slack.say(here.ada, here.art, f"{here.me} help")  # who she is, is known now
        already = len(slack.asked("chat.postEphemeral"))
        gate = slack.hold("chat.postEphemeral", times=None)
        said = [await slack.say(here.ada, here.art, f"{here.me} help", wait=False) for _ in range(500)]
        await slack.all_settled(each.delivered[0] for each in said)
        assert all(each.delivered[0].acked for each in said)
        assert all((each.delivered[0].acked_after_s or 0.0) < 3 for each in said)
        assert len(slack.asked("chat.postEphemeral")) - already == 16
        assert len(await here.home.desk.held("slack")) == 500
        gate.open.set()
        slack.heal()
        await slack.until(lambda: len(slack.ephemerals(here.ada, here.art)) == 501)

        async def let_go() -> bool:
            return not await here.home.desk.held("slack")

        await soon(let_go)


async def test_a_crowd_beyond_all_bounds_is_left_to_slack_to_deliver_again(
    here: Life, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(reception, "FIRST_ANSWER_S", 0.2)
    monkeypatch.setattr(reception, "CROWD", 20)
    slack = here.slack
    gate = slack.hold("chat.postEphemeral", times=None)
    said = [await slack.say(here.ada, here.art, f"{here.me} help", wait=False) for _ in range(30)]
    taken = [each.delivered[0] for each in said]
    await slack.until(lambda: sum(each.acked for each in taken) == 20)
    gate.open.set()
    slack.heal()
    await slack.until(lambda: len(slack.ephemerals(here.ada, here.art)) == 20)
    here.later(seconds=4)  # longer than Slack waits
    await slack.all_settled(taken)
    assert all(each.acked for each in taken)
    await slack.until(lambda: len(slack.ephemerals(here.ada, here.art)) == 30)


async def test_a_flood_of_mentions_keeps_no_command_waiting(here: Life) -> None:
    gate = here.slack.hold("chat.postEphemeral", times=None)
    said = [await here.slack.say(here.ada, here.art, f"{here.me} help", wait=False) for _ in range(100)]
    asked = await here.slack.slash(here.bob, here.art, "imagine", "help")
    assert asked.ephemeral
    assert (asked.acked_after_s or 0.0) < 1
    pressed = await here.slack.slash(here.bob, here.art, "imagine")
    assert pressed.form.fields
    gate.open.set()
    here.slack.heal()
    await here.slack.all_settled(each.delivered[0] for each in said)
    await here.slack.until(lambda: len(here.slack.ephemerals(here.ada, here.art)) == 100)


async def test_a_flood_of_commands_that_wait_for_a_file_keeps_no_other_waiting(here: Life) -> None:
    gate = here.slack.hold("files.list", times=None)
    forms = [await here.slack.slash(here.ada, here.art, "upscale", wait=False) for _ in range(8)]
    asked = await here.slack.slash(here.bob, here.art, "imagine", "help")
    assert (asked.acked_after_s or 0.0) < 1
    gate.open.set()
    here.slack.heal()
    await here.slack.all_settled(forms)
