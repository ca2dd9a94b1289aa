"""What the Discord stand-in turns down, and what it gets wrong on purpose, as the real discord.py meets it."""

from __future__ import annotations

import asyncio
import io
from collections.abc import AsyncIterator, Iterator
from typing import Any

import aiohttp
import discord as library
import pytest
from discord import app_commands
from discord.http import handle_message_parameters

from tests.clock import HeldClock
from tests.standins import spec
from tests.standins.discord import USUAL as USUAL_BITS
from tests.standins.discord import Discord, Kind, Permission, Scope, Stage
from tests.standins.discord.rest import DOCUMENT
from tests.wire.discording import Client, Event, Form, House, answered, gone, opened
from tests.wire.providing import png


@pytest.fixture
async def house(monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[House]:
    async with opened(monkeypatch) as house:
        yield house


# Limits of an interaction.


async def test_a_token_lapses_after_fifteen_minutes_by_the_clock(house: House) -> None:
    async with house.running(Client(), sync=False) as client:
        asked, event = await answered(house, client)
        await house.clock.advance(899)
        await event.edit_original_response(content="still here")
        assert asked.text == "still here"
        await house.clock.advance(1)
        with pytest.raises(library.HTTPException) as caught:
            await event.edit_original_response(content="too late")
        assert gone(caught.value) == (401, 50027)
        with pytest.raises(library.HTTPException) as caught:
            await event.followup.send("too late")
        assert gone(caught.value) == (401, 50027)
    assert asked.text == "still here"


async def test_a_first_answer_after_three_seconds_finds_the_interaction_gone(house: House) -> None:
    caught: list[tuple[int, int]] = []
    client = Client()

    async def slow(event: Event) -> None:
        await house.clock.advance(3.5)
        try:
            await event.response.send_message("late")
        except library.NotFound as error:
            caught.append(gone(error))

    client.answer("slow", slow)
    async with house.running(client):
        asked = await house.discord.slash(house.ada, house.art, "slow", wait=False)
        await house.discord.until(lambda: asked.refusals)
    assert asked.first is None
    assert asked.refusals == [(404, 10062)]


async def test_the_first_followup_after_a_defer_is_the_original(house: House) -> None:
    client = Client()

    async def later(event: Event) -> None:
        await event.response.defer(ephemeral=True)
        assert (await event.original_response()).flags.loading
        await event.followup.send("now", ephemeral=False)
        await event.followup.send("and more")

    client.answer("later", later)
    async with house.running(client):
        asked = await house.discord.slash(house.ada, house.art, "later")
        await house.discord.until(lambda: asked.followups)
    assert (asked.text, asked.ephemeral) == ("now", True)
    assert [(message.text, message.ephemeral) for message in asked.followups] == [("and more", False)]


async def test_a_person_who_brought_the_app_along_gets_five_followups(house: House) -> None:
    elsewhere = house.discord.guild("Elsewhere", installed=False)
    hall = elsewhere.channel("hall", permissions=0)
    client = Client()
    caught: list[tuple[int, int]] = []

    async def chatty(event: Event) -> None:
        assert event.is_user_integration()
        assert not event.is_guild_integration()
        await event.response.send_message("0")
        for number in range(1, 7):
            try:
                await event.followup.send(str(number))
            except library.HTTPException as error:
                caught.append(gone(error))

    command: app_commands.Command[Any, ..., Any] = app_commands.Command(
        name="chatty", description="talks", callback=chatty
    )
    client.tree.add_command(app_commands.allowed_installs(guilds=True, users=True)(command))
    async with house.running(client):
        asked = await house.discord.slash(house.ada, hall, "chatty")
        await house.discord.until(lambda: asked.refusals)
        with pytest.raises(library.Forbidden):
            await client.get_partial_messageable(hall.id).send("as myself")
    assert len(asked.followups) == 5
    assert asked.refusals == [(400, 40094)]


async def test_a_form_cannot_answer_a_form(house: House) -> None:
    client = Client()

    async def edit(event: Event) -> None:
        await event.response.send_modal(Form())

    client.answer("edit", edit)
    async with house.running(client):
        asked = await house.discord.slash(house.ada, house.art, "edit")
        sent = await house.discord.submit(house.ada, asked)
        callback = f"{house.discord.api_url}/interactions/{sent.id}/{sent.token}/callback"
        sent.first = None
        async with aiohttp.ClientSession() as session:
            form = {
                "type": 9,
                "data": {"title": "x", "custom_id": "x", "components": asked.modal and asked.modal.components},
            }
            async with session.post(callback, json=form) as answer:
                assert answer.status == 400
    assert "MODAL does not answer MODAL" in house.discord.violations.pop()


async def test_an_ephemeral_message_is_reached_by_its_token_alone(house: House) -> None:
    client = Client()

    async def hush(event: Event) -> None:
        await event.response.send_message("hush", ephemeral=True)

    client.answer("hush", hush)
    async with house.running(client):
        asked = await house.discord.slash(house.ada, house.art, "hush")
        assert asked.message
        partial = client.get_partial_messageable(house.art.id).get_partial_message(asked.message.id)
        with pytest.raises(library.NotFound) as caught:
            await partial.edit(content="loud")
        assert gone(caught.value) == (404, 10008)


# Messages of the bot's own.


@pytest.mark.parametrize(
    ("permissions", "refused"),
    [
        (USUAL_BITS, None),
        (USUAL_BITS & ~Permission.VIEW_CHANNEL, (403, 50001)),
        (USUAL_BITS & ~Permission.SEND_MESSAGES, (403, 50013)),
        (USUAL_BITS & ~Permission.ATTACH_FILES, (403, 50013)),
    ],
)
async def test_the_bot_speaks_where_it_may(house: House, permissions: int, refused: tuple[int, int] | None) -> None:
    async with house.running(Client(), sync=False) as client:
        await house.discord.permit(house.art, permissions)
        channel = client.get_partial_messageable(house.art.id)
        sending = channel.send("here", file=library.File(io.BytesIO(png(8, 8)), filename="x.png"))
        if refused is None:
            await sending
            (message,) = house.discord.messages(house.art)
            assert (message.text, [picture.name for picture in message.pictures]) == ("here", ["x.png"])
        else:
            with pytest.raises(library.Forbidden) as caught:
                await sending
            assert gone(caught.value) == refused


async def test_threads_ask_for_their_own_permission_and_closed_doors_for_none(house: House) -> None:
    thread = house.art.thread("sketches", permissions=USUAL_BITS & ~Permission.SEND_MESSAGES_IN_THREADS)
    forum = house.guild.channel("forum", kind=Kind.FORUM)
    post = forum.thread("mine", owner=house.ada)
    house.ada.dms_open = False
    async with house.running(Client(), sync=False) as client:
        known = client.get_channel(post.id)
        assert isinstance(known, library.Thread)
        assert isinstance(known.parent, library.ForumChannel)
        await known.send("here")
        with pytest.raises(library.Forbidden) as caught:
            await client.get_partial_messageable(thread.id).send("here")
        assert gone(caught.value) == (403, 50013)
        with pytest.raises(library.Forbidden) as caught:
            await (await client.fetch_user(house.ada.id)).send("psst")
        assert gone(caught.value) == (403, 50007)
        with pytest.raises(library.NotFound) as missing:
            await client.get_partial_messageable(1).send("here")
        assert gone(missing.value) == (404, 10003)


async def test_a_nonce_sends_a_message_once_within_minutes(house: House) -> None:
    async with house.running(Client(), sync=False) as client:
        channel = client.get_partial_messageable(house.art.id)
        first, second = [await channel.send("once", nonce="n1") for _ in range(2)]
        assert first.id == second.id
        await house.clock.advance(600)
        assert (await channel.send("once", nonce="n1")).id != first.id
    assert len(house.discord.messages(house.art)) == 2


async def test_a_file_over_the_limit_is_too_large(house: House) -> None:
    house.guild.size_limit = 1000
    async with house.running(Client(), sync=False) as client:
        with pytest.raises(library.HTTPException) as caught:
            await client.get_partial_messageable(house.art.id).send(file=library.File(io.BytesIO(bytes(1001)), "x.png"))
        assert gone(caught.value) == (413, 40005)


async def test_an_edit_keeps_the_files_it_lists(house: House) -> None:
    async with house.running(Client(), sync=False) as client:
        files = [library.File(io.BytesIO(png(8, 8)), filename=name) for name in ("a.png", "b.png")]
        sent = await client.get_partial_messageable(house.art.id).send("two", files=files)
        edited = await sent.edit(attachments=[sent.attachments[1], library.File(io.BytesIO(png(9, 9)), "c.png")])
        assert [file.filename for file in edited.attachments] == ["b.png", "c.png"]
        await edited.edit(content="still two")
    (message,) = house.discord.messages(house.art)
    assert [file.name for file in message.files] == ["b.png", "c.png"]
    assert message.history == ["two", "two"]


# What is turned down, and what goes wrong.


def too_many() -> Iterator[tuple[str, dict[str, Any]]]:
    row = {"type": 1, "components": [{"type": 2, "style": 2, "label": "x", "custom_id": "a"}] * 2}
    text = {"type": 10, "content": "x" * 2001}
    long = {"type": 1, "components": [{"type": 2, "style": 2, "label": "x" * 81, "custom_id": "a"}]}
    lost = {"type": 12, "items": [{"media": {"url": "attachment://lost.png"}}]}
    v2 = 1 << 15
    yield "cannot be duplicated", {"components": [row]}
    yield "4000 characters", {"components": [text, text], "flags": v2}
    yield "80 or fewer", {"components": [long]}
    yield "was not found: attachment://lost.png", {"components": [lost], "flags": v2}
    yield "need the flag", {"components": [text]}
    yield "cannot be used with flag", {"components": [{"type": 10, "content": "x"}], "content": "y", "flags": v2}
    yield "40 at most", {"components": [{"type": 14}] * 40 + [{"type": 10, "content": "x"}], "flags": v2}


@pytest.mark.parametrize(("complaint", "body"), list(too_many()))
async def test_a_message_against_the_rules_is_turned_down_and_noted(complaint: str, body: dict[str, Any]) -> None:
    async with Discord(clock=HeldClock(), validate=False) as discord:
        art = discord.guild().channel("art")
        url = f"{discord.api_url}/channels/{art.id}/messages"
        headers = {"Authorization": f"Bot {discord.token}"}
        async with aiohttp.ClientSession() as session, session.post(url, json=body, headers=headers) as answer:
            assert (answer.status, (await answer.json())["code"]) == (400, 50035)
        assert complaint in discord.violations.pop(0)
        discord.violations.clear()
        assert discord.messages(art) == []


async def test_a_violation_that_nobody_clears_fails_the_test() -> None:
    late = {"type": 3, "name": "b", "description": "b", "required": True}
    options = [{"type": 3, "name": "a", "description": "a"}, late]

    async def sync_badly() -> None:
        async with Discord(clock=HeldClock()) as discord:
            url = f"{discord.api_url}/applications/{discord.world.app_id}/commands"
            async with aiohttp.ClientSession(headers={"Authorization": f"Bot {discord.token}"}) as session:
                await session.put(url, json=[{"name": "x", "description": "x", "options": options}])

    with pytest.raises(AssertionError, match="Required options"):
        await sync_badly()


@pytest.mark.skipif(spec.find(DOCUMENT) is None, reason=spec.ABSENT)
async def test_a_request_that_the_description_forbids_is_turned_down(house: House) -> None:
    async with house.running(Client(), sync=False) as client:
        params = handle_message_parameters(content="hi")
        assert params.payload is not None
        params.payload["tts"] = "yes"
        with pytest.raises(library.HTTPException) as caught:
            await client.http.send_message(house.art.id, params=params)
        assert gone(caught.value) == (400, 50035)
    assert "$.tts" in house.discord.violations.pop()


@pytest.mark.parametrize("scope", list(Scope))
async def test_a_429_with_via_is_retried_by_the_library(house: House, scope: Scope) -> None:
    async with house.running(Client(), sync=False) as client:
        house.discord.throttle("POST /channels/*/messages", scope=scope)
        await client.get_partial_messageable(house.art.id).send("here")
    assert [heard.status for heard in house.discord.asked("POST /channels")] == [429, 200]


async def test_a_429_without_via_is_not_retried(house: House) -> None:
    async with house.running(Client(), sync=False) as client:
        house.discord.throttle("POST /channels/*/messages", via=False)
        with pytest.raises(library.HTTPException) as caught:
            await client.get_partial_messageable(house.art.id).send("here")
        assert caught.value.status == 429
    assert house.discord.messages(house.art) == []


async def test_a_lost_answer_leaves_the_message_there(house: House) -> None:
    async with house.running(Client(), sync=False) as client:
        house.discord.hang_up("POST /channels/*/messages", stage=Stage.AFTER)
        with pytest.raises(aiohttp.ClientError):
            await client.get_partial_messageable(house.art.id).send("here")
        house.discord.fail("POST /channels", status=403, code=50013)
        with pytest.raises(library.Forbidden):
            await client.get_partial_messageable(house.art.id).send("nor here")
    assert [message.text for message in house.discord.messages(house.art)] == ["here"]


async def test_a_request_is_held_until_its_gate_opens(house: House) -> None:
    async with house.running(Client(), sync=False) as client:
        gate = house.discord.hold("POST /channels")
        sending = asyncio.ensure_future(client.get_partial_messageable(house.art.id).send("here"))
        await gate.reached.wait()
        assert house.discord.messages(house.art) == []
        gate.open.set()
        await sending
    assert [message.text for message in house.discord.messages(house.art)] == ["here"]


async def test_no_token_is_kept_in_the_record_of_requests(house: House) -> None:
    async with house.running(Client(), sync=False) as client:
        asked, _ = await answered(house, client)
    record = repr(house.discord.requests)
    assert asked.token not in record
    assert house.discord.token not in record
