"""Socket Mode at the Slack stand-in, with the real client: acknowledgements, redelivery, refresh and drop."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from typing import Any

import aiohttp
import pytest
from slack_bolt.app.async_app import AsyncApp
from slack_sdk.socket_mode.aiohttp import SocketModeClient

from tests.standins.slack.delivered import Attempt, Delivered
from tests.wire.slacking import House, opened


@pytest.fixture
async def house() -> AsyncIterator[House]:
    async with opened() as house:
        yield house


async def tried(house: House, told: Delivered, times: int) -> None:
    """Until it was sent for that time."""
    await house.slack.until(lambda: len(told.attempts) == times and told.attempts[-1].sent_s)


def deaf(house: House) -> tuple[AsyncApp, list[dict[str, str]]]:
    """An app that never acknowledges, and the retry headers of what it heard."""
    app, heard = house.app(), list[dict[str, str]]()

    @app.event("app_mention")
    async def mentioned(request: Any) -> None:
        heard.append({name: value[0] for name, value in request.headers.items()})
        raise RuntimeError("not today")

    @app.command("/imagine")
    async def imagine(request: Any) -> None:
        heard.append({})

    return app, heard


async def test_an_event_without_acknowledgement_comes_again_at_once_after_a_minute_and_after_five(
    house: House,
) -> None:
    app, heard = deaf(house)

    async def ended(attempt: Attempt) -> None:
        await house.slack.until(lambda: attempt.ended)

    async with house.running(app):
        said = await house.slack.say(house.ada, house.art, f"{house.team.bot.mention} hi", wait=False)
        (told,) = said.delivered
        for times, pause in ((1, 0), (2, 0), (3, 60), (4, 300)):
            await house.clock.advance(pause)
            await tried(house, told, times)
            await house.clock.advance(3.1)
            await ended(told.attempts[-1])
        await house.slack.until(lambda: told.settled)
        await house.slack.until(lambda: len(heard) == 4)
    assert told.error == "given_up"
    assert [one.get("x-slack-retry-num", "") for one in heard] == ["0", "1", "2", "3"]
    assert heard[1]["x-slack-retry-reason"] == "timeout"
    assert len({attempt.envelope for attempt in told.attempts}) == 4


async def test_a_command_without_acknowledgement_times_out_before_its_person(house: House) -> None:
    app, heard = deaf(house)
    async with house.running(app):
        asked = await house.slack.slash(house.ada, house.art, "imagine", wait=False)
        await house.slack.until(lambda: heard)
        await house.clock.advance(3.1)
        await house.slack.until(lambda: asked.settled)
    assert asked.error == "operation_timeout"
    assert len(asked.attempts) == 1


async def test_a_late_acknowledgement_counts_for_nothing(house: House) -> None:
    app = house.app()
    painted = asyncio.Event()

    @app.command("/imagine")
    async def imagine(ack: Any) -> None:
        await asyncio.wait_for(painted.wait(), 5)
        await ack("done")

    async with house.running(app):
        asked = await house.slack.slash(house.ada, house.art, "imagine", wait=False)
        await tried(house, asked, 1)
        await house.clock.advance(3.1)
        await house.slack.until(lambda: asked.settled)
        painted.set()
        await house.slack.until(lambda: house.slack.sockets.strange_acks or asked.late_acks)
    assert (asked.acked, asked.error, asked.text) == (False, "operation_timeout", "")


async def test_without_a_socket_commands_fail_and_events_wait(house: House) -> None:
    asked = await house.slack.slash(house.ada, house.art, "imagine")
    assert asked.error == "dispatch_failed"
    said = await house.slack.say(house.ada, house.art, f"{house.team.bot.mention} hi", wait=False)
    app = house.app()

    @app.event("app_mention")
    async def mentioned() -> None:
        pass

    async with house.running(app):
        await house.slack.all_settled(said.delivered)
    assert [told.acked for told in said.delivered] == [True]


async def test_a_redelivery_has_the_same_event_id(house: House) -> None:
    app = house.app()
    ids: list[tuple[str, str]] = []

    @app.event("app_mention")
    async def mentioned(body: dict[str, Any], request: Any) -> None:
        ids.append((body["event_id"], request.headers["x-slack-retry-num"][0]))

    async with house.running(app):
        said = await house.slack.say(house.ada, house.art, f"{house.team.bot.mention} hi")
        again = await house.slack.redeliver(said.delivered[0])
    assert again.acked
    assert ids == [(said.delivered[0].id, "0"), (said.delivered[0].id, "1")]


async def test_each_thing_goes_to_one_of_the_sockets(house: House) -> None:
    app = house.app()

    @app.command("/imagine")
    async def imagine(ack: Any) -> None:
        await ack()

    async with house.running(app, sockets=2):
        asked = await asyncio.gather(*(house.slack.slash(house.ada, house.art, "imagine") for _ in range(10)))
        assert sorted(link.told for link in house.slack.sockets.live) == [5, 5]
    assert all(one.acked for one in asked)


def greeting(house: House) -> AsyncApp:
    """An app that answers every /imagine."""
    app = house.app()

    @app.command("/imagine")
    async def imagine(ack: Any) -> None:
        await ack("hi")

    return app


async def test_a_warned_client_opens_a_new_socket_and_the_old_one_ends(house: House) -> None:
    async with house.running(greeting(house)):
        house.slack.sockets.refresh()
        await house.slack.until(lambda: house.slack.sockets.connects == 2)
        await house.slack.until(lambda: [link.closes_at for link in house.slack.sockets.live] == [None])
        assert (await house.slack.slash(house.ada, house.art, "imagine")).text == "hi"
        house.slack.sockets.refresh(warn=False)
        await house.slack.until(lambda: house.slack.sockets.connects == 3)
        await house.slack.connected()
        assert (await house.slack.slash(house.ada, house.art, "imagine")).text == "hi"


async def test_a_cut_line_is_opened_again(house: House) -> None:
    async with house.running(greeting(house)):
        house.slack.sockets.drop()
        await house.slack.until(lambda: house.slack.sockets.connects == 2)
        await house.slack.connected()
        assert (await house.slack.slash(house.ada, house.art, "imagine")).text == "hi"


async def test_a_socket_needs_a_ticket_and_only_ten_stay(house: House) -> None:
    async with aiohttp.ClientSession() as session:
        with pytest.raises(aiohttp.WSServerHandshakeError):
            await session.ws_connect(f"{house.slack.sockets.url}/link/?ticket=forged")
        sockets = []
        for _ in range(11):
            told = await house.client.apps_connections_open(app_token=house.slack.app_token)
            sockets.append(await session.ws_connect(told["url"]))
        first = [await socket.receive_json() for socket in sockets]
        assert [one["type"] for one in first] == ["hello"] * 10 + ["disconnect"]
        assert first[9]["num_connections"] == 10
        assert first[10]["reason"] == "too_many_websockets"
        for socket in sockets:
            await socket.close()


async def test_socket_mode_needs_its_scope(house: House) -> None:
    house.slack.api.app_scopes = ()
    with pytest.raises(Exception, match="missing_scope"):
        await house.client.apps_connections_open(app_token=house.slack.app_token)


async def test_the_plain_client_of_the_sdk_is_served_as_well(house: House) -> None:
    heard: asyncio.Queue[dict[str, Any]] = asyncio.Queue()
    client = SocketModeClient(app_token=house.slack.app_token, web_client=house.client, ping_interval=0.2)

    async def listen(_: Any, request: Any) -> None:
        heard.put_nowait(request.payload)
        await client.send_socket_mode_response({"envelope_id": request.envelope_id, "payload": {"text": "hi"}})
        await client.send_socket_mode_response({"envelope_id": "forged"})

    client.socket_mode_request_listeners.append(listen)
    await client.connect()
    try:
        await house.slack.connected()
        asked = await house.slack.slash(house.ada, house.art, "imagine", "a fox")
        assert (await heard.get())["text"] == "a fox"
        assert asked.text == "hi"
        await house.slack.until(lambda: house.slack.sockets.strange_acks == ["forged"])
    finally:
        await client.close()
