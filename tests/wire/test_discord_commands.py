"""The commands, menus and forms as people use them: options, pictures of others, questions back, refusals."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from adapters.discord import reception
from bot.job import Progress, Ticket
from tests.house import png
from tests.standins.discord import USUAL, Answer, Permission, Serving
from tests.wire.discord_door import Life, atelier, living, opened


@pytest.fixture
async def here(tmp_path: Path) -> AsyncIterator[Life]:
    async with opened(tmp_path) as life:
        yield life


@pytest.fixture
def hurried(monkeypatch: pytest.MonkeyPatch) -> None:
    """The first answer is due at once, so that nobody waits for a picture that will not come before it."""
    monkeypatch.setattr(reception, "FIRST_ANSWER_S", 0.3)


async def test_imagine_is_announced_at_once_and_becomes_its_picture(here: Life) -> None:
    asked = await here.discord.slash(here.ada, here.art, "imagine", prompt="a lighthouse at dusk --seed 7")
    assert asked.answer.kind is Answer.MESSAGE
    assert not asked.answer.ephemeral
    shown = await here.ended(asked.shown)
    assert "a lighthouse at dusk" in shown.text
    assert [picture.alt for picture in shown.pictures] == ["Picture for the words: a lighthouse at dusk"]
    assert [each.label for each in shown.buttons] == ["Upscale", "Again", "Edit prompt", "Use as reference", "Delete"]


async def test_options_go_before_flags(here: Life) -> None:
    asked = await here.discord.slash(
        here.ada, here.art, "imagine", prompt="a fox --ar 16:9 --seed 3", aspect="1:1", seed=9, steps=12
    )
    assert "896 × 896 · Seed `9`" in asked.shown.text
    (order,) = await here.ordered()
    assert (order.shape.width, order.shape.height, order.seed, order.steps) == (896, 896, 9, 12)


async def test_a_wrong_value_is_told_in_private_and_nothing_is_bought(here: Life) -> None:
    asked = await here.discord.slash(here.bob, here.art, "imagine", prompt="a fox", steps=400)
    assert asked.answer.ephemeral
    assert "Schritte: „400“ geht nicht. Möglich: 1–50." in asked.text
    assert "a fox" in asked.text, "the words come back, so that they need not be typed again"
    assert here.orders == []
    assert here.public() == []


async def test_models_are_offered_with_their_price_as_one_types(here: Life) -> None:
    found = await here.discord.autocomplete(here.ada, here.art, "imagine", "model", "bru", prompt="a fox")
    assert [(choice["name"], choice["value"]) for choice in found.choices or []] == [
        ("Brush · $0.04", "scripted/brush")
    ]
    none = await here.discord.autocomplete(here.ada, here.art, "imagine", "model", "lens", prompt="a fox")
    assert none.choices == []


async def test_a_private_picture_is_seen_by_one_person_from_start_to_end(here: Life) -> None:
    asked = await here.discord.slash(here.ada, here.art, "imagine", prompt="a secret", private=True)
    assert asked.answer.ephemeral
    shown = await here.ended(asked.shown)
    again = await here.discord.press(here.ada, shown, "Again")
    assert again.answer.ephemeral, "what follows from a private picture is private"
    await here.ended(again.shown)
    assert here.public() == []


async def test_several_pictures_are_several_messages_with_seeds_that_count_up(here: Life) -> None:
    asked = await here.discord.slash(here.ada, here.art, "imagine", prompt="a fox", seed=5, count=3)
    await here.ordered(3)
    assert sorted(order.seed or 0 for order in here.orders) == [5, 6, 7]  # three have their turn in one moment
    await here.ended(asked.shown)
    await here.discord.until(lambda: sum(bool(each.pictures) for each in here.discord.messages(here.art)) == 3)


async def test_a_limit_in_the_middle_of_several_says_how_many_were_taken(tmp_path: Path) -> None:
    async with opened(tmp_path, limits={"jobs_per_minute": 2}) as here:
        asked = await here.discord.slash(here.ada, here.art, "imagine", prompt="a fox", count=4)
        await here.discord.until(lambda: bool(asked.followups))
        assert asked.followups[0].ephemeral
        assert "I took on 2 of 4 pictures." in asked.followups[0].text
        await here.ordered(2)


async def test_without_words_a_form_opens_and_keeps_the_other_options(here: Life) -> None:
    photo = here.discord.attachment("cat.png", png(colour="brown"))
    asked = await here.discord.slash(
        here.ada, here.art, "imagine", aspect="16:9", seed=4, image=photo, spoiler=True, private=True
    )
    assert asked.answer.kind is Answer.MODAL
    assert "--seed 4" in str(asked.form.field("flags").value)
    sent = await here.discord.submit(here.ada, asked, {"prompt": "a cat in space"})
    assert sent.answer.ephemeral
    shown = await here.ended(sent.shown)
    assert shown.pictures[0].spoiler
    (order,) = await here.ordered()
    assert order.seed == 4
    assert len(order.references) == 1


async def test_a_form_without_words_is_refused_with_what_was_written(here: Life) -> None:
    asked = await here.discord.slash(here.ada, here.art, "imagine")
    sent = await here.discord.submit(here.ada, asked, {"prompt": "a fox", "flags": "--stpes 3"})
    assert sent.answer.ephemeral
    assert "Did you mean \\--steps?" in sent.text or "Did you mean --steps?" in sent.text.replace("\\", "")
    assert "a fox" in sent.text


async def test_upscale_takes_an_attached_picture(here: Life) -> None:
    photo = here.discord.attachment("cat.png", png())
    asked = await here.discord.slash(here.ada, here.art, "upscale", image=photo, factor=4)
    assert not asked.answer.ephemeral
    await here.ended(asked.shown)
    assert here.orders[0].factor == 4


async def test_factors_are_those_on_offer(here: Life) -> None:
    photo = here.discord.attachment("cat.png", png())
    found = await here.discord.autocomplete(here.ada, here.art, "upscale", "factor", "", image=photo)
    assert [choice["value"] for choice in found.choices or []] == [2, 4]


async def test_a_picture_that_is_slow_to_arrive_is_waited_for_in_private_and_answered_in_public(
    here: Life, hurried: None
) -> None:
    photo = here.discord.attachment("cat.png", png(), serving=Serving.LATE)
    asked = await here.discord.slash(here.ada, here.art, "upscale", image=photo)
    assert asked.answer.kind is Answer.DEFERRED
    assert asked.answer.ephemeral
    here.discord.cdn.late.set()
    await here.discord.until(lambda: any(each.pictures for each in here.public()))
    assert len(here.public()) == 1
    assert asked.shown.deleted, "the private note is taken away"


async def test_where_nobody_invited_the_bot_everything_is_a_follow_up(here: Life, hurried: None) -> None:
    hall = here.discord.guild("Hall", installed=False, members=[here.ada]).channel("hall")
    photo = here.discord.attachment("cat.png", png(), serving=Serving.LATE)
    asked = await here.discord.slash(here.ada, hall, "imagine", prompt="a fox", image=photo, count=2, by_person=True)
    here.discord.cdn.late.set()
    await here.discord.until(lambda: sum(bool(each.pictures) for each in asked.followups) == 2)
    assert not any(each.ephemeral for each in asked.followups), "the private note is settled before they are posted"
    assert asked.shown.deleted


@pytest.mark.parametrize(
    ("serving", "words"),
    [
        (Serving.ENDLESS, "too large"),
        (Serving.GONE, "couldn’t fetch"),
        (Serving.PAGE, "couldn’t fetch"),
        (Serving.ELSEWHERE, "couldn’t fetch"),
    ],
)
async def test_a_picture_that_cannot_be_had_is_refused_with_the_reason(
    here: Life, serving: Serving, words: str
) -> None:
    photo = here.discord.attachment("cat.png", png(), serving=serving)
    asked = await here.discord.slash(here.ada, here.art, "upscale", image=photo)
    await here.discord.until(lambda: words in asked.text)
    assert asked.answer.ephemeral
    assert here.orders == []
    assert here.discord.cdn.strayed == 0


async def test_the_button_enlarges_the_original_for_everybody(here: Life) -> None:
    shown = await here.painted()
    pressed = await here.discord.press(here.bob, shown, "Upscale")
    assert not pressed.answer.ephemeral
    await here.ended(pressed.shown)
    view = await here.home.desk.view(await here.job())
    assert view.picture is not None
    assert view.request == here.orders[1]
    assert here.orders[1].factor == 2
    assert here.discord.cdn.fetched == []


async def test_the_menu_enlarges_a_strangers_picture(here: Life) -> None:
    posted = await here.posted()
    asked = await here.discord.menu(here.ada, posted, "Upscale")
    assert not asked.answer.ephemeral
    await here.ended(asked.shown)


async def test_the_menu_takes_our_own_original_without_fetching_anything(here: Life) -> None:
    shown = await here.painted()
    larger = await here.discord.menu(here.bob, shown, "Upscale")
    await here.ended(larger.shown)
    assert here.discord.cdn.fetched == []
    view = await here.home.desk.view(await here.job())
    assert view.request == here.orders[1]


async def test_the_menu_opens_a_form_to_paint_after_a_picture(here: Life) -> None:
    posted = await here.posted()
    asked = await here.discord.menu(here.ada, posted, "Use as reference")
    sent = await here.discord.submit(here.ada, asked, {"prompt": "the same in blue"})
    await here.ended(sent.shown)
    assert len(here.orders[0].references) == 1


async def test_a_form_does_not_wait_for_a_slow_picture(here: Life, hurried: None) -> None:
    photo = here.discord.attachment("x.png", png(), serving=Serving.SLOW)
    posted = await here.discord.say(here.bob, here.art, "", attachments=[photo])
    asked = await here.discord.menu(here.ada, posted, "Use as reference")
    assert asked.answer.ephemeral
    assert "Use /imagine with both" in asked.text


async def test_of_several_pictures_the_one_meant_is_asked_for_in_private(here: Life) -> None:
    files = [here.discord.attachment(f"{colour}.png", png(colour=colour)) for colour in ("red", "green")]
    posted = await here.discord.say(here.bob, here.art, "", attachments=files)
    asked = await here.discord.menu(here.ada, posted, "Upscale")
    await here.discord.until(lambda: asked.message is not None and len(asked.message.buttons) == 2)
    assert asked.shown.ephemeral
    assert len(asked.shown.pictures) == 2
    chosen = await here.discord.press(here.ada, asked.shown, "Picture 2")
    assert not chosen.answer.ephemeral, "the question was private, its answer is not"
    await here.ended(chosen.shown)


@pytest.mark.parametrize("hosts", [(), ("127.0.0.1:9",), ("localhost",)])
async def test_pictures_come_from_no_host_but_discords_and_those_of_the_setting(
    tmp_path: Path, hosts: tuple[str, ...]
) -> None:
    async with opened(tmp_path, message_content=True, attachment_hosts=hosts) as here:
        photo = here.discord.attachment("x.png", png())
        posted = await here.discord.say(here.bob, here.art, "look", attachments=[photo])
        for asked in (
            await here.discord.slash(here.ada, here.art, "upscale", image=photo),
            await here.discord.slash(here.ada, here.art, "imagine", prompt="a fox", image=photo),
            await here.discord.menu(here.ada, posted, "Upscale"),
        ):
            assert asked.answer.ephemeral
            assert "couldn’t fetch" in asked.text
        said = await here.discord.say(here.ada, here.art, f"{here.me} upscale", reply_to=posted)
        assert "couldn’t fetch" in (await here.replies(said))[0].text
        assert here.discord.cdn.fetched == []
        assert here.orders == []


async def test_a_host_of_the_setting_may_be_named_with_its_port(tmp_path: Path) -> None:
    async with atelier() as here:
        hosts = (here.discord.url.removeprefix("http://"),)
        async with living(here, tmp_path, attachment_hosts=hosts) as life:
            photo = here.discord.attachment("x.png", png())
            asked = await here.discord.slash(here.ada, here.art, "upscale", image=photo)
            assert (await life.ended(asked.shown)).pictures


async def test_every_picture_is_covered_where_the_operator_wants_it(tmp_path: Path) -> None:
    async with opened(tmp_path, spoiler=True) as here:
        shown = await here.painted()
        again = await here.discord.press(here.bob, shown, "Again")
        larger = await here.discord.press(here.bob, shown, "Upscale")
        said = await here.discord.say(here.ada, here.art, f"{here.me} a wolf")
        told = [shown, again.shown, larger.shown, *await here.replies(said)]
        told += [await here.painted("a hare", private=True)]
        for each in told:
            await here.ended(each)
        assert [picture.spoiler for each in told for picture in each.pictures] == [True] * 5


async def test_a_message_without_a_picture_has_nothing_to_enlarge(here: Life) -> None:
    posted = await here.discord.say(here.bob, here.art, "hello")
    asked = await here.discord.menu(here.ada, posted, "Upscale")
    assert asked.answer.ephemeral
    assert "Which picture?" in asked.text


async def test_edit_opens_what_was_written_and_paints_the_change(here: Life) -> None:
    asked = await here.discord.slash(here.ada, here.art, "imagine", prompt="a fox --ar 16:9 --steps 9")
    shown = await here.ended(asked.shown)
    form = await here.discord.press(here.bob, shown, "Edit prompt")
    assert form.form.field("prompt").value == "a fox"
    assert "--steps 9" in str(form.form.field("flags").value)
    sent = await here.discord.submit(here.bob, form, {"prompt": "a wolf"})
    await here.ended(sent.shown)
    order = here.orders[1]
    assert (order.prompt, order.steps) == ("a wolf", 9)


async def test_only_the_owner_and_moderators_delete_and_they_are_asked_first(here: Life) -> None:
    shown = await here.painted()
    no = await here.discord.press(here.bob, shown, "Delete")
    assert no.answer.ephemeral
    assert "Das kann nur" in no.text
    here.bob.permissions = USUAL | Permission.MANAGE_MESSAGES
    question = await here.discord.press(here.ada, shown, "Delete")
    assert question.answer.ephemeral
    assert not shown.deleted
    await here.discord.press(here.ada, question.shown, "Delete")
    await here.discord.until(lambda: shown.deleted)
    await here.discord.until(lambda: question.shown.deleted)


async def test_cancel_is_for_the_one_who_asked(here: Life) -> None:
    async def pending(ticket: Ticket) -> Progress:
        return Progress("Pending")

    here.provider.on_poll = pending
    asked = await here.discord.slash(here.ada, here.art, "imagine", prompt="a fox")
    no = await here.discord.press(here.bob, asked.shown, "Cancel")
    await here.answered(no, "Das kann nur")
    yes = await here.discord.press(here.ada, asked.shown, "Cancel")
    assert yes.answer.kind is Answer.DEFERRED_UPDATE
    await here.discord.until(lambda: "Stopp" in asked.shown.text)  # stopping at the vendor's, or stopped before


@pytest.mark.parametrize("custom_id", ["v0:again:0123456789abcdef", "v1:again:zz", "v1:dance:0123456789abcdef", "old"])
async def test_a_button_of_another_version_gets_a_kind_sentence(here: Life, custom_id: str) -> None:
    shown = await here.painted()
    pressed = await here.discord.press_raw(here.ada, shown, custom_id)
    assert pressed.answer.ephemeral
    assert "another version of me" in pressed.text


@pytest.mark.parametrize(("name", "words"), [("help", "--ar 16:9"), ("about", "Brush"), ("jobs", "a fox")])
async def test_what_there_is_to_read_is_for_one_person(here: Life, name: str, words: str) -> None:
    await here.painted()
    read = await here.discord.slash(here.ada, here.art, name)
    assert read.answer.ephemeral
    assert words in read.text.replace("\\", "")


async def test_the_same_interaction_twice_makes_one_job(here: Life) -> None:
    asked = await here.discord.slash(here.ada, here.art, "imagine", prompt="a fox")
    await here.discord.redeliver(asked)
    await here.ended(asked.shown)
    assert len(here.orders) == 1


async def test_who_would_wait_too_long_is_told_in_time(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(reception, "FIRST_ANSWER_S", 0.2)
    async with opened(tmp_path, at_once=1) as here:
        gate = here.discord.hold("/callback")
        first = await here.discord.slash(here.ada, here.art, "imagine", prompt="a fox", wait=False)
        await gate.reached.wait()
        second = await here.discord.slash(here.bob, here.art, "imagine", prompt="a wolf")
        gate.open.set()
        assert "Gerade fragen so viele auf einmal" in second.text
        await here.discord.until(lambda: first.first is not None)
        await here.ended(first.shown)
        assert len(here.orders) == 1


async def test_refusals_are_public_where_the_operator_wants_it_but_never_those_of_private_wishes(
    tmp_path: Path,
) -> None:
    async with opened(tmp_path, ephemeral_refusals=False) as here:
        asked = await here.discord.slash(here.ada, here.art, "imagine", prompt="a fox", steps=400)
        assert not asked.answer.ephemeral
        asked = await here.discord.slash(here.ada, here.art, "imagine", prompt="a secret", steps=400, private=True)
        assert asked.answer.ephemeral
