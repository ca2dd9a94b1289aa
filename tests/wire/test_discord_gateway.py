"""The connection: a first one that fails, lines that drop in mid-job, sessions that end, shards, and the way out."""

from __future__ import annotations

import asyncio
import io
import itertools
import logging
from collections.abc import AsyncIterator, Iterator
from enum import StrEnum
from pathlib import Path

import pytest
from discord.gateway import DiscordWebSocket
from pydantic import ValidationError
from yarl import URL

import adapters.discord.door
from adapters.discord import Settings, client
from bot import postman
from bot.errors import SettingsError
from tests.standins.discord import Channel, Message, Scope, Stage
from tests.wire.discord_door import Life, Scene, atelier, hurry, living, opened
from tests.wire.living import logbook, over, soon


@pytest.fixture(autouse=True)
def _at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    """Besides, the library waits 5 s before every identify but the first, and the door before it makes a new client."""

    async def now(self: client.Client, shard_id: int | None, *, initial: bool = False) -> None: ...

    monkeypatch.setattr(client.Client, "before_identify_hook", now)
    monkeypatch.setattr(client, "LONGEST_ABSENCE_S", 0.1)
    hurry(monkeypatch)


@pytest.fixture
async def here(tmp_path: Path) -> AsyncIterator[Life]:
    async with opened(tmp_path) as life:
        yield life


@pytest.fixture
def log() -> Iterator[io.StringIO]:
    with logbook() as out:
        yield out


# ---- the first connection


@pytest.mark.parametrize("route", ["GET /users/@me", "GET /gateway/bot", "GET /oauth2/applications/@me"])
async def test_a_first_call_that_fails_is_made_again(tmp_path: Path, route: str) -> None:
    async with atelier() as here:
        here.discord.fail(route, status=503)
        assert (await painted(here, tmp_path)).pictures


