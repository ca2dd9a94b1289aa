"""Who may ask where: roles, channels, ages and moderators, in every way of asking that there is."""

from __future__ import annotations

from collections.abc import AsyncIterator
from dataclasses import replace
from functools import partial
from pathlib import Path

import pytest

from bot.offer import Number
from tests.house import PAINTER, png
from tests.standins.discord import USUAL, Answer, Channel, Kind, Message, Permission
from tests.wire.discord_door import Life, atelier, living, opened


@pytest.fixture
async def here(tmp_path: Path) -> AsyncIterator[Life]:
    async with opened(tmp_path) as life:
        yield life


async def no_way(here: Life, where: Channel, shown: Message) -> None:
    """Bob asks in every way there is; each is refused, and nothing is bought or fetched."""
    had = list(here.orders)
    photo = here.discord.attachment("x.png", png())
    ways = [
        await here.discord.slash(here.bob, where, "imagine", prompt="a fox"),
        await here.discord.slash(here.bob, where, "imagine", image=photo),
        await here.discord.slash(here.bob, where, "upscale", image=photo),
        *[await here.discord.press(here.bob, shown, label) for label in ("Upscale", "Again")],
        await here.discord.menu(here.bob, shown, "Upscale"),
    ]
    for label in ("Edit prompt", "Use as reference"):
        form = await here.discord.press(here.bob, shown, label)
        ways.append(await here.discord.submit(here.bob, form, {"prompt": "a wolf"}))
    assert [way.text for way in ways if not way.answer.ephemeral] == []
    for words, files in (("a fox", []), ("upscale", [photo]), ("", [photo])):
        said = await here.discord.say(here.bob, where, f"{here.me} {words}", attachments=files)
        await here.replies(said)
    assert here.orders == had
    assert here.discord.cdn.fetched == []


async def test_who_lacks_the_role_gets_nothing_in_any_way(tmp_path: Path) -> None:
    async with atelier() as here:
        role = here.guild.role("Artists")
        here.ada.roles.add(role.id)
        async with living(here, tmp_path, roles=(str(role.id),)) as life:
            await no_way(life, here.art, await life.painted())
            said = await here.discord.say(here.bob, here.discord.dm(here.bob), "a fox")
            await here.replies(said)
            assert len(life.orders) == 1


@pytest.mark.parametrize("kind", ["channel", "thread", "forum post"])
async def test_a_channel_that_was_closed_is_closed_to_every_way_of_asking(tmp_path: Path, kind: str) -> None:
    async with atelier() as here:
        hall = here.guild.channel("hall", kind=Kind.FORUM if kind == "forum post" else Kind.TEXT)
        where = hall if kind == "channel" else hall.thread("aside")
        here = replace(here, art=where)
        async with living(here, tmp_path) as first:
            shown = await first.painted()
        async with living(here, tmp_path, channels=("1", "dm")) as second:
            await no_way(second, where, shown)
            said = await here.discord.say(here.bob, here.discord.dm(here.bob), "a fox")
            await here.replies(said)
            assert len(await second.ordered()) == 1


async def test_who_moderates_one_channel_does_not_moderate_another(here: Life) -> None:
    shown = await here.painted()
    job = await here.job()
    hall = here.guild.channel("hall")
    await here.discord.join(here.guild)
    here.bob.permissions = USUAL | Permission.MANAGE_MESSAGES
    other = await here.discord.slash(here.bob, hall, "imagine", prompt="a wolf")
    await here.ended(other.shown)
    for custom_id in (f"v1:delete:{job}", f"v1:delete:{job}:sure", f"v1:cancel:{job}"):
        no = await here.discord.press_raw(here.bob, other.shown, custom_id)
        await here.answered(no, "Das kann nur")
    assert not shown.deleted
    assert not other.shown.deleted
    pressed = await here.discord.press(here.bob, shown, "Delete")
    assert "Wirklich löschen?" in pressed.text


