"""Buttons, which work for ever: below a picture, after a restart, pressed by others, twice, too late or too old."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from bot.errors import UnsureError, VanishedError
from bot.job import Moderated, Progress, Rendered, Ticket
from bot.providers import Order
from tests.house import png
from tests.wire.slack_door import MENU, Life, atelier, living, opened


@pytest.fixture
async def here(tmp_path: Path) -> AsyncIterator[Life]:
    async with opened(tmp_path) as life:
        yield life


async def test_the_button_enlarges_the_original_and_answers_below_it(here: Life) -> None:
    shown = await here.painted()
    pressed = await here.slack.press(here.bob, shown, "Upscale")
    assert pressed.acked
    larger = await here.picture(thread=shown)
    assert larger.thread_ts == shown.ts
    assert here.orders[1].factor == 2
    assert here.slack.host.fetched == []
    assert larger.text.startswith("Hier ist es, doppelt so groß · Bob")


async def test_again_paints_the_same_with_another_seed_below_the_picture(here: Life) -> None:
    shown = await here.painted("a fox --seed 3")
    await here.slack.press(here.bob, shown, "Again")
    again = await here.picture(thread=shown)
    assert again.thread_ts == shown.ts
    assert here.orders[1].prompt == "a fox"
    assert here.orders[1].seed != 3


async def test_edit_opens_what_was_written_and_paints_the_change(here: Life) -> None:
    shown = await here.painted("a fox --ar 16:9 --steps 9 --format png")
    form = (await here.slack.press(here.bob, shown, "Edit prompt")).form
    assert form.title == "Ändern und neu malen"
    assert form.field("prompt").value == "a fox"
    assert form.field("steps").value == "9"
    assert form.field("aspect").chosen == ("16:9",)
    assert "--format png" in form.field("flags").value
    assert "count" not in [field.block_id for field in form.fields]
    await here.slack.submit(here.bob, form, {"prompt": "a wolf"})
    changed = await here.picture(thread=shown)
    assert changed.thread_ts == shown.ts, "what came from a picture stands below it"
    assert (here.orders[1].prompt, here.orders[1].steps) == ("a wolf", 9)


async def test_edit_keeps_the_picture_that_was_painted_after_or_takes_another(here: Life) -> None:
    form = (await here.slack.slash(here.ada, here.art, "imagine")).form
    photo = here.slack.file(here.ada, "cat.png", png(colour="brown"))
    await here.slack.submit(here.ada, form, {"prompt": "a cat", "pictures": photo})
    shown = await here.picture()
    edit = (await here.slack.press(here.ada, shown, "Edit prompt")).form
    await here.slack.submit(here.ada, edit, {"prompt": "a dog"})
    await here.ordered(2)
    assert here.orders[1].references == here.orders[0].references
    other = here.slack.file(here.ada, "dog.png", png(colour="black"))
    edit = (await here.slack.press(here.ada, shown, "Edit prompt")).form
    await here.slack.submit(here.ada, edit, {"prompt": "a dog", "pictures": other})
    await here.ordered(3)
    assert len(here.orders[2].references) == 1
    assert here.orders[2].references != here.orders[0].references


async def test_use_as_reference_opens_a_form_for_more_like_it(here: Life) -> None:
    shown = await here.painted()
    form = (await here.slack.press(here.ada, shown, "Use as reference")).form
    await here.slack.submit(here.ada, form, {"prompt": "in snow", "count": "2"})
    await here.ordered(3)
    assert [len(order.references) for order in here.orders[1:]] == [1, 1]
    await here.picture(thread=shown, count=2)


async def test_delete_asks_in_slacks_own_way_and_takes_message_and_file_away(here: Life) -> None:
    shown = await here.painted()
    (file,) = [picture.file for picture in shown.pictures]
    assert file is not None
    assert shown.button("Delete").confirm
    no = await here.slack.press(here.bob, shown, "Delete")
    assert no.shown is not shown
    assert no.ephemeral
    assert "Das kann nur" in no.text
    assert not shown.deleted
    await here.slack.press(here.ada, shown, "Delete")
    await here.slack.until(lambda: shown.deleted)
    await here.slack.until(lambda: file.deleted)


async def test_cancel_is_for_the_one_who_asked(here: Life) -> None:
    async def pending(ticket: Ticket) -> Progress:
        return Progress("Pending")

    here.provider.on_poll = pending
    await here.slack.slash(here.ada, here.art, "imagine", "a fox")
    announced = await here.shown()
    no = await here.slack.press(here.bob, announced, "Cancel")
    assert "Das kann nur" in no.text
    assert no.ephemeral
    await here.slack.press(here.ada, announced, "Cancel")
    await here.slack.until(lambda: "Stopp" in announced.text)  # stopping at the vendor's, or stopped before


async def test_after_an_end_that_nobody_is_sure_of_a_retry_is_bought_once(here: Life) -> None:
    async def broken(order: Order) -> Ticket | Rendered | Moderated:
        raise UnsureError

    here.provider.on_submit = broken
    await here.slack.slash(here.ada, here.art, "imagine", "a fox")
    announced = await here.ended(await here.shown(), "Shall I try again?")
    retry = next(each for each in announced.buttons if each.confirm and each.label != "Delete")
    here.provider.on_submit = None
    for _ in range(3):
        await here.slack.press(here.ada, announced, retry.label)
    await here.picture()
    await here.slack.press(here.ada, announced, retry.label)
    await here.settled()
    assert [order.prompt for order in here.orders] == ["a fox", "a fox", "the last"]


async def test_what_was_lost_sight_of_is_looked_at_again_at_a_press(here: Life) -> None:
    async def vanished(ticket: Ticket) -> Progress:
        raise VanishedError

    async def pending(ticket: Ticket) -> Progress:
        return Progress("Pending")

    here.provider.on_poll = vanished
    await here.slack.slash(here.ada, here.art, "imagine", "a fox")
    announced = await here.ended(await here.shown(), "lost track of it")
    no = await here.slack.press(here.bob, announced, "Look again")
    assert no.ephemeral
    assert "Das kann nur" in no.text
    here.provider.on_poll = pending
    await here.slack.press(here.ada, announced, "Look again")
    await here.whispered(here.ada, "say yet how this ended")
    here.provider.on_poll = None
    await here.slack.press(here.ada, announced, "Look again")
    assert (await here.ended(announced)).pictures
    assert len(here.orders) == 1


async def test_buttons_work_after_a_restart(tmp_path: Path) -> None:
    async with atelier() as here:
        async with living(here, tmp_path) as first:
            shown = await first.painted("a fox --steps 9")
        async with living(here, tmp_path) as second:
            await here.slack.press(here.bob, shown, "Upscale")
            await here.slack.press(here.bob, shown, "Again")
            await second.ordered(2)
            form = (await here.slack.press(here.ada, shown, "Edit prompt")).form
            assert form.field("steps").value == "9"
            await here.slack.submit(here.ada, form, {"prompt": "a wolf"})
            form = (await here.slack.press(here.ada, shown, "Use as reference")).form
            await here.slack.submit(here.ada, form, {"prompt": "a hare"})
            await second.ordered(4)
            await here.picture(thread=shown, count=4)
            await here.slack.press(here.ada, shown, "Delete")
            await here.slack.until(lambda: shown.deleted)


async def test_a_form_that_was_open_at_a_restart_is_taken(tmp_path: Path) -> None:
    async with atelier() as here:
        async with living(here, tmp_path):
            form = (await here.slack.slash(here.ada, here.art, "imagine")).form
        async with living(here, tmp_path) as second:
            await here.slack.submit(here.ada, form, {"prompt": "a fox"})
            await second.picture()
            assert form.closed


@pytest.mark.parametrize("action_id", ["v0:again:0123456789abcdef", "v1:again:zz", "v1:dance:0123456789abcdef", "old"])
async def test_a_button_of_another_version_gets_a_kind_sentence(here: Life, action_id: str) -> None:
    shown = await here.painted()
    pressed = await here.slack.press_raw(here.ada, shown, action_id)
    assert pressed.ephemeral
    assert "another version of me" in pressed.text
    assert "another version of me" not in shown.text


async def test_a_form_of_another_version_gets_a_kind_sentence(here: Life) -> None:
    form = (await here.slack.slash(here.ada, here.art, "imagine")).form
    form.callback_id = "v0:imagine:1"
    await here.slack.submit(here.ada, form, {"prompt": "a fox"})
    told = here.slack.modal(here.ada)
    assert told is not None
    assert "another version of me" in told.text
    assert here.orders == []


async def test_a_menu_entry_of_another_version_gets_a_kind_sentence(here: Life) -> None:
    posted = await here.posted()
    asked = await here.slack.shortcut(here.ada, posted, "v1:menu:dance")
    assert "another version of me" in asked.text
    assert asked.ephemeral


async def test_a_press_that_comes_too_late_for_a_form_is_told_so(here: Life) -> None:
    shown = await here.painted()
    here.slack.fail("views.open", error="expired_trigger_id")
    pressed = await here.slack.press(here.ada, shown, "Edit prompt")
    assert pressed.ephemeral
    assert "Please ask again" in pressed.text
    assert pressed.view is None


async def test_the_same_press_twice_makes_one_job(here: Life) -> None:
    shown = await here.painted()
    pressed = await here.slack.press(here.ada, shown, "Again")
    await here.slack.redeliver(pressed)
    await here.picture(thread=shown)
    await here.settled()
    assert [order.prompt for order in here.orders] == ["a fox", "a fox", "the last"]


async def test_a_deleted_picture_cannot_be_asked_for_again(here: Life) -> None:
    shown = await here.painted()
    job = await here.job()
    await here.slack.press(here.ada, shown, "Delete")
    await here.slack.until(lambda: shown.deleted)
    other = await here.painted("a wolf")
    for verb in ("again", "edit", "retry"):
        pressed = await here.slack.press_raw(here.bob, other, f"v1:{verb}:{job}")
        assert pressed.ephemeral
        assert "Diesen Auftrag kenne ich nicht mehr" in pressed.text
    assert len(here.orders) == 2


async def test_a_question_that_is_pressed_twice_is_answered_once(here: Life) -> None:
    files = [here.slack.file(here.bob, f"{colour}.png", png(colour=colour)) for colour in ("red", "green")]
    posted = await here.slack.say(here.bob, here.art, "", files=files)
    await here.slack.shortcut(here.ada, posted, MENU["upscale"])
    question = await here.whispered(here.ada, "Which picture?")
    twice = [await here.slack.press(here.ada, question, "Picture 1 · red.png", wait=False) for _ in range(2)]
    await here.slack.all_settled(twice)
    await here.slack.until(lambda: question.deleted)
    await here.settled()
    assert len(here.orders) == 2


async def test_a_picture_from_somebodys_talk_with_the_bot_is_nobody_elses_business(here: Life) -> None:
    talk = here.team.dm(here.ada)
    await here.slack.say(here.ada, talk, "a zanzibar secret")
    mine = await here.picture(talk)
    job = await here.job()
    other = await here.painted("a wolf")
    for verb in ("again", "edit", "retry"):
        pressed = await here.slack.press_raw(here.bob, other, f"v1:{verb}:{job}")
        assert pressed.ephemeral
        assert pressed.view is None
        assert "Diesen Auftrag kenne ich nicht mehr" in pressed.text
        assert "zanzibar" not in pressed.text
    assert len(here.orders) == 2
    form = (await here.slack.press(here.ada, mine, "Edit prompt")).form
    assert form.field("prompt").value == "a zanzibar secret"
