"""How a result reaches its message: by an edit, seldom enough, without pings, and in a size that Discord takes."""

from __future__ import annotations

import io
import itertools
import os
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from PIL import Image

from adapters.discord.messenger import PACE_S
from bot.job import Moderated, Progress, Rendered, Ticket
from tests.house import ScriptedProvider
from tests.standins.discord import MIB, Discord
from tests.standins.discord.rest import Heard
from tests.wire.discord_door import Life, opened
from tests.wire.living import HastyClock

KIB = 1024
POSTS = ("/callback", "POST /webhooks", "PATCH /webhooks", "/messages")


@pytest.fixture
async def here(tmp_path: Path) -> AsyncIterator[Life]:
    async with opened(tmp_path) as life:
        yield life


def noise(width: int, height: int) -> bytes:
    """A PNG that no encoder makes smaller: about three bytes a pixel."""
    out = io.BytesIO()
    Image.frombytes("RGB", (width, height), os.urandom(width * height * 3)).save(out, "PNG", compress_level=0)
    return out.getvalue()


def painting(provider: ScriptedProvider, picture: bytes) -> None:
    """Every picture from now on is this one."""

    async def fetch(link: str) -> bytes:
        return picture

    provider.on_fetch = fetch


def spoken(discord: Discord) -> list[Heard]:
    """Requests that post or change a message."""
    return [
        heard
        for heard in discord.requests
        if heard.method in ("POST", "PATCH") and any(post in f"{heard.method} {heard.route}" for post in POSTS)
    ]


async def test_the_result_is_an_edit_of_the_announcement_with_alt_text(here: Life) -> None:
    done = here.holding()
    asked = await here.discord.slash(here.ada, here.art, "imagine", prompt="a lighthouse at dusk")
    announced = asked.message
    assert announced is not None
    assert [each.label for each in announced.buttons] == ["Cancel"]
    done.set()
    shown = await here.picture(here.art)
    assert shown is announced
    assert here.discord.messages(here.art) == [announced]
    assert [picture.alt for picture in shown.pictures] == ["Picture for the words: a lighthouse at dusk"]


async def test_progress_is_shown_at_most_every_five_seconds_and_only_when_something_changed(tmp_path: Path) -> None:
    looks = itertools.count(1)
    seen: list[int] = []
    steps = 12

    async def poll(ticket: Ticket) -> Progress | Rendered | Moderated:
        seen.append(next(looks))
        return Progress(fraction=min(len(seen), steps) / 100, word="Pending")

    async with opened(tmp_path) as here:
        here.provider.on_poll = poll
        discord = here.discord
        await discord.slash(here.ada, here.art, "imagine", prompt="a slow fox")
        await discord.until(lambda: f"{steps}%" in discord.messages(here.art)[0].text)
        shown = len(discord.asked("PATCH /webhooks"))
        since = here.clock.steady()
        while here.clock.steady() < since + 4 * PACE_S:
            await here.clock.sleep(PACE_S)
        assert len(seen) > steps + 2  # each look changed nothing any more
        pace_s = 5.0 / HastyClock.SPEED
        moments = [edit.steady_s for edit in discord.asked("PATCH /webhooks")]
        assert shown >= 2
        assert len(moments) == shown
        assert all(later - earlier >= pace_s for earlier, later in itertools.pairwise(moments))


async def test_nobody_is_pinged_by_the_words_of_a_prompt(here: Life) -> None:
    done, discord = here.holding(), here.discord
    prompt = f"@everyone @here {here.bob.mention} <@&{here.guild.role('Artists').id}> a fox"
    done.set()
    await discord.slash(here.ada, here.art, "imagine", prompt=prompt)
    await here.picture(here.art)  # an edit by the token
    await here.told()
    discord.fail("/callback", status=404, code=10062)
    await discord.slash(here.ada, here.art, "imagine", prompt=prompt, wait=False)
    await discord.until(lambda: len(discord.messages(here.art)) == 2 and discord.messages(here.art)[1].pictures)
    await discord.slash(here.ada, here.art, "imagine", prompt=prompt, width=1)  # a refusal
    said = spoken(discord)
    assert len(said) >= 6
    for heard in said:
        body = heard.body.get("data") or heard.body
        assert body["allowed_mentions"] == {"parse": []}, heard
    for message in discord.messages(here.art):
        assert discord.world.mentions(message) == []
        assert here.bob.mention not in message.text
        assert "@everyone" not in message.text


@pytest.mark.parametrize(("limit", "side"), [(300 * KIB, 512), (10 * MIB, 1900)])
async def test_a_picture_over_the_places_limit_is_made_to_fit_and_its_original_kept(
    tmp_path: Path, limit: int, side: int
) -> None:
    whole = noise(side, side)
    assert len(whole) > limit
    async with opened(tmp_path, size_limit=limit) as here:
        painting(here.provider, whole)
        asked = await here.discord.slash(here.ada, here.art, "imagine", prompt="noise")
        shown = await here.picture(here.art)
        assert shown is asked.message
        (picture,) = shown.pictures
        assert picture.size <= limit
        with Image.open(io.BytesIO(picture.content)) as seen:
            assert seen.format == "WEBP"
        assert f"{side} × {side}" in shown.text
        view = await here.home.desk.view(await here.job())
        assert view.picture is not None
        assert await here.home.gallery.read(view.picture.id) == whole
        assert not here.refused(413)


async def test_a_file_that_discord_refuses_against_its_word_gets_smaller_until_it_is_taken(here: Life) -> None:
    discord = here.discord
    painting(here.provider, noise(1500, 1500))
    here.guild.size_limit = 10 * MIB
    done = here.holding()
    asked = await discord.slash(here.ada, here.art, "imagine", prompt="noise")
    here.guild.size_limit = 1500 * KIB  # the server lost its boosts meanwhile
    done.set()
    shown = await here.picture(here.art)
    assert shown is asked.message
    assert shown.pictures[0].size <= 1500 * KIB
    assert "1500 × 1500" in shown.text
    assert 1 <= len(here.refused(413)) <= 4
    assert discord.messages(here.art) == [shown]


async def test_where_no_file_at_all_is_taken_the_words_come_without_it(here: Life) -> None:
    discord = here.discord
    done = here.holding()
    asked = await discord.slash(here.ada, here.art, "imagine", prompt="a fox")
    here.guild.size_limit = 10
    done.set()
    assert asked.message is not None
    record = await here.told()
    assert not record.untold
    assert not asked.message.pictures
    assert "Upscale" in [each.label for each in asked.message.buttons]
    assert len(here.refused(413)) == 1