async def test_a_role_of_the_settings_moderates_and_needs_no_other_to_ask(tmp_path: Path) -> None:
    async with atelier() as here:
        artists, keepers = here.guild.role("Artists"), here.guild.role("Keepers")
        here.ada.roles.add(artists.id)
        here.bob.roles.add(keepers.id)
        async with living(here, tmp_path, roles=(str(artists.id),), moderators=(str(keepers.id),)) as life:
            his = await here.discord.slash(here.bob, here.art, "imagine", prompt="a wolf")
            await here.ended(his.shown)
            no = await here.discord.press(here.ada, his.shown, "Löschen")
            assert "Only the person who asked" in no.text
            shown = await life.painted()
            question = await here.discord.press(here.bob, shown, "Delete")
            await here.discord.press(here.bob, question.shown, "Löschen")
            await here.discord.until(lambda: shown.deleted)
            life.holding()
            asked = await here.discord.slash(here.ada, here.art, "imagine", prompt="a fox")
            stopped = await here.discord.press(here.bob, asked.shown, "Cancel")
            assert stopped.answer.kind is Answer.DEFERRED_UPDATE
            await here.ended(asked.shown, "Stopp")


TOLERANT = replace(PAINTER, controls=(*PAINTER.controls, Number(name="safety_tolerance", low=0, high=6, default=2)))


async def test_what_an_age_restricted_channel_allows_ends_at_its_door(here: Life) -> None:
    here.provider.offers = (TOLERANT, *here.provider.offers[1:])
    cellar = here.guild.channel("cellar", nsfw=True)
    await here.discord.join(here.guild)
    asked = await here.discord.slash(here.ada, cellar.thread("deeper"), "imagine", prompt="a fox", safety_tolerance=6)
    below = await here.ended(asked.shown)
    job = await here.job()
    assert here.orders[0].safety_tolerance == 6
    shown = await here.painted("a fox")
    again = await here.discord.press_raw(here.ada, shown, f"v1:again:{job}")
    assert again.answer.ephemeral
    form = await here.discord.press_raw(here.ada, shown, f"v1:edit:{job}")
    sent = await here.discord.submit(here.ada, form, {"prompt": "a wolf"})
    assert sent.answer.ephemeral
    typed = await here.discord.submit(here.ada, form, {"prompt": "a wolf --safety 6", "flags": "--safety 6"})
    assert typed.answer.ephemeral
    for where in (here.art, here.discord.dm(here.ada)):
        asked = await here.discord.slash(here.ada, where, "imagine", prompt="a fox --safety 6")
        assert "0–2" in asked.text
    assert [order.safety_tolerance for order in here.orders] == [6, 2]
    assert not below.deleted


async def test_the_ceilings_are_those_of_the_settings(tmp_path: Path) -> None:
    async with atelier() as here:
        cellar = here.guild.channel("cellar", nsfw=True)
        async with living(here, tmp_path, safety_tolerance=1, safety_tolerance_age_restricted=4) as life:
            life.provider.offers = (TOLERANT, *life.provider.offers[1:])
            for where, most in ((here.art, 1), (cellar, 4)):
                ask = partial(here.discord.slash, here.ada, where, "imagine", prompt="a fox")
                no = await ask(safety_tolerance=most + 1)
                assert no.answer.ephemeral
                assert f"0–{most}" in no.text
                await here.ended((await ask(safety_tolerance=most)).shown)
            assert [order.safety_tolerance for order in life.orders] == [1, 4]


async def test_in_a_channel_that_was_closed_nothing_is_explained_unasked(tmp_path: Path) -> None:
    async with atelier() as here:
        async with living(here, tmp_path) as first:
            shown = await first.painted()
        async with living(here, tmp_path, channels=("1",)):
            unread = await here.discord.say(here.bob, here.art, "how nice", reply_to=shown)
            asked = await here.discord.say(here.bob, here.art, f"{here.me} a fox")
            await here.replies(asked)
            assert here.replies_now(unread) == []
