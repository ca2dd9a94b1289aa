"""Where people ask: threads, private channels, groups, other people's talks, and channels that the bot is not in."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path

import aiohttp
import pytest

from adapters.slack import reception
from tests.house import png
from tests.standins.slack import Channel, Kind, Message, Serving
from tests.standins.slack.delivered import RESPONSES
from tests.wire.slack_door import MENU, Life, atelier, living, opened


@pytest.fixture
async def here(tmp_path: Path) -> AsyncIterator[Life]:
    async with opened(tmp_path) as life:
        yield life


async def serves(here: Life, place: Channel) -> None:
    """Each way of asking ends there with its picture."""
    shown = await here.painted("a fox", place)
    assert shown.channel is place
    said = await here.slack.say(here.bob, place, f"{here.me} a wolf")
    assert (await here.picture(place, thread=said)).channel is place
    await here.slack.press(here.bob, shown, "Upscale")
    assert (await here.picture(place, thread=shown)).channel is place
    form = (await here.slack.slash(here.ada, place, "imagine")).form
    await here.slack.submit(here.ada, form, {"prompt": "a hare"})
    assert (await here.picture(place, count=4)).channel is place


@pytest.mark.parametrize("kind", [Kind.PUBLIC, Kind.PRIVATE, Kind.GROUP])
async def test_every_kind_of_channel_that_the_bot_is_in_serves_alike(here: Life, kind: Kind) -> None:
    await serves(here, here.team.channel("hall", kind=kind))


async def test_commands_forms_and_menus_work_in_the_talk_with_the_bot(here: Life) -> None:
    talk = here.team.dm(here.ada)
    shown = await here.painted("a fox", talk)
    again = await here.slack.press(here.ada, shown, "Again")
    assert again.acked
    await here.picture(talk, count=2)
    form = (await here.slack.slash(here.ada, talk, "imagine")).form
    await here.slack.submit(here.ada, form, {"prompt": "a hare"})
    await here.picture(talk, count=3)
    posted = await here.slack.upload(here.ada, talk, "x.png", png())
    await here.slack.shortcut(here.ada, posted, MENU["upscale"])
    await here.picture(talk, count=4)
    refused = await here.slack.slash(here.ada, talk, "imagine", "a fox --sed 7")
    assert "Did you mean --seed?" in refused.text


async def test_a_picture_in_a_talk_between_others_is_told_of_and_left_alone(here: Life) -> None:
    between = here.team.channel("", kind=Kind.GROUP, bot=False)
    posted = await here.posted(between)
    for verb in ("upscale", "reference"):
        asked = await here.slack.shortcut(here.ada, posted, MENU[verb])
        assert asked.ephemeral
        assert asked.view is None
        assert "Write to me directly" in asked.text or "/invite" in asked.text
    assert here.orders == []
    assert here.slack.host.fetched == []


async def test_the_menu_in_a_public_channel_without_the_bot_brings_it_in(here: Life) -> None:
    hall = here.team.channel("hall", bot=False)
    posted = await here.posted(hall)
    await here.slack.shortcut(here.ada, posted, MENU["upscale"])
    await here.picture(hall, thread=posted)
    assert hall.bot_is_in


async def test_the_menu_in_a_private_channel_without_the_bot_says_what_to_type(here: Life) -> None:
    vault = here.team.channel("vault", kind=Kind.PRIVATE, bot=False)
    posted = await here.posted(vault)
    for verb in ("upscale", "reference"):
        asked = await here.slack.shortcut(here.ada, posted, MENU[verb])
        assert asked.ephemeral
        assert f"/invite @{here.team.bot.username}" in asked.text
        assert asked.view is None
    assert here.orders == []
    assert here.slack.host.fetched == []


async def test_a_channel_that_slack_does_not_let_the_bot_join_is_told_how_to_let_it_in(here: Life) -> None:
    hall = here.team.channel("hall", bot=False)
    here.slack.fail("conversations.join", error="method_not_supported_for_channel_type")
    asked = await here.slack.slash(here.ada, hall, "imagine", "a fox")
    assert asked.ephemeral
    assert "/invite @" in asked.text
    assert here.orders == []


async def test_where_the_bot_was_sent_out_the_picture_comes_to_the_person(here: Life) -> None:
    vault = here.team.channel("vault", kind=Kind.PRIVATE)
    await here.painted("a fox", vault)
    await here.slack.kick(vault)
    await here.slack.slash(here.ada, vault, "imagine", "a wolf")
    shown = await here.picture(here.team.dm(here.ada))
    assert "a wolf" in shown.text
    asked = await here.slack.slash(here.ada, vault, "imagine", "a hare")
    assert "/invite @" in asked.text, "the next time it is known"
    assert len(here.orders) == 2


async def test_a_command_knows_no_thread_and_answers_in_the_channel(here: Life) -> None:
    await here.slack.say(here.bob, here.art, "what shall we paint?")
    shown = await here.painted()
    assert not shown.thread_ts


async def test_what_follows_in_a_thread_stays_in_the_thread(here: Life) -> None:
    root = await here.slack.say(here.bob, here.art, "what shall we paint?")
    said = await here.slack.say(here.ada, here.art, f"{here.me} a fox", thread=root)
    shown = await here.picture(thread=said)
    await here.slack.press(here.ada, shown, "Again")
    again = await here.picture(thread=root, count=2)
    await here.slack.press(here.bob, again, "Upscale")
    await here.picture(thread=root, count=3)
    await here.slack.shortcut(here.bob, again, MENU["upscale"])
    await here.picture(thread=root, count=4)
    assert {one.thread_ts for one in here.ours()} == {root.ts}


async def test_a_refusal_in_a_thread_is_whispered_in_the_thread(here: Life) -> None:
    root = await here.slack.say(here.bob, here.art, "what shall we paint?")
    await here.slack.say(here.ada, here.art, f"{here.me} a fox --sed 7", thread=root)
    assert (await here.whispered(here.ada, "Did you mean --seed?")).thread_ts == root.ts


async def test_a_form_of_another_version_says_so_on_its_own_page_however_late(here: Life) -> None:
    form = (await here.slack.slash(here.ada, here.art, "imagine")).form
    here.later(minutes=31)
    photo = here.slack.file(here.ada, "x.png", b"no picture")
    form.callback_id = form.callback_id.replace("imagine", "dance")
    await here.slack.submit(here.ada, form, {"prompt": "a fox", "pictures": photo})
    assert not form.submit, "the page itself says so while it is open"


async def test_a_refusal_whose_address_fails_is_whispered_in_the_channel(here: Life) -> None:
    shown = await here.painted()
    here.slack.answering.response_troubles = [500]
    no = await here.slack.press(here.bob, shown, "Delete")
    assert no.responses == 0
    assert "Das kann nur" in (await here.whispered(here.bob, "Das kann nur")).text


@pytest.mark.parametrize("end", ["expired_url", "used_url"])
async def test_past_its_half_hour_or_its_five_answers_an_address_is_left_for_the_channel(
    here: Life, monkeypatch: pytest.MonkeyPatch, end: str
) -> None:
    monkeypatch.setattr(reception, "FIRST_ANSWER_S", 0.3)  # the form closes before its file has come
    asked = await here.slack.slash(here.ada, here.art, "imagine")
    if end == "expired_url":
        here.later(minutes=31)
    else:
        async with aiohttp.ClientSession() as session:
            for number in range(RESPONSES):
                await session.post(asked.response_url, json={"text": f"answer {number}"})
    file = here.slack.file(here.ada, "cat.png", png()[:60], serving=Serving.LATE)
    await here.slack.submit(here.ada, asked.form, {"prompt": "a fox", "pictures": file})
    here.slack.host.late.set()
    told = await here.whispered(here.ada, "damaged")
    assert "a fox" in told.text
    assert here.slack.answering.responses[-1][1:] == (404, end)
    assert len(here.slack.asked("chat.postEphemeral")) == 1
    assert here.orders == []


async def test_a_refusal_that_the_channel_does_not_take_is_told_directly(here: Life) -> None:
    shown = await here.painted()
    here.slack.answering.response_troubles = [500]
    here.slack.fail("chat.postEphemeral", error="user_not_in_channel")
    await here.slack.press(here.bob, shown, "Delete")
    assert "Das kann nur" in (await here.shown(channel=here.team.dm(here.bob))).text


async def test_an_archived_channel_takes_no_wish(tmp_path: Path) -> None:
    async with atelier() as here:
        async with living(here, tmp_path) as first:
            shown = await first.painted()
        here.art.archived = True
        async with living(here, tmp_path) as second:
            pressed = await here.slack.press(here.ada, shown, "Again")
            assert pressed.acked
            assert pressed.answers
            assert second.orders == []


async def test_where_the_bot_is_not_a_public_channel_is_joined(here: Life) -> None:
    hall = here.team.channel("hall", bot=False)
    await here.slack.slash(here.ada, hall, "imagine", "a fox")
    await here.picture(hall)
    assert hall.bot_is_in


async def test_a_private_channel_without_the_bot_is_told_what_to_type_before_anything_is_bought(here: Life) -> None:
    vault = here.team.channel("vault", kind=Kind.PRIVATE, bot=False)
    for command, text in (("imagine", "a fox"), ("imagine", ""), ("upscale", "")):
        asked = await here.slack.slash(here.ada, vault, command, text)
        assert asked.ephemeral
        assert f"/invite @{here.team.bot.username}" in asked.text
        assert asked.view is None
    assert here.orders == []
    await here.slack.invite(vault)
    await here.slack.slash(here.ada, vault, "imagine", "a fox")
    await here.picture(vault)


async def test_a_form_answers_in_the_thread_that_it_was_opened_in(here: Life) -> None:
    root = await here.slack.say(here.bob, here.art, "what shall we paint?")
    said = await here.slack.say(here.ada, here.art, f"{here.me} a fox", thread=root)
    ours = await here.picture(thread=said)
    form = (await here.slack.press(here.ada, ours, "Edit prompt")).form
    await here.slack.submit(here.ada, form, {"prompt": "a wolf"})
    await here.picture(thread=root, count=2)
    assert [one.thread_ts for one in here.ours()] == [root.ts, root.ts]


async def test_what_is_told_to_one_person_is_seen_by_nobody_else(here: Life) -> None:
    shown = await here.painted()
    before: list[Message] = list(here.slack.messages(here.art))
    await here.slack.slash(here.bob, here.art, "imagine", "help")
    await here.slack.slash(here.bob, here.art, "imagine", "a fox --sed 1")
    await here.slack.press(here.bob, shown, "Delete")
    posted = await here.slack.say(here.bob, here.art, "hello")
    await here.slack.shortcut(here.bob, posted, MENU["upscale"])
    await here.slack.say(here.bob, here.art, f"{here.me} upscale")
    await here.slack.until(lambda: len(here.slack.ephemerals(here.bob, here.art)) == 5)
    assert [one for one in here.ours() if one not in before] == []
    assert here.slack.ephemerals(here.ada, here.art) == []