async def test_a_gateway_that_is_refused_at_first_is_called_again(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(adapters.discord.door, "OPENING_S", 0.3)
    async with atelier() as here:
        here.discord.gateway.turn_away(1, status=503)
        assert (await painted(here, tmp_path)).pictures


async def painted(here: Scene, folder: Path) -> Message:
    """What a person gets once the house is connected."""
    async with living(here, folder) as life:
        await here.discord.until(lambda: here.discord.gateway.live)
        return await life.painted()


async def test_a_house_without_discord_opens_and_delivers_when_it_is_back(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with atelier() as here:
        discord = here.discord
        async with living(here, tmp_path) as first:
            first.holding()
            for prompt in ("a fox", "a hare", "an owl"):
                await discord.slash(here.ada, here.art, "imagine", prompt=prompt)
            await first.ordered(2)
        monkeypatch.setattr(adapters.discord.door, "OPENING_S", 0.1)
        discord.fail("/users/@me", status=503, times=None)
        async with living(here, tmp_path) as second:
            assert [remark.key for remark in second.door.remarks] == ["remark-discord-unreachable"]
            assert second.door.standing.key == "terminal-discord-waiting"

            async def ended() -> bool:
                return all(record.status.ended for record in await second.home.store.jobs())

            here.later(minutes=10)  # what may have been bought keeps its slot at the vendor for so long at most
            await soon(ended)
            assert [record.delivered_at for record in await second.home.store.jobs()] == [None] * 3
            discord.heal()
            owl = await second.picture(here.art)
            assert "an owl" in owl.text
            await second.told()
            assert len(discord.messages(here.art)) == 3


async def test_a_token_that_discord_does_not_know_is_said_in_one_sentence(tmp_path: Path) -> None:
    async with atelier() as here:
        with pytest.raises(SettingsError, match="DISCORD_TOKEN: Discord does not accept this token"):
            async with living(here, tmp_path, token="MTIz.wrong.token"):
                pass


async def test_an_intent_that_is_switched_off_is_said_in_one_sentence(tmp_path: Path) -> None:
    async with atelier(message_content=False) as here:
        with pytest.raises(SettingsError, match=r"discord\.message_content is true.*Message Content Intent"):
            async with living(here, tmp_path, message_content=True):
                pass


# ---- a line that breaks


class Break(StrEnum):
    DROP = "drop"
    RECONNECT = "reconnect"
    INVALID = "invalid"
    RESUMABLE = "invalid but resumable"
    CLOSED = "closed"
    REFUSED = "resume refused"
    OVER = "the library gives up"


@pytest.mark.parametrize("how", list(Break))
async def test_a_session_that_breaks_in_mid_job_loses_nothing(here: Life, how: Break) -> None:
    discord, gateway = here.discord, here.discord.gateway
    done = here.holding()
    asked = await discord.slash(here.ada, here.art, "imagine", prompt="a fox")
    before = gateway.resumes + len(gateway.identifies)
    match how:
        case Break.DROP:
            gateway.drop()
        case Break.RECONNECT:
            await gateway.reconnect()
        case Break.INVALID:
            await gateway.invalidate()
        case Break.RESUMABLE:
            await gateway.invalidate(resumable=True)
        case Break.CLOSED:
            await gateway.close(4000)
        case Break.OVER:
            await gateway.close(4011)
        case Break.REFUSED:
            gateway.fail_resume()
            gateway.drop()
    await discord.until(lambda: gateway.live and gateway.resumes + len(gateway.identifies) > before)
    done.set()
    shown = await here.picture(here.art)
    assert shown is asked.message
    again = await discord.press(here.ada, shown, "Again")
    await here.ended(again.shown)
    assert len(here.orders) == 2
    assert len(discord.messages(here.art)) == 2


async def test_an_event_that_nobody_can_read_costs_no_other(here: Life) -> None:
    said = await here.discord.say(here.bob, here.art, "who wants soup?")
    event = here.discord.telling.message_event(said, content=True)
    event["poll"] = {"question": {"text": "soup?"}, "answers": [], "expiry": None, "allow_multiselect": False}
    sessions = len(here.discord.gateway.identifies)
    await here.discord.gateway.dispatch("MESSAGE_CREATE", here.guild, lambda _: event)
    asked = await here.discord.slash(here.ada, here.art, "help")
    assert asked.answer.ephemeral
    assert len(here.discord.gateway.identifies) == sessions


async def test_what_was_asked_while_the_line_was_cut_is_answered_once_after_the_resume(here: Life) -> None:
    discord = here.discord
    first = await discord.slash(here.ada, here.art, "imagine", prompt="a fox")
    discord.gateway.drop()
    missed = await discord.slash(here.ada, here.art, "imagine", prompt="a hare", wait=False)
    await discord.until(lambda: missed.first)
    await discord.gateway.close(4000)  # a second resume replays nothing that was heard
    await discord.until(lambda: discord.gateway.resumes == 2 and discord.gateway.live)
    await discord.until(lambda: all(message.pictures for message in discord.messages(here.art)))
    assert discord.messages(here.art) == [first.message, missed.message]
    assert len(here.orders) == 2


async def test_replies_are_edited_although_the_gateway_is_away(here: Life) -> None:
    discord = here.discord
    done = here.holding()
    asked = await discord.slash(here.ada, here.art, "imagine", prompt="a fox")
    discord.gateway.turn_away(50)
    discord.gateway.drop()
    done.set()
    assert await here.picture(here.art) is asked.message
    assert discord.gateway.live == []


async def test_a_token_that_is_taken_back_in_mid_life_is_told_to_the_operator(tmp_path: Path, log: io.StringIO) -> None:
    async with opened(tmp_path) as here:
        here.discord.world.token = "another"
        await here.discord.gateway.close(4004)

        async def said() -> bool:
            return "the Discord door needs its operator" in log.getvalue()

        await soon(said)
        assert "Discord does not accept this token" in log.getvalue()


# ---- shards


def annex(here: Scene) -> Channel:
    """A channel of a server that the other one of two shards hears of; which one hears of a server is in its id."""
    servers = (here.discord.guild("Annex", members=[here.ada]) for _ in itertools.count())
    return next(server for server in servers if server.shard(2) != here.guild.shard(2)).channel("art")


async def test_one_process_serves_all_shards(tmp_path: Path) -> None:
    async with atelier(shards=2) as here:
        discord = here.discord
        there = annex(here)
        async with living(here, tmp_path) as life:
            await discord.until(lambda: len(discord.gateway.live) == 2)
            for channel in (here.art, there, discord.dm(here.ada)):
                asked = await discord.slash(here.ada, channel, "imagine", prompt="a fox")
                assert (await life.ended(asked.shown)).pictures


async def test_a_process_with_some_shards_serves_only_their_servers(tmp_path: Path) -> None:
    (tmp_path / "a").mkdir()
    (tmp_path / "b").mkdir()
    async with atelier(shards=2) as here:
        discord = here.discord
        there = annex(here)
        async with (
            living(here, tmp_path / "a", shard_ids=(here.guild.shard(2),), shard_count=2) as one,
            living(here, tmp_path / "b", shard_ids=(1 - here.guild.shard(2),), shard_count=2) as other,
        ):
            for channel in (here.art, there):
                asked = await discord.slash(here.ada, channel, "imagine", prompt="a fox")
                await one.ended(asked.shown)
            assert [len(life.orders) for life in (one, other)] == [1, 1]
            assert len(discord.gateway.identifies) == 2


def test_shards_beyond_their_count_are_refused_in_one_sentence() -> None:
    with pytest.raises(ValidationError, match="shard_ids must be below shard_count"):
        Settings(shard_ids=(2,), shard_count=2)
    with pytest.raises(ValidationError, match="which must be set along with them"):
        Settings(shard_ids=(0,))


# ---- the way out, and what is written down


async def test_an_orderly_end_answers_what_is_under_way_and_leaves_nothing_behind(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    async with atelier() as here:
        discord = here.discord
        before = asyncio.all_tasks()
        async with living(here, tmp_path) as life:
            gate = discord.hold("/callback")
            asked = await discord.slash(here.ada, here.art, "imagine", prompt="a fox", wait=False)
            await gate.reached.wait()
            closing = asyncio.create_task(life.door.close())
            await asyncio.sleep(0)
            assert not closing.done()
            gate.open.set()
            await closing
            assert asked.first is not None
            assert "a fox" in asked.text
        await discord.until(lambda: not discord.gateway.live)
        # The library goes on waiting for servers that do not report.
        await over(before, but=("_delay_ready", "_delay_shard_ready"))
        assert [record for record in caplog.records if record.levelno >= logging.WARNING] == []


async def test_an_end_amid_a_connection_that_is_made_anew_is_an_end(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    called = asyncio.Event()

    async def silent(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        called.set()
        await reader.read(-1)  # until the line is given up
        writer.close()

    async with opened(tmp_path) as here, await asyncio.start_server(silent, "127.0.0.1", 0) as server:
        port = server.sockets[0].getsockname()[1]
        monkeypatch.setattr(DiscordWebSocket, "DEFAULT_GATEWAY", URL(f"ws://127.0.0.1:{port}"))
        await here.discord.gateway.invalidate()
        await asyncio.wait_for(called.wait(), 5)
        await asyncio.wait_for(here.door.close(), 5)


async def test_a_delivery_cut_off_by_the_end_is_the_next_lifes(
    tmp_path: Path, log: io.StringIO, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(postman, "DRAIN_S", 0.1)
    async with atelier() as here:
        discord = here.discord
        async with living(here, tmp_path) as first:
            done = first.holding()
            asked = await discord.slash(here.ada, here.art, "imagine", prompt="a fox")
            await discord.until(lambda: asked.message and asked.message.edits)
            gate = discord.hold("PATCH /webhooks")
            done.set()
            await gate.reached.wait()
            ends = asyncio.get_running_loop().time()
        assert asyncio.get_running_loop().time() - ends < 1
        assert '"level": "error"' not in log.getvalue()
        discord.heal()
        async with living(here, tmp_path) as second:
            shown = await second.picture(here.art)
            assert shown is asked.message
            assert discord.messages(here.art) == [shown]


async def test_no_log_line_holds_a_token_a_signed_link_or_somebodys_words(tmp_path: Path, log: io.StringIO) -> None:
    async with opened(tmp_path) as here:
        discord = here.discord
        tokens: list[str] = []
        for number in range(9):
            match number:
                case 0:
                    discord.throttle("PATCH /webhooks", scope=Scope.GLOBAL)
                case 1:
                    discord.throttle("PATCH /webhooks", via=False)
                case 2:
                    discord.fail("PATCH /webhooks", status=400, code=50035)
                case 3:
                    discord.fail("PATCH /webhooks", status=401, code=50027)
                case 4:
                    discord.hang_up("PATCH /webhooks", stage=Stage.BEFORE)
                case 5:
                    discord.hang_up("/callback", stage=Stage.AFTER)
                case 6:
                    discord.hang_up("/callback", stage=Stage.AFTER)
                    discord.throttle("GET /webhooks")
                case 7:
                    discord.fail("/callback", status=404, code=10062)
                    discord.throttle("POST /channels")
                case _:
                    pass
            asked = await discord.slash(here.ada, here.art, "imagine", prompt="zanzibar", wait=False)
            tokens.append(asked.token)
            await here.told_all(len(tokens))
        photo = discord.attachment("zanzibar.png", b"no picture")
        asked = await discord.slash(here.ada, here.art, "upscale", image=photo)
        tokens.append(asked.token)
        written = log.getvalue()
        assert "job accepted" in written
        for secret in (discord.token, "zanzibar", "?ex=", *tokens):
            assert secret not in written
