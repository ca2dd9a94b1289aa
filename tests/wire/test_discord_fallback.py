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
from tests.standins.discord import USUAL, Channel, Interaction, Message, Permission
from tests.wire.discord_door import Life, atelier, living, opened
from tests.wire.living import soon

TOO_LATE_MIN = 16
CLOSED = USUAL & ~Permission.SEND_MESSAGES


@pytest.fixture
async def here(tmp_path: Path) -> AsyncIterator[Life]:
    async with opened(tmp_path) as life:
        yield life


async def begun(here: Life, place: Channel | None = None, **options: Any) -> tuple[Interaction, Message, asyncio.Event]:
    """A picture that is being painted, its announcement, and what lets it be finished."""
    done = here.holding()
    asked = await here.discord.slash(here.ada, place or here.art, "imagine", prompt="a fox", **options)
    message = asked.shown
    await here.discord.until(lambda: message.edits)  # to "painting"
    return asked, message, done


async def test_past_the_tokens_time_the_picture_comes_as_the_bots_own_message_once(here: Life) -> None:
    _, announced, done = await begun(here)
    here.later(minutes=TOO_LATE_MIN)
    done.set()
    shown = await here.picture(here.art)
    await here.told()
    assert shown is not announced
    assert shown.interaction is None
    assert shown.reply_to in (None, announced)
    assert here.discord.messages(here.art) == [shown]
    assert here.refused(401) == []


async def test_progress_past_the_tokens_time_does_not_hammer_the_dead_token(tmp_path: Path) -> None:
    fractions = iter(range(2, 100))

    async def poll(ticket: Ticket) -> Progress | Rendered | Moderated:
        if finish.is_set():
            return Rendered(link="https://pictures.test/fox", seed=7, word="Ready")
        return Progress(fraction=(next(fractions) if late.is_set() else 1) / 100, word="Pending")

    finish, late = asyncio.Event(), asyncio.Event()
    async with opened(tmp_path) as here:
        here.provider.on_poll = poll
        discord = here.discord
        asked = await discord.slash(here.ada, here.art, "imagine", prompt="a fox")
        await discord.until(lambda: "1%" in asked.text)  # and now nothing is on its way
        here.later(minutes=TOO_LATE_MIN)
        late.set()
        sent = len(discord.asked("PATCH /webhooks"))
        await discord.until(lambda: discord.asked("PATCH /channels"))  # the bot's own way to the same message
        finish.set()
        await here.picture(here.art)
        assert len(discord.asked("PATCH /webhooks")) == sent
        assert here.refused(401) == []


async def test_a_token_that_fails_early_is_tried_once(here: Life) -> None:
    _, _, done = await begun(here)
    here.discord.fail("/webhooks", status=401, code=50027, times=None)
    done.set()
    shown = await here.picture(here.art)
    await here.told()
    assert shown.interaction is None
    assert here.discord.messages(here.art) == [shown]
    assert len(here.refused(401)) == 1


async def test_a_channel_that_was_closed_meanwhile_is_left_for_a_direct_message(here: Life) -> None:
    _, _, done = await begun(here)
    await here.discord.permit(here.art, CLOSED)
    here.later(minutes=TOO_LATE_MIN)
    done.set()
    direct = here.discord.dm(here.ada)
    shown = await here.picture(direct)
    assert not (await here.told()).untold
    assert here.discord.messages(direct) == [shown]
    assert not any(message.pictures for message in here.discord.messages(here.art))


@pytest.mark.parametrize("private", [False, True])
async def test_where_nobody_can_be_told_the_picture_is_kept_and_shown_in_jobs(here: Life, private: bool) -> None:
    discord = here.discord
    _, announced, done = await begun(here, private=private)
    await discord.permit(here.art, CLOSED)
    here.ada.dms_open = False
    here.later(minutes=TOO_LATE_MIN)
    done.set()
    assert (await here.told()).untold
    listed = await discord.slash(here.ada, here.art, "jobs")
    assert listed.ephemeral
    await discord.until(lambda: listed.message and listed.message.pictures)
    assert [one for one in here.public() if one.pictures] == []
    assert not announced.pictures


class Trouble(StrEnum):
    LATE = "late"
    DEAD_TOKEN = "dead token"
    DELETED = "deleted"
    CLOSED = "closed"
    CHANNEL_GONE = "channel gone"


@pytest.mark.parametrize("trouble", list(Trouble))
async def test_a_private_picture_never_ends_in_public(here: Life, trouble: Trouble) -> None:
    discord = here.discord
    _, announced, done = await begun(here, private=True)
    assert announced.ephemeral
    match trouble:
        case Trouble.LATE:
            here.later(minutes=TOO_LATE_MIN)
        case Trouble.DEAD_TOKEN:
            discord.fail("/webhooks", status=401, code=50027, times=None)
        case Trouble.DELETED:
            await discord.delete(announced)
        case Trouble.CLOSED:
            await discord.permit(here.art, 0)
            here.later(minutes=TOO_LATE_MIN)
        case Trouble.CHANNEL_GONE:
            await discord.delete(here.art)
    done.set()
    shown = await here.picture(discord.dm(here.ada))
    assert not (await here.told()).untold
    assert [one for one in here.art.messages if not one.ephemeral] == []
    assert discord.asked("POST /channels/{channel_id}/messages")
    assert {heard.ids["channel_id"] for heard in discord.asked("POST /channels/{channel_id}/messages")} == {
        str(shown.channel.id)
    }


