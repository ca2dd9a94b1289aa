"""Mentions, replies and direct messages: what asks for something, what does not, and which picture is meant."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from tests.house import png
from tests.standins.discord import USUAL, Message, Permission
from tests.wire.discord_door import Life, atelier, living, opened


@pytest.fixture
async def here(tmp_path: Path) -> AsyncIterator[Life]:
    async with opened(tmp_path) as life:
        yield life


async def test_a_mention_with_words_paints_and_answers_with_a_reply(here: Life) -> None:
    said = await here.discord.say(here.ada, here.art, f"{here.me} a fox in the snow --seed 3")
    (reply,) = await here.replies(said)
    await here.ended(reply)
    assert (here.orders[0].prompt, here.orders[0].seed) == ("a fox in the snow", 3)


async def test_a_direct_message_needs_no_mention(here: Life) -> None:
    said = await here.discord.say(here.ada, here.discord.dm(here.ada), "a fox in the snow")
    (reply,) = await here.replies(said)
    assert "a fox in the snow" in (await here.ended(reply)).text


@pytest.mark.parametrize("words", ["upscale", "{bob} a fox"])
async def test_what_speaks_to_others_is_passed_over(here: Life, words: str) -> None:
    await unheard(here, await here.discord.say(here.ada, here.art, words.format(bob=here.bob.mention)))


async def unheard(here: Life, said: Message) -> None:
    """Nothing comes of it."""
    await here.settled()
    assert here.replies_now(said) == []
    assert [order.prompt for order in here.orders] == ["the last"]


async def test_upscale_in_reply_to_a_strangers_picture_works_where_content_may_be_read(tmp_path: Path) -> None:
    async with opened(tmp_path, message_content=True) as here:
        posted = await here.posted()
        said = await here.discord.say(here.ada, here.art, f"{here.me} x4", reply_to=posted)
        (reply,) = await here.replies(said)
        await here.ended(reply)
        assert here.orders[0].factor == 4


async def test_without_the_intent_a_strangers_picture_is_not_seen_and_the_way_is_told(here: Life) -> None:
    posted = await here.posted()
    said = await here.discord.say(here.ada, here.art, f"{here.me} upscale", reply_to=posted)
    (reply,) = await here.replies(said)
    assert "Apps → Upscale" in reply.text
    assert here.orders == []


async def test_what_the_gateway_leaves_out_is_read_anew_where_the_bot_may(tmp_path: Path) -> None:
    """The developer portal allows content and the settings do not ask for it: events lack it, REST does not."""
    async with atelier(message_content=True) as here, living(here, tmp_path, message_content=False) as life:
        posted = await here.posted()
        said = await here.discord.say(here.ada, here.art, f"{here.me} x4", reply_to=posted)
        await here.ended((await here.replies(said))[0])
        assert life.orders[0].factor == 4
        read = here.discord.asked("GET /channels/{channel_id}/messages/{message_id}")
        assert [heard.ids["message_id"] for heard in read] == [str(posted.id)]


async def test_what_the_gateway_leaves_out_is_not_read_where_the_bot_may_not(tmp_path: Path) -> None:
    async with atelier(message_content=True) as here:
        here.art.permissions = USUAL & ~Permission.READ_MESSAGE_HISTORY
        async with living(here, tmp_path, message_content=False) as life:
            posted = await here.posted()
            said = await here.discord.say(here.ada, here.art, f"{here.me} x4", reply_to=posted)
            assert "Apps → Upscale" in (await here.replies(said))[0].text
            assert life.orders == []
            assert here.discord.asked("GET /channels/{channel_id}/messages/{message_id}") == []


async def test_without_the_intent_words_in_reply_are_not_painted_at_a_guess(here: Life) -> None:
    posted = await here.posted()
    said = await here.discord.say(here.ada, here.art, f"{here.me} make it blue", reply_to=posted)
    (reply,) = await here.replies(said)
    assert "I can’t see the message you reply to." in reply.text
    assert here.orders == []


async def test_a_picture_in_the_message_itself_needs_no_intent(here: Life) -> None:
    photo = here.discord.attachment("x.png", png())
    said = await here.discord.say(here.ada, here.art, f"{here.me} upscale", attachments=[photo])
    (reply,) = await here.replies(said)
    await here.ended(reply)
    assert here.orders[-1].factor == 2


async def test_a_reply_to_our_picture_takes_the_original(here: Life) -> None:
    shown = await here.painted()
    said = await here.discord.say(here.bob, here.art, f"{here.me} as a drawing", reply_to=shown)
    (reply,) = await here.replies(said)
    await here.ended(reply)
    assert len(here.orders[1].references) == 1
    assert here.discord.cdn.fetched == []


async def test_upscale_alone_in_a_reply_that_pings_is_enough(here: Life) -> None:
    first = await here.discord.say(here.ada, here.art, f"{here.me} a fox")
    (ours,) = await here.replies(first)
    await here.ended(ours)
    said = await here.discord.say(here.bob, here.art, "upscale", reply_to=ours, ping=True)
    (reply,) = await here.replies(said)
    await here.ended(reply)
    assert here.orders[-1].factor == 2


async def test_chatter_in_reply_to_a_picture_buys_nothing(here: Life) -> None:
    first = await here.discord.say(here.ada, here.art, f"{here.me} help")
    (ours,) = await here.replies(first)
    await unheard(here, await here.discord.say(here.bob, here.art, "oh how lovely", reply_to=ours, ping=True))


async def test_a_reply_that_is_kept_from_us_is_explained_once_an_hour(here: Life) -> None:
    shown = await here.painted()
    said = await here.discord.say(here.bob, here.art, "upscale", reply_to=shown, ping=True)
    (reply,) = await here.replies(said)
    assert "Apps" in reply.text
    again = await here.discord.say(here.bob, here.art, "upscale", reply_to=shown, ping=True)
    await here.settled()
    assert here.replies_now(again) == []


async def test_several_pictures_are_asked_about_in_a_reply(here: Life) -> None:
    files = [here.discord.attachment(f"{colour}.png", png(colour=colour)) for colour in ("red", "green")]
    said = await here.discord.say(here.ada, here.art, f"{here.me} x4", attachments=files)
    (question,) = await here.replies(said)
    chosen = await here.discord.press(here.ada, question, "Bild 2" if "Bild" in question.text else "Picture 2")
    await here.ended(chosen.shown)
    assert here.orders[0].factor == 4


async def test_upscale_without_a_picture_asks_for_one(here: Life) -> None:
    said = await here.discord.say(here.ada, here.art, f"{here.me} upscale")
    (reply,) = await here.replies(said)
    assert "Which picture?" in reply.text


async def test_help_and_a_bare_mention_get_help(here: Life) -> None:
    for words in (f"{here.me} help", here.me):
        said = await here.discord.say(here.ada, here.art, words)
        (reply,) = await here.replies(said)
        assert "What you can say" in reply.text


async def test_where_the_bot_may_not_post_the_person_is_told_directly(here: Life) -> None:
    here.art.permissions = USUAL & ~Permission.SEND_MESSAGES
    await here.discord.permit(here.art, USUAL & ~Permission.SEND_MESSAGES)
    await here.discord.say(here.ada, here.art, f"{here.me} a fox")
    talk = here.discord.dm(here.ada)
    await here.discord.until(lambda: bool(here.discord.messages(talk)))
    assert "not allowed to post here" in here.discord.messages(talk)[0].text
    assert here.orders == []


async def test_names_in_the_words_are_read_as_names(here: Life) -> None:
    said = await here.discord.say(here.ada, here.art, f"{here.me} {here.bob.mention} as a knight <:sword:12345678>")
    await here.replies(said)
    assert (await here.ordered())[0].prompt == "Bob as a knight sword"


async def test_the_same_message_twice_makes_one_job(here: Life) -> None:
    said = await here.discord.say(here.ada, here.art, f"{here.me} a fox")
    await here.discord.redeliver(said)
    (reply,) = await here.replies(said)
    await here.ended(reply)
    assert len(here.orders) == 1


async def test_a_comma_behind_our_name_is_not_painted(here: Life) -> None:
    said = await here.discord.say(here.ada, here.art, f"{here.me}, a fox")
    await here.replies(said)
    assert [order.prompt for order in await here.ordered()] == ["a fox"]
