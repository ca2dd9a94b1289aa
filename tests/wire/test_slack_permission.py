"""Who may ask where: user groups, channels, moderators and other organisations, in every way of asking there is."""

from __future__ import annotations

from collections.abc import AsyncIterator
from dataclasses import replace
from pathlib import Path

import pytest

from adapters.slack import people
from bot.offer import Number
from tests.house import PAINTER, png
from tests.standins.slack import Channel, Kind, Message
from tests.wire.slack_door import MENU, Life, atelier, living, opened


@pytest.fixture
async def here(tmp_path: Path) -> AsyncIterator[Life]:
    async with opened(tmp_path) as life:
        yield life


async def no_way(here: Life, where: Channel, shown: Message) -> None:
    """Bob asks in every way there is; each is refused in private, and nothing is bought or fetched."""
    had, posted = list(here.orders), here.slack.messages(where)
    photo = here.slack.file(here.bob, "x.png", png())
    asked = await here.slack.slash(here.bob, where, "imagine", "a fox")
    assert asked.ephemeral
    for label in ("Upscale", "Again"):
        assert (await here.slack.press(here.bob, shown, label)).ephemeral
    assert (await here.slack.shortcut(here.bob, shown, MENU["upscale"])).ephemeral
    forms = [
        (await here.slack.slash(here.bob, where, "imagine")).form,
        (await here.slack.press(here.bob, shown, "Edit prompt")).form,
        (await here.slack.press(here.bob, shown, "Use as reference")).form,
        (await here.slack.shortcut(here.bob, shown, MENU["reference"])).form,
    ]
    for form in forms:
        here.slack.world.modals[here.bob.id] = [form]
        sent = await here.slack.submit(here.bob, form, {"prompt": "a wolf"})
        assert sent.view is form
        assert not form.submit, "it turned into a page that says no"
    larger = (await here.slack.slash(here.bob, where, "upscale")).form
    await here.slack.until(lambda: bool(larger.fields))
    await here.slack.submit(here.bob, larger, {"pictures": photo})
    assert not larger.submit
    said = [
        await here.slack.say(here.bob, where, f"{here.me} {words}", files=files, thread=thread)
        for words, files, thread in (
            ("a fox", [], None),
            ("upscale", [photo], None),
            ("", [photo], None),
            ("upscale", [], shown),
        )
    ]
    assert [one for one in here.slack.messages(where) if one not in posted and one not in said] == []
    assert here.orders == had
    assert here.slack.host.fetched == []


async def test_who_is_not_in_the_user_group_gets_nothing_in_any_way(tmp_path: Path) -> None:
    async with atelier() as here:
        painters = here.team.group("painters", here.ada)
        async with living(here, tmp_path, roles=(painters.id,)) as life:
            await no_way(life, here.art, await life.painted())
            talk = here.team.dm(here.bob)
            await here.slack.say(here.bob, talk, "ein Fuchs")
            assert "bestimmten Kreis" in (await life.shown(channel=talk)).text
            assert len(life.orders) == 1


async def test_a_person_may_be_named_in_place_of_a_group(tmp_path: Path) -> None:
    async with atelier() as here, living(here, tmp_path, roles=(here.ada.id,)) as life:
        await life.painted()
        asked = await here.slack.slash(here.bob, here.art, "imagine", "a fox")
        assert asked.ephemeral
        assert len(life.orders) == 1


