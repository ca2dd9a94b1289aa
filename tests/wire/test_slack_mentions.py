"""Mentions in channels and threads: what asks for something, what does not, and which picture is meant."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from tests.house import png
from tests.standins.slack import Message
from tests.wire.slack_door import Life, atelier, living, opened


@pytest.fixture
async def here(tmp_path: Path) -> AsyncIterator[Life]:
    async with opened(tmp_path) as life:
        yield life


async def test_a_mention_with_words_paints_and_answers_below_it(here: Life) -> None:
    said = await here.slack.say(here.ada, here.art, f"{here.me} a fox in the snow --seed 3")
    shown = await here.picture(thread=said)
    assert shown.thread_ts == said.ts
    assert (here.orders[0].prompt, here.orders[0].seed) == ("a fox in the snow", 3)


async def test_in_a_thread_the_result_lands_in_the_thread(here: Life) -> None:
    root = await here.slack.say(here.bob, here.art, "what shall we paint?")
    said = await here.slack.say(here.ada, here.art, f"{here.me} a fox", thread=root)
    shown = await here.picture(thread=said)
    assert shown.thread_ts == root.ts


async def test_a_mention_in_the_middle_of_the_words_is_left_out(here: Life) -> None:
    await here.slack.say(here.ada, here.art, f"please {here.me} a fox &amp; a &lt;hare&gt;")
    assert (await here.ordered())[0].prompt == "please a fox & a <hare>"


@pytest.mark.parametrize("words", ["upscale", "{bob} a fox", "imagine a fox"])
async def test_what_speaks_to_others_is_passed_over(here: Life, words: str) -> None:
    await unheard(here, await here.slack.say(here.ada, here.art, words.format(bob=here.bob.mention)))


async def unheard(here: Life, said: Message) -> None:
    """Nothing comes of it."""
    await here.settled()
    assert here.ours(thread=said) == []
    assert here.slack.ephemerals(here.ada, here.art) == []
    assert [order.prompt for order in here.orders] == ["the last"]


async def test_upscale_in_the_thread_of_our_picture_takes_the_original(here: Life) -> None:
    shown = await here.painted()
    await here.slack.say(here.bob, here.art, f"{here.me} upscale x4", thread=shown)
    larger = await here.picture(thread=shown)
    assert larger.thread_ts == shown.ts
    assert here.orders[1].factor == 4
    assert here.slack.host.fetched == []


async def test_upscale_in_the_thread_of_somebodys_photo_takes_the_photo(here: Life) -> None:
    posted = await here.posted(name="photo.png")
    await here.posted(name="other.png", content=png(colour="red"))
    await here.slack.say(here.ada, here.art, f"{here.me} vergrößern", thread=posted)
    await here.picture(thread=posted)
    assert here.slack.host.fetched == ["photo.png"]
    assert here.orders[0].factor == 2


async def test_upscale_takes_a_photo_that_came_later_in_the_thread(here: Life) -> None:
    root = await here.slack.say(here.bob, here.art, "look what I found")
    await here.posted(name="photo.png", thread=root)
    await here.slack.say(here.ada, here.art, f"{here.me} upscale", thread=root)
    await here.picture(thread=root)
    assert here.slack.host.fetched == ["photo.png"]


async def test_upscale_in_a_thread_takes_what_was_painted_there_whoever_asked(here: Life) -> None:
    said = await here.slack.say(here.ada, here.art, f"{here.me} a fox")
    await here.picture(thread=said)
    await here.painted("a wolf")
    await here.slack.say(here.bob, here.art, f"{here.me} upscale", thread=said)
    larger = await here.picture(thread=said, count=2)
    assert "Bob" in larger.text
    assert here.slack.host.fetched == []
    view = await here.home.desk.view(await here.job())
    assert view.picture is not None
    assert "a fox" in view.picture.alt


async def test_words_in_the_thread_of_a_picture_paint_after_it(here: Life) -> None:
    shown = await here.painted()
    await here.slack.say(here.bob, here.art, f"{here.me} as a drawing", thread=shown)
    await here.picture(thread=shown)
    assert len(here.orders[1].references) == 1
    posted = await here.posted()
    await here.slack.say(here.bob, here.art, f"{here.me} as a drawing", thread=posted)
    await here.picture(thread=posted)
    assert len(here.orders[2].references) == 1


async def test_words_in_a_thread_that_is_about_no_picture_paint_anew(here: Life) -> None:
    root = await here.slack.say(here.bob, here.art, "what shall we paint?")
    await here.posted(name="screenshot.png", thread=root)
    await here.slack.say(here.ada, here.art, f"{here.me} a fox", thread=root)
    await here.picture(thread=root)
    assert here.orders[0].references == ()
    assert here.slack.host.fetched == []


async def test_a_mention_with_a_file_and_upscale_enlarges_the_file(here: Life) -> None:
    photo = here.slack.file(here.ada, "cat.png", png())
    said = await here.slack.say(here.ada, here.art, f"{here.me} upscale x4", files=[photo])
    await here.picture(thread=said)
    assert here.orders[0].factor == 4


async def test_a_mention_with_a_file_and_words_paints_after_the_file(here: Life) -> None:
    photo = here.slack.file(here.ada, "cat.png", png())
    said = await here.slack.say(here.ada, here.art, f"{here.me} as a knight", files=[photo])
    await here.picture(thread=said)
    assert here.orders[0].prompt == "as a knight"
    assert len(here.orders[0].references) == 1


async def test_a_mention_with_a_file_alone_asks_what_to_do_before_anything_is_bought(here: Life) -> None:
    photo = here.slack.file(here.ada, "cat.png", png())
    said = await here.slack.say(here.ada, here.art, here.me, files=[photo])
    question = await here.whispered(here.ada, "What shall I do with it?")
    assert here.orders == []
    assert [each.label for each in question.buttons] == ["Upscale", "Use as reference"]
    form = (await here.slack.press(here.ada, question, "Use as reference")).form
    assert not question.deleted, "who closes the form may still choose the other"
    await here.slack.submit(here.ada, form, {"prompt": "in blue"})
    await here.picture(thread=said)
    await here.slack.until(lambda: question.deleted)
    assert len(here.orders[0].references) == 1


async def test_several_pictures_are_asked_about(here: Life) -> None:
    files = [here.slack.file(here.ada, f"{colour}.png", png(colour=colour)) for colour in ("red", "green")]
    said = await here.slack.say(here.ada, here.art, f"{here.me} x4", files=files)
    question = await here.whispered(here.ada, "Which picture?")
    await here.slack.press(here.ada, question, "Picture 2 · green.png")
    await here.picture(thread=said)
    assert here.orders[0].factor == 4
    await here.slack.until(lambda: question.deleted)


async def test_a_refusal_leaves_the_question_to_be_answered_again(tmp_path: Path) -> None:
    async with opened(tmp_path, limits={"jobs_per_minute": 1}) as here:
        photo = here.slack.file(here.ada, "cat.png", png())
        await here.slack.say(here.ada, here.art, here.me, files=[photo])
        question = await here.whispered(here.ada, "What shall I do with it?")
        await here.painted()
        await here.slack.press(here.ada, question, "Upscale")
        await here.whispered(here.ada, "One moment")
        assert not question.deleted
        here.later(minutes=2)
        await here.slack.press(here.ada, question, "Upscale")
        await here.picture(count=2)


async def test_upscale_without_a_picture_asks_for_one_in_private(here: Life) -> None:
    said = await here.slack.say(here.ada, here.art, f"{here.me} upscale")
    await here.whispered(here.ada, "Which picture?")
    assert here.ours(thread=said) == []


async def test_help_and_a_bare_mention_get_help_in_private(here: Life) -> None:
    for words in (f"{here.me} help", here.me):
        await here.slack.say(here.ada, here.art, words)
    await here.slack.until(lambda: len(here.slack.ephemerals(here.ada, here.art)) == 2)
    assert all("What you can say" in each.text for each in here.slack.ephemerals(here.ada, here.art))
    assert here.ours() == []


async def test_names_in_the_words_are_read_as_names(here: Life) -> None:
    stranger = "<@U0NOBODY>"
    words = f"{here.me} {here.bob.mention} as a knight {stranger} in <#{here.art.id}|art> <https://a.test|there> :fox:"
    await here.slack.say(here.ada, here.art, words)
    assert (await here.ordered())[0].prompt == "Bob as a knight in art there :fox:"


async def test_a_name_is_no_flag(here: Life) -> None:
    eve = here.team.person("--seed 5 “Eve”")
    here.art.members.append(eve)
    await here.slack.say(here.ada, here.art, f"{here.me} {eve.mention} as a queen")
    order = (await here.ordered())[0]
    assert order.prompt == "seed 5 Eve as a queen"
    assert order.seed != 5


async def test_a_name_that_slack_does_not_tell_in_time_is_left_out(here: Life) -> None:
    await here.slack.slash(here.ada, here.art, "imagine", "help")  # who asks is known by now
    gate = here.slack.hold("users.info")
    await here.slack.say(here.ada, here.art, f"{here.me} {here.bob.mention} as a knight")
    assert (await here.ordered())[0].prompt == "as a knight"
    gate.open.set()


async def test_the_same_message_twice_makes_one_job(here: Life) -> None:
    said = await here.slack.say(here.ada, here.art, f"{here.me} a fox")
    await here.slack.redeliver(said.delivered[0])
    await here.picture(thread=said)
    assert len(here.orders) == 1


@pytest.mark.parametrize("sign", [",", ":", " ,"])
async def test_a_comma_behind_our_name_is_not_painted(here: Life, sign: str) -> None:
    posted = await here.posted()
    said = await here.slack.say(here.ada, here.art, f"{here.me}{sign} a fox :tada:")
    await here.picture(thread=said)
    await here.slack.say(here.ada, here.art, f"{here.me}{sign} x4", thread=posted)
    await here.picture(thread=posted)
    painted, enlarged = here.orders
    assert (painted.prompt, enlarged.factor) == ("a fox :tada:", 4)


async def test_what_is_edited_afterwards_asks_for_nothing_more(here: Life) -> None:
    said = await here.slack.say(here.ada, here.art, f"{here.me} a fox")
    await here.picture(thread=said)
    payload = said.delivered[0].payload
    payload["event"] = {**payload["event"], "text": f"{here.me} a wolf", "edited": {"user": here.ada.id, "ts": said.ts}}
    payload["event_id"] += "X"
    await here.slack.redeliver(said.delivered[0])
    await here.settled()
    assert [order.prompt for order in here.orders] == ["a fox", "the last"]


async def test_what_other_bots_say_is_passed_over(here: Life) -> None:
    said = await here.slack.say(here.ada, here.art, f"{here.me} a fox")
    await here.picture(thread=said)
    payload = said.delivered[0].payload
    payload["event"] = {**payload["event"], "text": f"{here.me} a wolf", "bot_id": "B0OTHER"}
    payload["event_id"] += "X"
    await here.slack.redeliver(said.delivered[0])
    await here.settled()
    assert [order.prompt for order in here.orders] == ["a fox", "the last"]


async def test_what_was_said_before_a_restart_is_not_said_again(tmp_path: Path) -> None:
    async with atelier() as here:
        async with living(here, tmp_path) as first:
            said = await here.slack.say(here.ada, here.art, f"{here.me} a fox")
            await first.picture(thread=said)
        async with living(here, tmp_path) as second:
            await here.slack.redeliver(said.delivered[0])
            await second.settled()
            assert len(here.ours(thread=said)) == 1
            assert [order.prompt for order in second.orders] == ["the last"]
