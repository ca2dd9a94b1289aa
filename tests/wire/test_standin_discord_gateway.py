"""The gateway of the Discord stand-in: its shards, its resumes, its moods, and how the real discord.py takes them."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator

import aiohttp
import discord as library
import pytest

from tests.wire.discording import Client, Event, House, arrived, gone, opened, say_hello


@pytest.fixture
async def house(monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[House]:
    async with opened(monkeypatch) as house:
        yield house


async def test_a_dropped_line_is_resumed_and_what_was_missed_is_told_once(house: House) -> None:
    discord, client = house.discord, Client()
    client.answer("hello", say_hello)
    async with house.running(client):
        discord.gateway.drop()
        asked = await discord.slash(house.ada, house.art, "hello", prompt="again")
        assert asked.text == "hello again"
        assert discord.gateway.resumes == 1
        assert len(discord.gateway.identifies) == 1
        assert len(discord.asked("/callback")) == 1


@pytest.mark.parametrize("resumable", [True, False])
async def test_an_invalid_session_is_resumed_or_begun_anew(house: House, resumable: bool) -> None:
    discord, client = house.discord, Client()
    client.answer("hello", say_hello)
    async with house.running(client):
        await discord.gateway.invalidate(resumable=resumable)
        await discord.until(lambda: discord.gateway.resumes == 1 if resumable else len(discord.gateway.identifies) == 2)
        await discord.until(lambda: discord.gateway.live)
        assert (await discord.slash(house.ada, house.art, "hello")).text == "hello"


async def test_a_refused_resume_begins_a_new_session(house: House) -> None:
    discord, client = house.discord, Client()
    client.answer("hello", say_hello)
    async with house.running(client):
        discord.gateway.fail_resume()
        await discord.gateway.reconnect()
        await discord.until(lambda: len(discord.gateway.identifies) == 2)
        assert discord.gateway.resumes == 1
        assert (await discord.slash(house.ada, house.art, "hello")).text == "hello"


async def test_a_wrong_token_is_refused(house: House) -> None:
    with pytest.raises(library.LoginFailure):
        async with Client() as client:
            await client.start("wrong")
    async with aiohttp.ClientSession() as session, session.ws_connect(house.discord.gateway_url) as socket:
        await socket.receive_json()
        await socket.send_json({"op": 2, "d": {"token": "wrong", "intents": 0, "properties": {}}})
        await socket.receive()
        assert socket.close_code == 4004


async def test_a_gateway_that_turns_clients_away_is_seen_as_such(house: House) -> None:
    house.discord.gateway.turn_away(status=503)
    async with aiohttp.ClientSession() as session:
        with pytest.raises(aiohttp.WSServerHandshakeError):
            await session.ws_connect(house.discord.gateway_url)
    house.discord.gateway.turn_away(2, status=None)  # the client tries once more by itself
    async with aiohttp.ClientSession() as session:
        with pytest.raises(aiohttp.ClientError):
            await session.ws_connect(house.discord.gateway_url)
        async with session.ws_connect(house.discord.gateway_url) as socket:
            assert (await socket.receive_json())["op"] == 10


async def test_each_guild_is_told_to_its_own_shard_and_direct_messages_to_the_first(house: House) -> None:
    discord = house.discord
    discord.gateway.shards = 2
    other = discord.guild("Other")
    assert {house.guild.shard(2), other.shard(2)} == {0, 1}
    hall = other.channel("hall")
    client = Client()
    async with house.running(client, sync=False):
        assert [one["shard"] for one in discord.gateway.identifies] == [(0, 2), (1, 2)]
        assert {guild.id for guild in client.guilds} == {house.guild.id, other.id}
        for channel in (house.art, hall, discord.dm(house.ada)):
            await discord.say(house.ada, channel, discord.bot.mention)
        messages = [await arrived(client.heard) for _ in range(3)]
    guilds = [message.guild and message.guild.id for message in messages]
    assert sorted(guilds, key=str) == sorted([house.guild.id, other.id, None], key=str)


async def test_two_clients_with_one_token_both_hear_of_it_and_one_may_answer(house: House) -> None:
    clients = Client(), Client()
    turned_down = []

    async def hello(event: Event) -> None:
        try:
            await event.response.send_message("hi")
        except library.HTTPException as error:
            turned_down.append(gone(error))

    for client in clients:
        client.answer("hello", hello)
    async with house.running(clients[0]), house.running(clients[1], sync=False):
        asked = await house.discord.slash(house.ada, house.art, "hello")
        await house.discord.until(lambda: asked.refusals)
    assert asked.refusals == [(400, 40060)]


async def test_an_event_can_be_told_twice(house: House) -> None:
    client = Client()
    times: asyncio.Queue[int] = asyncio.Queue()

    async def hello(event: Event) -> None:
        times.put_nowait(event.id)
        if times.qsize() == 1:
            await event.response.send_message("hi")

    client.answer("hello", hello)
    async with house.running(client):
        asked = await house.discord.slash(house.ada, house.art, "hello")
        await house.discord.redeliver(asked)
        assert [await arrived(times), await arrived(times)] == [asked.id, asked.id]


async def test_a_deaf_gateway_leaves_heartbeats_unanswered(house: House) -> None:
    gateway = house.discord.gateway
    async with aiohttp.ClientSession() as session, session.ws_connect(gateway.url) as socket:
        assert (await socket.receive_json())["d"]["heartbeat_interval"] == 40_000
        identify = {"token": house.discord.token, "intents": 0, "properties": {}}
        await socket.send_json({"op": 2, "d": identify})
        assert (await socket.receive_json())["t"] == "READY"
        await socket.send_json({"op": 1, "d": 1})
        assert (await socket.receive_json())["op"] == 11
        gateway.deaf = True
        await socket.send_json({"op": 1, "d": 1})
        await house.discord.until(lambda: gateway.heartbeats == 2)
        await gateway.reconnect()
        assert (await socket.receive_json())["op"] == 7
