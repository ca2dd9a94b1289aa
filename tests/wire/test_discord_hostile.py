"""Hostile and unlucky people: nobody spends another's money or sees another's picture."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from bot.errors import UnsureError, VanishedError, WorkerDiedError
from bot.job import Moderated, Progress, Rendered, Ticket, Where
from bot.providers import Order
from tests.house import png
from tests.standins.discord import Answer
from tests.wire.discord_door import Life, atelier, living, opened


@pytest.fixture
async def here(tmp_path: Path) -> AsyncIterator[Life]:
    async with opened(tmp_path) as life:
        yield life


# ---- money


async def test_a_name_in_the_words_sets_no_flags(here: Life) -> None:
    here.bob.name = "Bob --steps 50 —seed 3"
    said = await here.discord.say(here.ada, here.art, f"{here.me} {here.bob.mention} as a knight --steps 9")
    await here.replies(said)
    (order,) = await here.ordered()
    assert (order.steps, order.prompt) == (9, "Bob steps 50 seed 3 as a knight")
    assert order.seed != 3


async def test_a_form_from_before_asks_for_no_more_than_is_allowed_now(tmp_path: Path) -> None:
    async with atelier() as here:
        async with living(here, tmp_path):
            form = await here.discord.slash(here.ada, here.art, "imagine", count=4)
        async with living(here, tmp_path, max_count=2) as life:
            sent = await here.discord.submit(here.ada, form, {"prompt": "a fox"})
            assert sent.answer.ephemeral
            assert "1–2" in sent.text
            asked = await here.discord.slash(here.ada, here.art, "imagine", prompt="a fox", count=3)
            assert asked.answer.ephemeral
            assert life.orders == []


async def unsure(order: Order) -> Ticket | Rendered | Moderated:
    raise UnsureError


async def test_what_may_be_charged_twice_is_asked_about_first(here: Life) -> None:
    here.provider.on_submit = unsure
    asked = await here.discord.slash(here.ada, here.art, "imagine", prompt="a fox")
    await here.ended(asked.shown, "Not sure")
    here.provider.on_submit = None
    first = await here.discord.press(here.ada, asked.shown, "Try again")
    second = await here.discord.press(here.bob, asked.shown, "Try again")
    assert first.answer.ephemeral
    assert second.answer.ephemeral
    assert len(here.orders) == 1
    yes = await here.discord.press(here.ada, first.shown, "Try again")
    assert not yes.answer.ephemeral, "the question was private, its answer is not"
    await here.ended(yes.shown)
    twice = await here.discord.press(here.ada, first.shown, "Try again")
    assert twice.answer.kind is Answer.DEFERRED_UPDATE
    assert len(here.orders) == 2
    assert here.orders[0].seed == here.orders[1].seed


async def test_what_was_lost_sight_of_is_looked_at_again_at_a_press(here: Life) -> None:
    async def vanished(ticket: Ticket) -> Progress:
        raise VanishedError

    here.provider.on_poll = vanished
    asked = await here.discord.slash(here.ada, here.art, "imagine", prompt="a fox")
    await here.ended(asked.shown, "lost track of it")
    await here.answered(await here.discord.press(here.bob, asked.shown, "Look again"), "Das kann nur")
    here.provider.on_poll = unended
    await here.answered(await here.discord.press(here.ada, asked.shown, "Look again"), "say yet how this ended")
    here.provider.on_poll = None
    await here.discord.press(here.ada, asked.shown, "Look again")
    await here.ended(asked.shown)
    assert len(here.orders) == 1


async def unended(ticket: Ticket) -> Progress:
    return Progress("Pending")


async def test_an_edited_message_asks_for_nothing(here: Life) -> None:
    said = await here.discord.say(here.ada, here.art, "hello")
    said.content = f"{here.me} a fox"
    await here.discord.gateway.message_event("MESSAGE_UPDATE", said)
    await here.settled()
    assert [order.prompt for order in here.orders] == ["the last"]


async def test_a_mention_shown_as_code_calls_nobody(tmp_path: Path) -> None:
    async with opened(tmp_path, message_content=True) as here:
        for words in (f"just say `{here.me} a fox`", f"```\n{here.me} a wolf\n```"):
            await here.discord.say(here.ada, here.art, words)
        await here.settled()
        assert [order.prompt for order in here.orders] == ["the last"]


async def test_a_picture_sent_without_a_word_is_not_enlarged_unasked(here: Life) -> None:
    photo = here.discord.attachment("SPOILER_x.png", png())
    said = await here.discord.say(here.ada, here.discord.dm(here.ada), "", attachments=[photo])
    (reply,) = await here.replies(said)
    assert "What shall I do with it?" in reply.text
    assert here.orders == []
    assert reply.pictures[0].spoiler, "it came covered"
    pressed = await here.discord.press(here.ada, reply, "Upscale")
    shown = await here.ended(pressed.shown)
    assert shown.pictures[0].spoiler


async def test_one_form_is_one_picture_however_often_it_arrives(here: Life) -> None:
    shown = await here.painted()
    form = await here.discord.press(here.bob, shown, "Edit prompt")
    sent = await here.discord.submit(here.bob, form, {"prompt": "a wolf"})
    await here.discord.redeliver(sent)
    await here.ended(sent.shown)
    assert [order.prompt for order in here.orders] == ["a fox", "a wolf"]


async def test_buttons_pressed_all_at_once_stay_within_the_quota(tmp_path: Path) -> None:
    async with opened(tmp_path, limits={"pictures_per_day": 3}) as here:
        shown = await here.painted()
        presses = await asyncio.gather(*(here.discord.press(here.ada, shown, "Again") for _ in range(6)))
        taken = [each for each in presses if not each.answer.ephemeral]
        await here.ordered(3)
        assert len(taken) == 2


# ---- privacy


async def refusing(order: Order) -> Ticket | Rendered | Moderated:
    return Moderated(where=Where.PROMPT)


async def test_words_of_a_private_picture_that_failed_stay_private(tmp_path: Path) -> None:
    async with opened(tmp_path, ephemeral_refusals=False) as here:
        shown = await here.painted("a secret", private=True)
        here.provider.on_submit = refusing
        form = await here.discord.menu(here.ada, shown, "Use as reference")
        sent = await here.discord.submit(here.ada, form, {"prompt": "the secret in blue"})
        await here.discord.until(lambda: len(sent.shown.buttons) == 2)
        edit = await here.discord.press(here.ada, sent.shown, "Edit prompt")
        no = await here.discord.submit(here.ada, edit, {"prompt": "the secret in red", "flags": "--steps 400"})
        assert no.answer.ephemeral
        assert here.public() == []


async def failing(order: Order) -> Ticket | Rendered | Moderated:
    raise WorkerDiedError


async def test_a_no_to_what_follows_from_a_private_picture_is_private(tmp_path: Path) -> None:
    async with opened(tmp_path, ephemeral_refusals=False, limits={"jobs_per_minute": 2}) as here:
        shown = await here.painted("a secret", private=True)
        here.provider.on_submit = failing
        larger = await here.discord.menu(here.ada, shown, "Upscale")
        await here.ended(larger.shown, "No picture")
        no = await here.discord.press(here.ada, larger.shown, "Again")
        assert "One moment" in no.text
        assert no.answer.ephemeral
        assert here.public() == []


async def test_another_persons_private_job_is_unknown_to_whoever_learns_its_id(here: Life) -> None:
    await here.painted("a secret", private=True)
    job = await here.job()
    shown = await here.painted("a fox")
    for verb in ("again", "edit", "retry"):
        pressed = await here.discord.press_raw(here.bob, shown, f"v1:{verb}:{job}")
        assert pressed.answer.ephemeral
        assert "secret" not in pressed.text
        assert pressed.modal is None
    for verb in ("cancel", "delete"):
        pressed = await here.discord.press_raw(here.bob, shown, f"v1:{verb}:{job}")
        await here.answered(pressed, "Das kann nur")
    mine = await here.discord.slash(here.bob, here.art, "jobs")
    assert "secret" not in mine.text
    assert len(here.orders) == 2


async def test_what_was_deleted_is_not_painted_again(here: Life) -> None:
    shown = await here.painted("a regret")
    job = await here.job()
    question = await here.discord.press(here.ada, shown, "Delete")
    await here.discord.press(here.ada, question.shown, "Delete")
    await here.discord.until(lambda: shown.deleted)
    other = await here.painted("a fox")
    again = await here.discord.press_raw(here.bob, other, f"v1:again:{job}")
    edit = await here.discord.press_raw(here.bob, other, f"v1:edit:{job}")
    assert again.answer.ephemeral
    assert edit.modal is None
    assert "regret" not in again.text + edit.text
    assert len(here.orders) == 2


async def test_several_private_pictures_are_all_private(here: Life) -> None:
    asked = await here.discord.slash(here.ada, here.art, "imagine", prompt="a secret", count=3, private=True)
    await here.discord.until(lambda: sum(bool(each.pictures) for each in [asked.shown, *asked.followups]) == 3)
    assert here.public() == []
