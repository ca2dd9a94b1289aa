"""Mentions, replies and direct messages: what asks for something, what does not, and which picture is meant."""

from __future__ import annotations

from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import AsyncExitStack
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from tests.clock import ShiftedClock
from tests.house import png
from tests.standins.discord import USUAL, Discord, Message, Permission
from tests.wire.discord_door import Life, Scene, living, scene


@dataclass(frozen=True)
class Evening(Scene):
    """The scene with its house open."""

    house: Life

    @property
    def me(self) -> str:
        return self.discord.bot.mention

    @property
    def orders(self) -> list[Any]:
        return [order.request for order in self.house.home.provider.orders]

    async def replies(self, to: Message, count: int = 1) -> list[Message]:
        """The bot's replies to a message, once there are so many."""

        def found() -> list[Message]:
            return [each for each in self.discord.messages(to.channel) if each.reply_to is to]

        await self.discord.until(lambda: len(found()) >= count)
        return found()

    async def quiet(self, message: Message) -> None:
        """Nothing comes of a message: a later one, that is answered, shows that it was passed over."""
        after = await self.discord.say(self.bob, message.channel, f"{self.me} help")
        await self.replies(after)
        assert [each for each in self.discord.messages(message.channel) if each.reply_to is message] == []
        assert self.orders == []


Open = Callable[..., Awaitable[Evening]]


@pytest.fixture
async def opened(tmp_path: Path) -> AsyncIterator[Open]:
    """Opens the house, with or without the message content intent."""
    clock = ShiftedClock()
    async with AsyncExitStack() as stack:

        async def open_(*, message_content: bool = False, **settings: Any) -> Evening:
            discord = await stack.enter_async_context(Discord(clock=clock, message_content=message_content))
            here = scene(discord)
            house = await stack.enter_async_context(
                living(discord, tmp_path, clock, message_content=message_content, **settings)
            )
            return Evening(here.discord, here.guild, here.art, here.ada, here.bob, house)

        yield open_


@pytest.fixture
async def here(opened: Open) -> Evening:
    return await opened()


async def test_a_mention_with_words_paints_and_answers_with_a_reply(here: Evening) -> None:
    said = await here.discord.say(here.ada, here.art, f"{here.me} a fox in the snow --seed 3")
    (reply,) = await here.replies(said)
    await here.house.ended(reply)
    assert (here.orders[0].prompt, here.orders[0].seed) == ("a fox in the snow", 3)


async def test_a_direct_message_needs_no_mention(here: Evening) -> None:
    said = await here.discord.say(here.ada, here.discord.dm(here.ada), "a fox in the snow")
    (reply,) = await here.replies(said)
    await here.house.ended(reply)


async def test_what_speaks_to_others_is_passed_over(here: Evening) -> None:
    await here.quiet(await here.discord.say(here.ada, here.art, "upscale"))
    await here.quiet(await here.discord.say(here.ada, here.art, f"{here.bob.mention} a fox"))


async def test_upscale_in_reply_to_a_strangers_picture_works_where_content_may_be_read(opened: Open) -> None:
    here = await opened(message_content=True)
    photo = here.discord.attachment("x.png", png())
    posted = await here.discord.say(here.bob, here.art, "look", attachments=[photo])
    said = await here.discord.say(here.ada, here.art, f"{here.me} x4", reply_to=posted)
    (reply,) = await here.replies(said)
    await here.house.ended(reply)
    assert here.orders[0].factor == 4


async def test_without_the_intent_a_strangers_picture_is_not_seen_and_the_way_is_told(here: Evening) -> None:
    photo = here.discord.attachment("x.png", png())
    posted = await here.discord.say(here.bob, here.art, "look", attachments=[photo])
    said = await here.discord.say(here.ada, here.art, f"{here.me} upscale", reply_to=posted)
    (reply,) = await here.replies(said)
    assert "Apps → Upscale" in reply.text
    assert here.orders == []


async def test_without_the_intent_words_in_reply_are_not_painted_at_a_guess(here: Evening) -> None:
    photo = here.discord.attachment("x.png", png())
    posted = await here.discord.say(here.bob, here.art, "look", attachments=[photo])
    said = await here.discord.say(here.ada, here.art, f"{here.me} make it blue", reply_to=posted)
    (reply,) = await here.replies(said)
    assert "I can’t see the message you reply to." in reply.text
    assert here.orders == []