@pytest.mark.parametrize("permissions", [0, USUAL & ~Permission.VIEW_CHANNEL, CLOSED])
async def test_an_answer_to_a_mention_whose_channel_was_closed_meanwhile_is_told_somewhere(
    here: Life, permissions: int
) -> None:
    discord = here.discord
    done = here.holding()
    await discord.say(here.ada, here.art, f"{discord.bot.mention} a fox")
    await discord.until(lambda: any(message.author is discord.bot for message in discord.messages(here.art)))
    await discord.permit(here.art, permissions)
    done.set()
    assert not (await here.told()).untold
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
    async with opened(tmp_path) as here:
        here.provider.on_poll = poll
        discord = here.discord
        asked = await discord.slash(here.ada, here.art, "imagine", prompt="a fox")
        assert asked.message is not None
        await discord.delete(asked.message)
        await discord.until(lambda: here.refused(404))
        before, since = len(looks), here.clock.steady()
        while here.clock.steady() < since + 4 * PACE_S:
            await here.clock.sleep(PACE_S)
        assert len(looks) > before + 2  # each is news that nobody can be shown
        assert len(here.refused(404)) == 1
        finish.set()
        shown = await here.picture(here.art)
        assert discord.messages(here.art) == [shown]


async def test_a_channel_that_is_deleted_in_mid_job_is_left_for_a_direct_message(here: Life) -> None:
    _, _, done = await begun(here)
    await here.discord.delete(here.art)
    done.set()
    assert (await here.picture(here.discord.dm(here.ada))).pictures


async def test_an_announcement_that_a_moderator_deleted_is_followed_by_a_new_message(here: Life) -> None:
    _, announced, done = await begun(here)
    await here.discord.delete(announced)
    done.set()
    shown = await here.picture(here.art)
    await here.told()
    assert here.discord.messages(here.art) == [shown]


async def test_what_its_person_deleted_in_mid_delivery_does_not_come_back(here: Life) -> None:
    discord = here.discord
    _, _, done = await begun(here)
    gate = discord.hold("PATCH /webhooks")
    done.set()
    await gate.reached.wait()
    job: JobId = await here.job()

    async def ended() -> bool:
        return (await here.home.store.record(job)).status.ended

    await soon(ended)  # what is held may be the last sign of its progress
    deleting = asyncio.create_task(here.home.desk.delete(job, by=HousePerson("discord", str(here.ada.id), "Ada")))

    async def deleted() -> bool:
        return (await here.home.store.record(job)).deleted

    await soon(deleted)
    gate.open.set()
    await deleting
    await here.told()
    assert discord.messages(here.art) == []
    assert discord.messages(discord.dm(here.ada)) == []


async def test_where_only_the_person_brought_the_bot_it_posts_nothing_of_its_own(tmp_path: Path) -> None:
    async with atelier() as here:
        discord = here.discord
        elsewhere = discord.guild("Elsewhere", installed=False, members=[here.ada]).channel("talk")
        group = discord.group(here.ada, here.bob)
        async with living(here, tmp_path) as life:
            for place in (elsewhere, group):
                asked = await discord.slash(here.ada, place, "imagine", prompt="a hare", by_person=True)
                shown = await here.picture(place)
                assert shown is asked.message
            direct = discord.dm(here.ada)
            for place in (elsewhere, group):
                _, message, done = await begun(life, place, by_person=True)
                here.later(minutes=TOO_LATE_MIN)
                done.set()
                assert "a fox" in (await here.picture(direct)).text
                await life.told()
                assert not message.pictures
            assert len(discord.messages(direct)) == 2
            posted = {heard.ids["channel_id"] for heard in discord.asked("POST /channels/{channel_id}/messages")}
            assert posted == {str(direct.id)}


@pytest.mark.parametrize("away_min", [1, TOO_LATE_MIN])
async def test_jobs_of_an_earlier_life_end_where_they_were_announced(tmp_path: Path, away_min: int) -> None:
    async with atelier() as here:
        discord = here.discord
        async with living(here, tmp_path) as first:
            first.holding()
            words = ("a fox", "a hare", "an owl")  # two at a time: the owl waits
            asks = [await discord.slash(here.ada, here.art, "imagine", prompt=each) for each in words]
            await first.ordered(2)
        here.later(minutes=away_min)
        async with living(here, tmp_path) as second:
            await discord.until(lambda: sum("Try again" in _labels(m) for m in discord.messages(here.art)) == 2)
            here.later(minutes=3)  # what may have been bought keeps its slot at the vendor for so long at most
            owl = await second.picture(here.art)
            await second.told()
            assert len(discord.messages(here.art)) == 3
            assert "an owl" in owl.text
            if away_min < TOO_LATE_MIN:
                assert {m.id for m in discord.messages(here.art)} == {a.message.id for a in asks if a.message}
            else:
                assert all(m.interaction is None for m in discord.messages(here.art))
            assert here.refused(401) == []
            ends = [record.status for record in await second.home.store.jobs()]
            assert sorted(ends) == sorted([Status.FINISHED, Status.UNSURE, Status.UNSURE])


async def test_buttons_of_an_earlier_life_work(tmp_path: Path) -> None:
    async with atelier() as here:
        discord = here.discord
        async with living(here, tmp_path) as first:
            await discord.slash(here.ada, here.art, "imagine", prompt="a fox")
            old = await first.picture(here.art)
            await first.told()
        async with living(here, tmp_path) as second:
            here.later(minutes=60)
            again = await discord.press(here.bob, old, "Again")
            await second.ended(again.shown)
            larger = await discord.press(here.bob, old, "Upscale")
            await second.ended(larger.shown)
            form = await discord.press(here.ada, old, "Edit prompt")
            assert form.modal is not None
            question = await discord.press(here.ada, old, "Delete")
            assert question.ephemeral
            await discord.press(here.ada, question.shown, "Delete")
            await discord.until(lambda: old.deleted and question.shown.deleted)
            assert len(discord.messages(here.art)) == 2


def _labels(message: Message) -> list[str]:
    return [button.label for button in message.buttons]
