"""Where people ask: threads, forums, voice channels, groups, and servers that nobody invited the bot into."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from tests.house import png
from tests.standins.discord import Channel, Kind
from tests.wire.discord_door import Life, atelier, living, opened


@pytest.fixture
async def here(tmp_path: Path) -> AsyncIterator[Life]:
    async with opened(tmp_path) as life:
        yield life


async def serves(here: Life, place: Channel) -> None:
    """Both ways of asking end there with their picture."""
    asked = await here.discord.slash(here.ada, place, "imagine", prompt="a fox")
    said = await here.discord.say(here.bob, place, f"{here.me} a wolf")
    for message in (asked.shown, *await here.replies(said)):
        assert message.channel is place
        assert not message.ephemeral
        await here.ended(message)


@pytest.mark.parametrize("kind", [Kind.TEXT, Kind.FORUM, Kind.CATEGORY])
async def test_threads_and_forum_posts_are_open_where_their_channel_or_its_category_is(
    tmp_path: Path, kind: Kind
) -> None:
    async with atelier() as here:
        room = here.guild.channel("studio", kind=kind)
        hall = here.guild.channel("hall", parent=room) if kind is Kind.CATEGORY else room
        posts = [hall.thread("sketches"), hall.thread("aside", private=kind is not Kind.FORUM)]
        async with living(here, tmp_path, channels=(str(room.id),)) as life:
            for place in posts:
                await serves(life, place)
            no = await here.discord.slash(here.ada, here.art, "imagine", prompt="a fox")
            assert no.answer.ephemeral
            assert len(life.orders) == 4


async def test_a_post_finishes_by_the_bots_own_message_when_its_token_has_lapsed(tmp_path: Path) -> None:
    async with atelier() as here:
        post = here.guild.channel("gallery", kind=Kind.FORUM).thread("my post")
        async with living(here, tmp_path) as life:
            done = life.holding()
            asked = await here.discord.slash(here.ada, post, "imagine", prompt="a fox")
            here.later(minutes=16)
            done.set()
            shown = await here.picture(post)
            assert shown is not asked.message
            assert not (await life.told()).untold


async def test_in_a_group_of_people_all_of_them_see_the_picture_and_use_its_buttons(tmp_path: Path) -> None:
    async with opened(tmp_path, channels=("dm",)) as here:
        group = here.discord.group(here.ada, here.bob)
        asked = await here.discord.slash(here.ada, group, "imagine", prompt="a fox", by_person=True)
        assert not asked.answer.ephemeral
        shown = await here.ended(asked.shown)
        assert shown.channel is group
        again = await here.discord.press(here.bob, shown, "Again")
        larger = await here.discord.press(here.bob, shown, "Upscale")
        for each in (again, larger):
            assert not each.answer.ephemeral
            await here.ended(each.shown)
        photo = here.discord.attachment("x.png", png())
        brought = await here.discord.slash(here.bob, group, "upscale", image=photo, by_person=True)
        await here.ended(brought.shown)
        assert here.discord.asked("POST /channels") == []


async def test_a_person_may_bring_the_bot_into_a_thread_of_a_strangers_server(here: Life) -> None:
    hall = here.discord.guild("Hall", installed=False, members=[here.ada]).channel("hall").thread("aside")
    asked = await here.discord.slash(here.ada, hall, "imagine", prompt="a fox", by_person=True)
    assert "fox" in asked.text
    assert not asked.answer.ephemeral
    await here.ended(asked.shown)


@pytest.mark.parametrize("kind", [Kind.VOICE, 5])
async def test_the_talk_beside_a_voice_channel_and_news_are_channels_like_any(tmp_path: Path, kind: int) -> None:
    async with atelier() as here:
        hall = here.guild.channel("hall", kind=kind)  # type: ignore[arg-type]
        async with living(here, tmp_path) as life:
            await serves(life, hall)