async def test_a_picture_in_the_message_itself_needs_no_intent(here: Evening) -> None:
    photo = here.discord.attachment("x.png", png())
    said = await here.discord.say(here.ada, here.art, f"{here.me} upscale", attachments=[photo])
    (reply,) = await here.replies(said)
    await here.house.ended(reply)


async def test_a_reply_to_our_picture_takes_the_original(here: Evening) -> None:
    asked = await here.discord.slash(here.ada, here.art, "imagine", prompt="a fox")
    shown = await here.house.ended(asked.shown)
    said = await here.discord.say(here.bob, here.art, f"{here.me} as a drawing", reply_to=shown)
    (reply,) = await here.replies(said)
    await here.house.ended(reply)
    assert len(here.orders[1].references) == 1
    assert here.discord.cdn.fetched == []


async def test_upscale_alone_in_a_reply_that_pings_is_enough(here: Evening) -> None:
    first = await here.discord.say(here.ada, here.art, f"{here.me} a fox")
    (ours,) = await here.replies(first)
    await here.house.ended(ours)
    said = await here.discord.say(here.bob, here.art, "upscale", reply_to=ours, ping=True)
    (reply,) = await here.replies(said)
    await here.house.ended(reply)


async def test_chatter_in_reply_to_a_picture_buys_nothing(here: Evening) -> None:
    first = await here.discord.say(here.ada, here.art, f"{here.me} help")
    (ours,) = await here.replies(first)
    await here.quiet(await here.discord.say(here.bob, here.art, "oh how lovely", reply_to=ours, ping=True))


async def test_a_reply_that_is_kept_from_us_is_explained_once_an_hour(here: Evening) -> None:
    asked = await here.discord.slash(here.ada, here.art, "imagine", prompt="a fox")
    shown = await here.house.ended(asked.shown)
    said = await here.discord.say(here.bob, here.art, "upscale", reply_to=shown, ping=True)
    (reply,) = await here.replies(said)
    assert "Apps" in reply.text
    again = await here.discord.say(here.bob, here.art, "upscale", reply_to=shown, ping=True)
    help_ = await here.discord.say(here.bob, here.art, f"{here.me} help")
    await here.replies(help_)
    assert [each for each in here.discord.messages(here.art) if each.reply_to is again] == []


async def test_several_pictures_are_asked_about_in_a_reply(here: Evening) -> None:
    files = [here.discord.attachment(f"{colour}.png", png(colour=colour)) for colour in ("red", "green")]
    said = await here.discord.say(here.ada, here.art, f"{here.me} x4", attachments=files)
    (question,) = await here.replies(said)
    chosen = await here.discord.press(here.ada, question, "Bild 2" if "Bild" in question.text else "Picture 2")
    await here.house.ended(chosen.shown)
    assert here.orders[0].factor == 4


async def test_upscale_without_a_picture_asks_for_one(here: Evening) -> None:
    said = await here.discord.say(here.ada, here.art, f"{here.me} upscale")
    (reply,) = await here.replies(said)
    assert "Which picture?" in reply.text


async def test_help_and_a_bare_mention_get_help(here: Evening) -> None:
    for words in (f"{here.me} help", here.me):
        said = await here.discord.say(here.ada, here.art, words)
        (reply,) = await here.replies(said)
        assert "What you can say" in reply.text


async def test_where_the_bot_may_not_post_the_person_is_told_directly(here: Evening) -> None:
    here.art.permissions = USUAL & ~Permission.SEND_MESSAGES
    await here.discord.permit(here.art, USUAL & ~Permission.SEND_MESSAGES)
    await here.discord.say(here.ada, here.art, f"{here.me} a fox")
    talk = here.discord.dm(here.ada)
    await here.discord.until(lambda: bool(here.discord.messages(talk)))
    assert "not allowed to post here" in here.discord.messages(talk)[0].text
    assert here.orders == []


async def test_names_in_the_words_are_read_as_names(here: Evening) -> None:
    said = await here.discord.say(here.ada, here.art, f"{here.me} {here.bob.mention} as a knight <:sword:12345678>")
    await here.replies(said)
    await here.discord.until(lambda: bool(here.orders))
    assert here.orders[0].prompt == "Bob as a knight sword"


async def test_the_same_message_twice_makes_one_job(here: Evening) -> None:
    said = await here.discord.say(here.ada, here.art, f"{here.me} a fox")
    await here.discord.redeliver(said)
    (reply,) = await here.replies(said)
    await here.house.ended(reply)
    assert len(here.orders) == 1