async def test_a_group_that_cannot_be_read_lets_nobody_in(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(people, "UNKNOWN_S", 0.0)
    async with atelier() as here:
        painters = here.team.group("painters", here.ada)
        here.slack.fail("usergroups.users.list", status=500, times=None)
        async with living(here, tmp_path, roles=(painters.id,)) as life:
            asked = await here.slack.slash(here.ada, here.art, "imagine", "a fox")
            assert asked.ephemeral
            here.slack.heal()
            await life.painted()


async def test_a_channel_that_was_closed_is_closed_to_every_way_of_asking(tmp_path: Path) -> None:
    async with atelier() as here:
        async with living(here, tmp_path) as first:
            shown = await first.painted()
        async with living(here, tmp_path, channels=("C0OTHER", "dm")) as second:
            await no_way(second, here.art, shown)
            talk = here.team.dm(here.bob)
            await here.slack.say(here.bob, talk, "a fox")
            await second.picture(talk)
            assert len(await second.ordered()) == 1


async def test_direct_messages_are_closed_where_the_setting_names_channels_alone(tmp_path: Path) -> None:
    async with atelier() as here, living(here, tmp_path, channels=(here.art.id,)) as life:
        await life.painted()
        talk = here.team.dm(here.ada)
        await here.slack.say(here.ada, talk, "a fox")
        assert "not open in this channel" in (await life.shown(channel=talk)).text
        asked = await here.slack.slash(here.ada, talk, "imagine", "a fox")
        assert "not open in this channel" in asked.text
        assert len(life.orders) == 1


async def test_a_workspaces_admin_moderates_every_channel_that_they_act_in(here: Life) -> None:
    shown = await here.painted()
    job = await here.job()
    hall = here.team.channel("hall")
    boss = here.team.person("Boss", admin=True)
    here.art.members.append(boss)
    hall.members.append(boss)
    other = await here.painted("a wolf", hall)
    for verb in ("delete", "cancel"):
        no = await here.slack.press_raw(boss, other, f"v1:{verb}:{job}")
        assert "Only the person who asked" in no.text
    assert not shown.deleted
    await here.slack.press(boss, shown, "Delete")
    await here.slack.until(lambda: shown.deleted)


async def test_moderators_of_the_settings_need_no_other_group_to_ask(tmp_path: Path) -> None:
    async with atelier() as here:
        artists, keepers = here.team.group("artists", here.ada), here.team.group("keepers", here.bob)
        async with living(here, tmp_path, roles=(artists.id,), moderators=(keepers.id,)) as life:
            await here.slack.slash(here.bob, here.art, "imagine", "a wolf")
            his = await life.ended(await life.shown())
            no = await here.slack.press(here.ada, his, "Löschen")
            assert "Only the person who asked" in no.text
            shown = await life.painted()
            await here.slack.press(here.bob, shown, "Delete")
            await here.slack.until(lambda: shown.deleted)
            life.holding()
            await here.slack.slash(here.ada, here.art, "imagine", "a fox")
            asked = await life.shown(2)
            await here.slack.press(here.bob, asked, "Cancel")
            await life.ended(asked, "Stopp")


TOLERANT = replace(PAINTER, controls=(*PAINTER.controls, Number(name="safety_tolerance", low=0, high=6, default=2)))


async def test_nothing_is_more_tolerant_than_the_setting(tmp_path: Path) -> None:
    async with opened(tmp_path, safety_tolerance=1) as here:
        here.provider.offers = (TOLERANT, *here.provider.offers[1:])
        no = await here.slack.slash(here.ada, here.art, "imagine", "a fox --safety 2")
        assert "0–1" in no.text
        form = (await here.slack.slash(here.ada, here.art, "imagine")).form
        await here.slack.submit(here.ada, form, {"prompt": "a fox", "flags": "--safety 6"})
        assert "0–1" in form.errors["flags"]
        talk = here.team.dm(here.ada)
        await here.slack.say(here.ada, talk, "a fox --safety 3")
        assert "0–1" in (await here.shown(channel=talk)).text
        await here.painted("a fox --safety 1")
        await here.painted("a wolf")
        assert [order.safety_tolerance for order in here.orders] == [1, 1]


async def test_people_of_other_organisations_get_nothing_in_a_shared_channel(tmp_path: Path) -> None:
    async with atelier() as here:
        globex = here.slack.workspace("Globex", installed=False)
        eve = globex.person("Eve")
        hall = here.team.channel("hall", shared_with=[globex])
        hall.members.append(eve)
        async with living(here, tmp_path) as life:
            shown = await life.painted("a fox", hall)
            await here.slack.say(eve, hall, f"{here.me} a wolf")
            await life.whispered(eve, "organisations share", hall)
            pressed = await here.slack.press(eve, shown, "Again")
            assert "organisations share" in pressed.text
            form = (await here.slack.press(eve, shown, "Edit prompt")).view
            assert form is None
            assert len(life.orders) == 1


async def test_people_of_other_organisations_may_ask_where_the_setting_lets_them(tmp_path: Path) -> None:
    async with atelier() as here:
        globex = here.slack.workspace("Globex", installed=False)
        eve = globex.person("Eve", admin=True)
        hall = here.team.channel("hall", shared_with=[globex])
        hall.members.append(eve)
        async with living(here, tmp_path, outsiders=True) as life:
            said = await here.slack.say(eve, hall, f"{here.me} a wolf")
            shown = await life.picture(thread=said)
            hers = await life.painted("a fox", hall)
            no = await here.slack.press(eve, hers, "Delete")
            assert "Only the person who asked" in no.text, "who leads another organisation moderates nothing here"
            await here.slack.press(eve, shown, "Delete")
            await here.slack.until(lambda: shown.deleted)


async def test_a_group_talk_of_people_is_left_alone_without_the_bot(here: Life) -> None:
    group = here.team.channel("", kind=Kind.GROUP, bot=False)
    asked = await here.slack.slash(here.ada, group, "imagine", "a fox")
    assert asked.ephemeral
    assert here.orders == []


async def test_a_form_of_another_organisations_guest_belongs_to_the_workspace_that_it_was_opened_in(
    tmp_path: Path,
) -> None:
    """Slack names the guest's own workspace when they send it."""
    async with atelier() as here:
        globex = here.slack.workspace("Globex", installed=False)
        eve = globex.person("Eve", admin=True)
        hall = here.team.channel("hall", shared_with=[globex])
        hall.members.append(eve)
        async with living(here, tmp_path, outsiders=True) as life:
            shown = await life.painted("a fox", hall)
            form = (await here.slack.press(eve, shown, "Edit prompt")).form
            sent = await here.slack.submit(eve, form, {"prompt": "a wolf"})
            assert sent.payload["team"]["id"] == globex.id
            await life.picture(thread=shown)
            first, second = (record.job for record in await life.home.store.jobs())
            assert first.at.id == second.at.id
            assert {first.by.id, second.by.id} == {f"{here.team.id}/{here.ada.id}", f"{globex.id}/{eve.id}"}
        async with living(here, tmp_path) as strict:
            here.slack.world.modals[eve.id] = [form]
            form.closed, form.id = False, "VOTHER"
            await here.slack.submit(eve, form, {"prompt": "a hare"})
            assert "organisations share" in form.text
            assert strict.orders == []
