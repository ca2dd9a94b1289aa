"""Nothing twice and nothing lost: events delivered again, answers that get lost, limits, a Discord that stumbles."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from adapters.discord import messenger
from tests.standins.discord import USUAL, Permission, Scope, Stage
from tests.wire.discord_door import Life, atelier, hurry, living, opened
from tests.wire.living import soon

TOO_LATE_MIN = 16


@pytest.fixture(autouse=True)
def _at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    hurry(monkeypatch)


@pytest.fixture
async def here(tmp_path: Path) -> AsyncIterator[Life]:
    async with opened(tmp_path) as life:
        yield life


async def bought(life: Life) -> int:
    """Jobs in the book; what was taken back is none."""
    return len([one for one in await life.home.store.jobs() if not one.deleted and one.status.value != "cancelled"])


async def test_an_interaction_delivered_twice_is_one_job_one_purchase_one_message(here: Life) -> None:
    discord = here.discord
    done = here.holding()
    asked = await discord.slash(here.ada, here.art, "imagine", prompt="a fox", wait=False)
    await discord.redeliver(asked)
    await discord.until(lambda: asked.first)
    await discord.redeliver(asked)
    done.set()
    await here.picture(here.art)
    await discord.redeliver(asked)
    listed = await discord.slash(here.ada, here.art, "jobs")  # whatever came of it is over by now
    assert listed.ephemeral
    assert len(here.orders) == 1
    assert len(await here.home.store.jobs()) == 1
    assert here.public() == [asked.message]
    assert len(discord.asked("/callback")) == 2  # the picture's, and that of /jobs


async def test_an_interaction_delivered_again_after_a_restart_is_known(tmp_path: Path) -> None:
    async with atelier() as here:
        discord = here.discord
        async with living(here, tmp_path) as first:
            asked = await discord.slash(here.ada, here.art, "imagine", prompt="a fox")
            await first.picture(here.art)
            await first.told()
        async with living(here, tmp_path) as second:
            await discord.redeliver(asked)
            await discord.slash(here.ada, here.art, "jobs")
            assert second.orders == []
            assert here.public() == [asked.message]


async def test_a_mention_delivered_twice_is_one_job_also_after_a_restart(tmp_path: Path) -> None:
    async with atelier() as here:
        discord = here.discord
        async with living(here, tmp_path) as first:
            said = await discord.say(here.ada, here.art, f"{discord.bot.mention} a fox")
            await discord.redeliver(said)
            shown = await first.picture(here.art)
            await first.told()
            assert len(first.orders) == 1
        async with living(here, tmp_path) as second:
            await discord.redeliver(said)
            await discord.slash(here.ada, here.art, "jobs")
            assert second.orders == []
            assert here.public() == [shown]


async def test_two_processes_with_one_token_buy_each_picture_once(tmp_path: Path) -> None:
    (tmp_path / "a").mkdir()
    (tmp_path / "b").mkdir()
    async with atelier() as here:
        discord = here.discord
        async with living(here, tmp_path / "a") as one, living(here, tmp_path / "b") as other:
            asks = [
                await discord.slash(here.ada, here.art, "imagine", prompt=f"picture {number}") for number in range(4)
            ]
            await discord.until(lambda: sum(bool(message.pictures) for message in discord.messages(here.art)) == 4)

            async def once() -> bool:
                return await bought(one) + await bought(other) == 4

            await soon(once)
            assert len(one.orders) + len(other.orders) == 4
            assert discord.messages(here.art) == [asked.message for asked in asks]
            for life in (one, other):
                assert (await life.home.store.ledger_sum()).open_cents == 0


@pytest.mark.parametrize("fault", ["hang up", "500"])
async def test_a_first_answer_whose_own_answer_is_lost_is_found_again(here: Life, fault: str) -> None:
    discord = here.discord
    done = here.holding()
    if fault == "500":
        discord.fail("/callback", status=500, stage=Stage.AFTER)
    else:
        discord.hang_up("/callback", stage=Stage.AFTER)
    asked = await discord.slash(here.ada, here.art, "imagine", prompt="a fox")
    done.set()
    shown = await here.picture(here.art)
    await here.told()
    assert shown is asked.message
    assert discord.messages(here.art) == [shown]
    assert len(here.orders) == 1


@pytest.mark.parametrize("stays", [True, False])
async def test_an_answer_that_nobody_could_confirm_is_found_by_its_result(here: Life, stays: bool) -> None:
    discord = here.discord
    discord.hang_up("/callback", stage=Stage.AFTER)
    discord.fail("GET /webhooks", status=503, times=2)
    if not stays:
        discord.fail("PATCH /webhooks", status=400, code=30046)  # edited too often
    asked = await discord.slash(here.ada, here.art, "imagine", prompt="a fox")
    shown = await here.picture(here.art)
    assert not (await here.told()).untold
    assert (shown is asked.message) == stays
    assert discord.messages(here.art) == [shown]
    assert len(here.orders) == 1


async def test_a_first_answer_that_never_arrived_is_given_again(here: Life) -> None:
    discord = here.discord
    done = here.holding()
    discord.hang_up("/callback", stage=Stage.BEFORE)  # as a line that had been idle for too long
    asked = await discord.slash(here.ada, here.art, "imagine", prompt="a fox")
    done.set()
    shown = await here.picture(here.art)
    assert shown is asked.message
    assert discord.messages(here.art) == [shown]


async def test_a_limit_that_would_last_for_minutes_is_not_sat_out(here: Life, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(messenger, "CALL_S", 0.2)
    discord = here.discord
    done = here.holding()
    asked = await discord.slash(here.ada, here.art, "imagine", prompt="a fox")
    await discord.until(lambda: asked.message and asked.message.edits)
    discord.throttle("PATCH /webhooks", retry_after_s=600)
    done.set()
    assert await here.picture(here.art) is asked.message


@pytest.mark.parametrize("fault", ["hang up", "500"])
async def test_an_own_message_whose_answer_is_lost_is_not_posted_twice(here: Life, fault: str) -> None:
    discord = here.discord
    done = here.holding()
    await discord.slash(here.ada, here.art, "imagine", prompt="a fox")
    here.later(minutes=TOO_LATE_MIN)
    if fault == "hang up":
        discord.hang_up("POST /channels", stage=Stage.AFTER)
    else:
        discord.fail("POST /channels", status=int(fault), stage=Stage.AFTER)
    done.set()
    shown = await here.picture(here.art)
    assert not (await here.told()).untold
    assert discord.messages(here.art) == [shown]
    assert len(discord.asked("POST /channels/{channel_id}/messages")) == 2


@pytest.mark.parametrize(("scope", "via"), [*((scope, True) for scope in Scope), (Scope.USER, False)])
@pytest.mark.parametrize("route", ["PATCH /webhooks", "POST /channels"])
async def test_a_limit_neither_loses_nor_doubles_a_result(here: Life, scope: Scope, via: bool, route: str) -> None:
    discord = here.discord
    done = here.holding()
    asked = await discord.slash(here.ada, here.art, "imagine", prompt="a fox")
    if route.startswith("POST"):
        here.later(minutes=TOO_LATE_MIN)
    discord.throttle(route, scope=scope, via=via, times=2)
    done.set()
    shown = await here.picture(here.art)
    assert not (await here.told()).untold
    assert discord.messages(here.art) == [shown]
    assert (shown is asked.message) == route.startswith("PATCH")


@pytest.mark.parametrize(
    ("route", "status"),
    [("PATCH /webhooks", 500), ("PATCH /webhooks", 503), ("POST /channels", 502), ("POST /channels", 503)],
)
async def test_a_stumbling_discord_neither_loses_nor_doubles_a_result(here: Life, route: str, status: int) -> None:
    discord = here.discord
    done = here.holding()
    await discord.slash(here.ada, here.art, "imagine", prompt="a fox")
    if route.startswith("POST"):
        here.later(minutes=TOO_LATE_MIN)
    discord.fail(route, status=status)
    done.set()
    shown = await here.picture(here.art)
    assert not (await here.told()).untold
    assert discord.messages(here.art) == [shown]


@pytest.mark.parametrize("status", [429, 503])
async def test_a_first_answer_that_discord_does_not_take_is_made_up_for(here: Life, status: int) -> None:
    discord = here.discord
    if status == 429:
        discord.throttle("/callback", via=False)
    else:
        discord.fail("/callback", status=503)
    await discord.slash(here.ada, here.art, "imagine", prompt="a fox", wait=False)
    shown = await here.picture(here.art)
    await here.told()
    assert discord.messages(here.art) == [shown]
    assert len(here.orders) == 1


async def test_an_answer_that_comes_too_late_is_the_bots_own_message(here: Life) -> None:
    discord = here.discord
    done = here.holding()
    discord.fail("/callback", status=404, code=10062)
    await discord.slash(here.ada, here.art, "imagine", prompt="a fox", wait=False)
    await discord.until(lambda: discord.messages(here.art))
    (announced,) = discord.messages(here.art)
    assert announced.interaction is None
    done.set()
    shown = await here.picture(here.art)
    assert shown is announced
    assert discord.messages(here.art) == [announced]


@pytest.mark.parametrize("why", ["private", "no permission"])
async def test_an_answer_that_comes_too_late_goes_to_the_person_where_the_channel_may_not_have_it(
    here: Life, why: str
) -> None:
    discord = here.discord
    if why == "no permission":
        await discord.permit(here.art, USUAL & ~Permission.SEND_MESSAGES)
    discord.fail("/callback", status=404, code=10062)
    await discord.slash(here.ada, here.art, "imagine", prompt="a fox", private=why == "private", wait=False)
    await here.picture(discord.dm(here.ada))
    assert discord.messages(here.art) == []


async def test_where_nobody_can_be_answered_nothing_is_bought(here: Life) -> None:
    discord = here.discord
    here.ada.dms_open = False
    discord.fail("/callback", status=404, code=10062, times=None)
    await discord.slash(here.ada, here.art, "imagine", prompt="a fox", private=True, wait=False)
    await discord.until(lambda: len(discord.asked("/callback")) == 2)  # the announcement, and why there is none

    async def taken_back() -> bool:
        return not await bought(here)

    await soon(taken_back)
    assert here.provider.orders == []
    assert (await here.home.store.ledger_sum()).open_cents == 0


async def test_several_at_once_neither_mix_nor_get_lost(here: Life) -> None:
    discord = here.discord
    asks = await asyncio.gather(
        *(discord.slash(here.ada, here.art, "imagine", prompt=f"picture {number}") for number in range(6))
    )
    await discord.until(lambda: all(message.pictures for message in discord.messages(here.art)))
    for number, asked in enumerate(asks):
        assert f"picture {number}" in asked.text
    assert len(discord.messages(here.art)) == 6
