"""Where a result goes when its announcement can't be edited: the bot's own message, a direct one, else kept."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from enum import StrEnum
from pathlib import Path
from typing import Any

import pytest

from adapters.discord.messenger import PACE_S
from bot.job import JobId, Moderated, Progress, Rendered, Status, Ticket
from bot.message import Person as HousePerson
from tests.standins.discord import USUAL, Discord, Interaction, Message, Permission
from tests.wire.discord_door import living, scene
from tests.wire.discord_studio import HastyClock, Studio, holding, refused, soon, studio, told

TOO_LATE_MIN = 16
CLOSED = USUAL & ~Permission.SEND_MESSAGES


@pytest.fixture
async def house(tmp_path: Path) -> AsyncIterator[Studio]:
    async with studio(tmp_path) as opened:
        yield opened


async def begun(house: Studio, **options: Any) -> tuple[Interaction, Message, asyncio.Event]:
    """A picture that is being painted, its announcement, and what lets it be finished."""
    done = holding(house.provider)
    asked = await house.discord.slash(house.here.ada, house.here.art, "imagine", prompt="a fox", **options)
    assert asked.message is not None
    message = asked.message
    await edited(house.discord, message)
    return asked, message, done


async def edited(discord: Discord, message: Message) -> None:
    """Wait until it says "painting"."""
    await discord.until(lambda: message.edits)


async def test_past_the_tokens_time_the_picture_comes_as_the_bots_own_message_once(house: Studio) -> None:
    _, announced, done = await begun(house)
    house.later(TOO_LATE_MIN)
    done.set()
    shown = await house.picture(house.here.art)
    await house.told()
    assert shown is not announced
    assert shown.interaction is None
    assert shown.reply_to in (None, announced)
    assert house.discord.messages(house.here.art) == [shown]
    assert refused(house.discord, 401) == []


async def test_progress_past_the_tokens_time_does_not_hammer_the_dead_token(tmp_path: Path) -> None:
    fractions = iter(range(2, 100))

    async def poll(ticket: Ticket) -> Progress | Rendered | Moderated:
        if finish.is_set():
            return Rendered(link="https://pictures.test/fox", seed=7, word="Ready")
        return Progress(fraction=(next(fractions) if late.is_set() else 1) / 100, word="Pending")

    finish, late = asyncio.Event(), asyncio.Event()
    async with studio(tmp_path) as house:
        house.provider.on_poll = poll
        discord, here = house.discord, house.here
        asked = await discord.slash(here.ada, here.art, "imagine", prompt="a fox")
        await discord.until(lambda: "1%" in asked.text)  # and now nothing is on its way
        house.later(TOO_LATE_MIN)
        late.set()
        sent = len(discord.asked("PATCH /webhooks"))
        await discord.until(lambda: discord.asked("PATCH /channels"))  # the bot's own way to the same message
        finish.set()
        await house.picture(here.art)
        assert len(discord.asked("PATCH /webhooks")) == sent
        assert refused(discord, 401) == []


async def test_a_token_that_fails_early_is_tried_once(house: Studio) -> None:
    _, _, done = await begun(house)
    house.discord.fail("/webhooks", status=401, code=50027, times=None)
    done.set()
    shown = await house.picture(house.here.art)
    await house.told()
    assert shown.interaction is None
    assert house.discord.messages(house.here.art) == [shown]
    assert len(refused(house.discord, 401)) == 1


async def test_a_channel_that_was_closed_meanwhile_is_left_for_a_direct_message(house: Studio) -> None:
    _, _, done = await begun(house)
    await house.discord.permit(house.here.art, CLOSED)
    house.later(TOO_LATE_MIN)
    done.set()
    direct = house.discord.dm(house.here.ada)
    shown = await house.picture(direct)
    assert not (await house.told()).untold
    assert house.discord.messages(direct) == [shown]
    assert not any(message.pictures for message in house.discord.messages(house.here.art))


@pytest.mark.parametrize("private", [False, True])
async def test_where_nobody_can_be_told_the_picture_is_kept_and_shown_in_jobs(house: Studio, private: bool) -> None:
    discord, here = house.discord, house.here
    _, announced, done = await begun(house, private=private)
    await discord.permit(here.art, CLOSED)
    here.ada.dms_open = False
    house.later(TOO_LATE_MIN)
    done.set()
    assert (await house.told()).untold
    listed = await discord.slash(here.ada, here.art, "jobs")
    assert listed.ephemeral
    await discord.until(lambda: listed.message and listed.message.pictures)
    assert [one for one in discord.messages(here.art) if one.pictures and not one.ephemeral] == []
    assert not announced.pictures


class Trouble(StrEnum):
    LATE = "late"
    DEAD_TOKEN = "dead token"
    DELETED = "deleted"
    CLOSED = "closed"
    CHANNEL_GONE = "channel gone"


@pytest.mark.parametrize("trouble", list(Trouble))
async def test_a_private_picture_never_ends_in_public(house: Studio, trouble: Trouble) -> None:
    discord, here = house.discord, house.here
    _, announced, done = await begun(house, private=True)
    assert announced.ephemeral
    match trouble:
        case Trouble.LATE:
            house.later(TOO_LATE_MIN)
        case Trouble.DEAD_TOKEN:
            discord.fail("/webhooks", status=401, code=50027, times=None)
        case Trouble.DELETED:
            await discord.delete(announced)
        case Trouble.CLOSED:
            await discord.permit(here.art, 0)
            house.later(TOO_LATE_MIN)
        case Trouble.CHANNEL_GONE:
            await discord.delete(here.art)
    done.set()
    shown = await house.picture(discord.dm(here.ada))
    assert not (await house.told()).untold
    assert [one for one in here.art.messages if not one.ephemeral] == []
    assert discord.asked("POST /channels/{channel_id}/messages")
    assert {heard.ids["channel_id"] for heard in discord.asked("POST /channels/{channel_id}/messages")} == {
        str(shown.channel.id)
    }


@pytest.mark.parametrize("permissions", [0, USUAL & ~Permission.VIEW_CHANNEL, CLOSED])
async def test_an_answer_to_a_mention_whose_channel_was_closed_meanwhile_is_told_somewhere(
    house: Studio, permissions: int
) -> None:
    discord, here = house.discord, house.here
    done = holding(house.provider)
    await discord.say(here.ada, here.art, f"{discord.bot.mention} a fox")
    await discord.until(lambda: any(message.author is discord.bot for message in discord.messages(here.art)))
    await discord.permit(here.art, permissions)
    done.set()
    assert not (await house.told()).untold
    shown = [one for place in (here.art, discord.dm(here.ada)) for one in discord.messages(place) if one.pictures]
    assert len(shown) == 1


async def test_progress_of_a_message_that_is_gone_is_not_shown_again_and_again(tmp_path: Path) -> None:
    looks: list[int] = []

    async def poll(ticket: Ticket) -> Progress | Rendered | Moderated:
        looks.append(1)
        if finish.is_set():
            return Rendered(link="https://pictures.test/fox", seed=7, word="Ready")
        return Progress(fraction=min(0.99, len(looks) / 100), word="Pending")

    finish = asyncio.Event()
    async with studio(tmp_path) as house:
        house.provider.on_poll = poll
        discord, here = house.discord, house.here
        asked = await discord.slash(here.ada, here.art, "imagine", prompt="a fox")
        assert asked.message is not None
        await discord.delete(asked.message)
        await discord.until(lambda: refused(discord, 404))
        before, since = len(looks), house.clock.steady()
        while house.clock.steady() < since + 4 * PACE_S:
            await house.clock.sleep(PACE_S)
        assert len(looks) > before + 2  # each is news that nobody can be shown
        assert len(refused(discord, 404)) == 1
        finish.set()
        shown = await house.picture(here.art)
        assert discord.messages(here.art) == [shown]


async def test_a_channel_that_is_deleted_in_mid_job_is_left_for_a_direct_message(house: Studio) -> None:
    _, _, done = await begun(house)
    await house.discord.delete(house.here.art)
    done.set()
    await house.picture(house.discord.dm(house.here.ada))


async def test_an_announcement_that_a_moderator_deleted_is_followed_by_a_new_message(house: Studio) -> None:
    _, announced, done = await begun(house)
    await house.discord.delete(announced)
    done.set()
    shown = await house.picture(house.here.art)
    await house.told()
    assert house.discord.messages(house.here.art) == [shown]


async def test_what_its_person_deleted_in_mid_delivery_does_not_come_back(house: Studio) -> None:
    discord, here = house.discord, house.here
    _, _, done = await begun(house)
    gate = discord.hold("PATCH /webhooks")
    done.set()
    await gate.reached.wait()
    job: JobId = await house.life.job()
    deleting = asyncio.create_task(house.life.home.desk.delete(job, by=HousePerson("discord", str(here.ada.id), "Ada")))

    async def deleted() -> bool:
        return (await house.life.home.store.record(job)).deleted

    await soon(deleted)
    gate.open.set()
    await deleting
    await house.told()
    assert discord.messages(here.art) == []
    assert discord.messages(discord.dm(here.ada)) == []


async def test_where_only_the_person_brought_the_bot_it_posts_nothing_of_its_own(tmp_path: Path) -> None:
    clock = HastyClock()
    async with Discord(clock=clock) as discord:
        here = scene(discord)
        elsewhere = discord.guild("Elsewhere", installed=False, members=[here.ada]).channel("talk")
        group = discord.group(here.ada, here.bob)
        async with living(discord, tmp_path, clock) as life:
            house = Studio(life, here, clock)
            for place in (elsewhere, group):
                asked = await discord.slash(here.ada, place, "imagine", prompt="a hare", by_person=True)
                shown = await house.picture(place)
                assert shown is asked.message
            direct = discord.dm(here.ada)
            for place in (elsewhere, group):
                done = holding(house.provider)
                asked = await discord.slash(here.ada, place, "imagine", prompt="a fox", by_person=True)
                message = asked.message
                assert message is not None
                await edited(discord, message)
                house.later(TOO_LATE_MIN)
                done.set()
                assert "a fox" in (await house.picture(direct)).text
                await house.told()
                assert not message.pictures
            assert len(discord.messages(direct)) == 2
            posted = {heard.ids["channel_id"] for heard in discord.asked("POST /channels/{channel_id}/messages")}
            assert posted == {str(direct.id)}


@pytest.mark.parametrize("away_min", [1, TOO_LATE_MIN])
async def test_jobs_of_an_earlier_life_end_where_they_were_announced(tmp_path: Path, away_min: int) -> None:
    clock = HastyClock()
    async with Discord(clock=clock) as discord:
        here = scene(discord)
        async with living(discord, tmp_path, clock) as first:
            house = Studio(first, here, clock)
            holding(house.provider)
            words = ("a fox", "a hare", "an owl")  # two at a time: the owl waits
            asks = [await discord.slash(here.ada, here.art, "imagine", prompt=each) for each in words]
        house.later(away_min)
        async with living(discord, tmp_path, clock) as second:
            owl = await Studio(second, here, clock).picture(here.art)
            await discord.until(lambda: sum("Try again" in _labels(m) for m in discord.messages(here.art)) == 2)
            await told(second)
            assert len(discord.messages(here.art)) == 3
            assert "an owl" in owl.text
            if away_min < TOO_LATE_MIN:
                assert {m.id for m in discord.messages(here.art)} == {a.message.id for a in asks if a.message}
            else:
                assert all(m.interaction is None for m in discord.messages(here.art))
            assert refused(discord, 401) == []
            ends = [record.status for record in await second.home.store.jobs()]
            assert sorted(ends) == sorted([Status.FINISHED, Status.UNSURE, Status.UNSURE])


async def test_buttons_of_an_earlier_life_work(tmp_path: Path) -> None:
    clock = HastyClock()
    async with Discord(clock=clock) as discord:
        here = scene(discord)
        async with living(discord, tmp_path, clock) as first:
            await discord.slash(here.ada, here.art, "imagine", prompt="a fox")
            old = await Studio(first, here, clock).picture(here.art)
            await told(first)
        async with living(discord, tmp_path, clock) as second:
            Studio(second, here, clock).later(60)
            again = await discord.press(here.bob, old, "Again")
            await second.ended(again.message)  # type: ignore[arg-type]
            larger = await discord.press(here.bob, old, "Upscale")
            await second.ended(larger.message)  # type: ignore[arg-type]
            form = await discord.press(here.ada, old, "Edit prompt")
            assert form.modal is not None
            question = await discord.press(here.ada, old, "Delete")
            assert question.ephemeral
            await discord.press(here.ada, question.message, "Delete")  # type: ignore[arg-type]
            await discord.until(lambda: old.deleted and question.message and question.message.deleted)
            assert len(discord.messages(here.art)) == 2


def _labels(message: Message) -> list[str]:
    return [button.label for button in message.buttons]
