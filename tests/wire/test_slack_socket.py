"""The connection: first ones that fail, sockets that are renewed or drop in mid-job, a Slack that is away, the end."""

from __future__ import annotations

import asyncio
import io
import logging
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from enum import StrEnum
from pathlib import Path
from typing import Any

import pytest
import structlog
from aiohttp import web

import adapters.slack.door
from adapters.slack import client, reception
from bot import telemetry
from bot.errors import SettingsError
from tests.house import png
from tests.standins.slack import Serving, Stage
from tests.wire.living import soon
from tests.wire.slack_door import Life, atelier, living, opened

OPEN = "apps.connections.open"


@pytest.fixture(autouse=True)
def _hasty(monkeypatch: pytest.MonkeyPatch) -> None:
    """What takes seconds between two tries takes none here."""
    monkeypatch.setattr(client, "LONGEST_ABSENCE_S", 0.05)
    monkeypatch.setattr(client, "LOOK_S", 0.02)
    monkeypatch.setattr(client, "CONNECT_S", 0.5)


@pytest.fixture
async def here(tmp_path: Path) -> AsyncIterator[Life]:
    async with opened(tmp_path) as life:
        await life.slack.connected(2)
        yield life


@pytest.fixture
def log() -> Iterator[io.StringIO]:
    """Everything that the house would write into its log at its most talkative."""
    out, root, before = io.StringIO(), logging.getLogger(), structlog.get_config()
    handlers, level = root.handlers[:], root.level
    telemetry.set_up(level="debug", style="json", stream=out)
    yield out
    root.handlers[:] = handlers
    root.setLevel(level)
    structlog.configure(**before)


# ---- the first connection


async def test_a_token_of_the_app_that_slack_does_not_know_is_said_in_one_sentence(tmp_path: Path) -> None:
    async with atelier() as here:
        with pytest.raises(SettingsError, match="SLACK_APP_TOKEN: Slack does not accept this token"):
            async with living(here, tmp_path, secrets={"SLACK_APP_TOKEN": "xapp-1-A1-22-wrong"}):
                pass


async def test_a_token_of_the_bot_that_slack_does_not_know_is_said_in_one_sentence(tmp_path: Path) -> None:
    async with atelier() as here:
        with pytest.raises(SettingsError, match="SLACK_BOT_TOKEN: Slack does not accept this token"):
            async with living(here, tmp_path, secrets={"SLACK_BOT_TOKEN": "xoxb-1-2-wrong"}):
                pass


async def test_a_slack_that_has_had_enough_calls_is_called_again(tmp_path: Path) -> None:
    async with atelier() as here:
        here.slack.throttle(OPEN, retry_after_s=0.2)
        async with living(here, tmp_path) as life:
            assert (await life.painted()).pictures


@pytest.mark.parametrize("trouble", ["status", "refused", "no greeting"])
async def test_a_first_connection_that_fails_is_made_again_with_a_new_ticket(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, trouble: str
) -> None:
    monkeypatch.setattr(adapters.slack.door, "OPENING_S", 0.1)
    async with atelier() as here:
        sockets = here.slack.sockets
        match trouble:
            case "status":
                here.slack.fail(OPEN, status=503)
            case "refused":
                sockets.turn_away(1)
            case _:
                sockets.silent = True
        async with living(here, tmp_path, connections=1) as life:
            await here.slack.until(lambda: len(here.slack.asked(OPEN)) == 2)
            sockets.silent = False
            await here.slack.connected()
            assert (await life.painted()).pictures


async def test_a_house_without_slack_opens_and_delivers_when_it_is_back(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with atelier() as here:
        slack = here.slack
        async with living(here, tmp_path) as first:
            first.holding()
            for prompt in ("a fox", "a hare", "an owl"):
                await slack.slash(here.ada, here.art, "imagine", prompt)
            await first.ordered(2)
        monkeypatch.setattr(adapters.slack.door, "OPENING_S", 0.1)
        for method in (OPEN, "auth.test", "chat.update", "chat.postMessage"):
            slack.fail(method, status=503, times=None)
        async with living(here, tmp_path) as second:
            assert [remark.key for remark in second.door.remarks] == ["remark-slack-unreachable"]
            assert second.door.standing.key == "terminal-slack-waiting"
            slack.heal()
            await second.told_all(3)
            await slack.connected(2)
            assert second.door.standing.key == "terminal-slack-open"
            assert second.door.remarks == ()
            assert len(second.ours()) == 3


async def test_a_wrong_token_that_is_found_out_late_is_told_to_the_operator(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, log: io.StringIO
) -> None:
    monkeypatch.setattr(adapters.slack.door, "OPENING_S", 0.1)
    async with atelier() as here:
        here.slack.fail(OPEN, status=503, times=None)
        async with living(here, tmp_path):
            here.slack.world.app_token = "xapp-1-A1-22-another"
            here.slack.heal()
            await said(log, "the Slack door needs its operator")


async def said(log: io.StringIO, words: str) -> None:
    async def written() -> bool:
        return words in log.getvalue()

    await soon(written)


# ---- a line that breaks


class Break(StrEnum):
    RENEWED = "warning, and closed 10 s later"
    CLOSED = "refresh without a warning"
    DROPPED = "dropped"
    DISABLED = "Socket Mode switched off for a moment"


@pytest.mark.parametrize("how", list(Break))
async def test_sockets_that_break_in_mid_job_lose_nothing(here: Life, how: Break) -> None:
    slack, sockets = here.slack, here.slack.sockets
    done = here.holding()
    await slack.slash(here.ada, here.art, "imagine", "a fox")
    shown = await here.shown()
    before = sockets.connects
    match how:
        case Break.RENEWED:
            sockets.refresh()
        case Break.CLOSED:
            sockets.refresh(warn=False)
        case Break.DROPPED:
            sockets.drop()
        case Break.DISABLED:
            sockets.disable()
    await slack.until(lambda: sockets.connects >= before + 2)
    await slack.connected(2)
    done.set()
    assert await here.picture() is shown
    await slack.press(here.ada, shown, "Again")
    await here.picture(count=2)
    assert len(here.orders) == 2


async def test_a_renewal_leaves_no_moment_without_a_socket(here: Life) -> None:
    slack, sockets = here.slack, here.slack.sockets
    fewest = 2

    def looked() -> bool:
        nonlocal fewest
        fewest = min(fewest, len(sockets.live))
        return sockets.connects == 4 and len(sockets.live) == 2

    sockets.refresh()
    asks = [await slack.slash(here.ada, here.art, "imagine", "help", wait=False) for _ in range(10)]
    await slack.until(looked)
    await slack.all_settled(asks)
    assert fewest == 2
    assert all(each.ephemeral for each in asks)
    assert len(slack.asked(OPEN)) == 4


async def test_what_came_by_a_socket_that_is_renewed_is_acknowledged(here: Life) -> None:
    slack = here.slack
    gate = slack.hold("chat.postMessage")
    asked = await slack.slash(here.ada, here.art, "imagine", "a fox", wait=False)
    await gate.reached.wait()
    slack.sockets.refresh()
    await slack.until(lambda: slack.sockets.connects == 4)
    gate.open.set()
    await slack.all_settled([asked])
    assert asked.acked
    assert slack.sockets.strange_acks == []
    assert len(here.ours()) == 1


async def test_what_came_by_a_socket_that_dropped_is_acknowledged_by_another(here: Life) -> None:
    slack = here.slack
    gate = slack.hold("chat.postMessage")
    asked = await slack.slash(here.ada, here.art, "imagine", "a fox", wait=False)
    await gate.reached.wait()
    link: Any = asked.attempts[0].socket
    link.line.abort()
    await slack.until(lambda: slack.sockets.connects == 3)
    gate.open.set()
    await slack.all_settled([asked])
    assert asked.acked
    await here.told()
    assert len(here.orders) == 1


async def test_what_was_said_while_all_sockets_were_cut_is_heard_once(here: Life) -> None:
    slack = here.slack
    slack.sockets.turn_away(3)
    slack.sockets.drop()
    said = await slack.say(here.ada, here.art, f"{here.me} a fox")
    assert said.delivered[0].acked
    await here.told()
    assert len(here.orders) == 1


async def test_a_slack_that_is_away_for_minutes_is_found_again_with_fresh_tickets(here: Life) -> None:
    """By itself slack_sdk tries on with the ticket of its first attempt, which Slack takes but once."""
    slack = here.slack
    slack.sockets.turn_away(4)
    slack.sockets.drop()
    await slack.connected(2)
    assert slack.sockets.connects == 4
    assert len(slack.asked(OPEN)) == 2 + 4 + 2
    assert (await here.painted()).pictures


async def test_pictures_get_there_although_no_socket_does(here: Life) -> None:
    done = here.holding()
    await here.slack.slash(here.ada, here.art, "imagine", "a fox")
    shown = await here.shown()
    here.slack.fail(OPEN, status=503, times=None)
    here.slack.sockets.drop()
    done.set()
    assert await here.picture() is shown
    assert here.slack.sockets.live == []


async def test_socket_mode_that_is_switched_off_and_on_is_there_again(here: Life) -> None:
    sockets = here.slack.sockets
    sockets.off = True
    sockets.disable()
    await here.slack.until(lambda: sockets.connects >= 5 and not sockets.live)
    sockets.off = False
    await here.slack.connected(2)
    assert (await here.painted()).pictures


async def test_a_token_that_is_taken_back_in_mid_life_is_told_to_the_operator_once(
    tmp_path: Path, log: io.StringIO
) -> None:
    async with opened(tmp_path) as here:
        await here.slack.connected(2)
        done = here.holding()
        await here.slack.slash(here.ada, here.art, "imagine", "a fox")
        shown = await here.shown()
        here.slack.world.app_token = "xapp-1-A1-22-another"
        here.slack.sockets.drop()
        await said(log, "the Slack door needs its operator")
        done.set()
        assert await here.picture() is shown, "the house lives on"
        assert log.getvalue().count('"level": "error"') == 1
        assert log.getvalue().count("SLACK_APP_TOKEN: Slack does not accept this token") == 1


# ---- what nobody can read


@pytest.mark.parametrize("frame", ["", "zanzibar", "[1]", "{", '{"type": 3}', '{"type": "events_api"}', "{}"])
async def test_a_frame_that_nobody_can_read_costs_no_other(here: Life, log: io.StringIO, frame: str) -> None:
    for link in here.slack.sockets.live:
        await link.socket.send_str(frame)
        await link.socket.send_bytes(b"\xff\x00")
    asked = await here.slack.slash(here.ada, here.art, "imagine", "help")
    assert asked.ephemeral
    assert here.slack.sockets.connects == 2
    assert "zanzibar" not in log.getvalue()


@pytest.mark.parametrize("kind", ["events_api", "slash_commands", "interactive", "poetry"])
@pytest.mark.parametrize("payload", [None, [], "zanzibar", {}, {"type": "zanzibar"}, {"type": None, "event": 7}])
async def test_an_envelope_that_nobody_can_read_is_acknowledged(
    here: Life, log: io.StringIO, kind: str, payload: Any
) -> None:
    here.slack.sockets.live[0].outbox.put_nowait({"type": kind, "envelope_id": "e-odd", "payload": payload})
    await here.slack.until(lambda: here.slack.sockets.strange_acks == ["e-odd"])
    assert "zanzibar" not in log.getvalue()


# ---- the way out


async def test_an_orderly_end_answers_what_is_under_way_and_leaves_nothing_behind(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    async with atelier() as here:
        slack = here.slack
        before = asyncio.all_tasks()
        async with living(here, tmp_path) as life:
            await slack.connected(2)
            gate = slack.hold("chat.postMessage")
            asked = await slack.slash(here.ada, here.art, "imagine", "a fox", wait=False)
            await gate.reached.wait()
            closing = asyncio.create_task(life.door.close())
            await asyncio.sleep(0)
            assert not closing.done()
            gate.open.set()
            await closing
            await slack.all_settled([asked])
            assert asked.acked
            assert len(life.ours()) == 1
        await slack.until(lambda: not slack.sockets.live)

        async def quiet() -> bool:
            return not any(_ours(task) for task in asyncio.all_tasks() - before)

        await soon(quiet)
        assert [record for record in caplog.records if record.levelno >= logging.WARNING] == []


async def test_what_comes_amid_the_end_is_neither_taken_nor_lost(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(adapters.slack.door, "DRAIN_S", 0.1)
    async with atelier() as here:
        slack = here.slack
        async with living(here, tmp_path) as first:
            await slack.connected(2)
            gate = slack.hold("chat.postMessage", times=None)
            await slack.slash(here.ada, here.art, "imagine", "a fox", wait=False)
            await gate.reached.wait()
            first.home.desk.close()
            closing = asyncio.create_task(first.door.close())
            late = await slack.slash(here.bob, here.art, "imagine", "a hare", wait=False)
            told = (await slack.say(here.ada, here.art, f"{here.me} an owl", wait=False)).delivered[0]
            await closing
        slack.heal()
        async with living(here, tmp_path) as second:
            here.later(minutes=2)
            await slack.all_settled([late, told])
            await second.told_all(1)
            prompts = {record.job.request.prompt for record in await second.home.store.jobs()}  # type: ignore[union-attr]
            assert "a fox" in prompts
            assert late.error or "restarted" in late.text or "neu gestartet" in late.text
            whispers = [each.text for each in slack.ephemerals(here.ada, here.art)]
            assert "an owl" in prompts or any("restarted" in each for each in whispers)


@pytest.mark.parametrize("amid", ["a try", "a pause", "a ticket"])
async def test_an_end_amid_a_connection_that_is_made_anew_is_an_end(
    here: Life, monkeypatch: pytest.MonkeyPatch, amid: str
) -> None:
    monkeypatch.setattr(client, "CONNECT_S", 30)
    slack = here.slack
    asked = len(slack.asked(OPEN))
    match amid:
        case "a try":
            slack.sockets.silent = True
        case "a pause":
            monkeypatch.setattr(client, "LONGEST_ABSENCE_S", 30)
            slack.fail(OPEN, status=503, times=None)
        case _:
            slack.hold(OPEN, times=None)
    slack.sockets.drop()
    await slack.until(lambda: len(slack.asked(OPEN)) > asked)
    await asyncio.wait_for(here.door.close(), 4)


async def test_an_end_waits_for_no_socket_that_does_not_say_goodbye(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with atelier() as here, deaf() as url:
        monkeypatch.setattr(here.slack.sockets, "url", url)
        async with living(here, tmp_path) as life:
            await here.slack.until(lambda: len(here.slack.asked(OPEN)) == 2)
            began = asyncio.get_running_loop().time()
            await life.door.close()
            assert asyncio.get_running_loop().time() - began < 4


@asynccontextmanager
async def deaf() -> AsyncIterator[str]:
    """Sockets that greet, and then answer nothing, not even a goodbye."""
    gone = asyncio.Event()

    async def greet(request: web.Request) -> web.StreamResponse:
        socket = web.WebSocketResponse()
        await socket.prepare(request)
        await socket.send_json({"type": "hello"})
        await gone.wait()
        return socket

    app = web.Application()
    app.router.add_get("/link/", greet)
    runner = web.AppRunner(app, shutdown_timeout=0.1)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    try:
        yield f"ws://127.0.0.1:{runner.addresses[0][1]}"
    finally:
        gone.set()
        await runner.cleanup()


async def test_a_delivery_cut_off_by_the_end_is_the_next_lifes(tmp_path: Path, log: io.StringIO) -> None:
    async with atelier() as here:
        slack = here.slack
        async with living(here, tmp_path) as first:
            done = first.holding()
            await slack.slash(here.ada, here.art, "imagine", "a fox")
            shown = await first.shown()
            gate = slack.hold("files.completeUploadExternal")
            done.set()
            await gate.reached.wait()
            ends = asyncio.get_running_loop().time()
        assert asyncio.get_running_loop().time() - ends < 2
        assert '"level": "error"' not in log.getvalue()
        slack.heal()
        async with living(here, tmp_path) as second:
            assert await second.picture() is shown
            assert second.ours() == [shown]


async def test_what_the_library_reads_from_the_environment_by_itself_changes_nothing(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("CLIENT_ID", "CLIENT_SECRET", "BOT_TOKEN", "SIGNING_SECRET", "APP_TOKEN", "SCOPES"):
        monkeypatch.setenv(f"SLACK_{name}", "another's")
    async with opened(tmp_path) as here:
        assert (await here.painted()).pictures


# ---- what is written down


async def test_no_log_line_holds_a_token_a_ticket_a_link_or_somebodys_words(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, log: io.StringIO
) -> None:
    monkeypatch.setattr(reception, "FIRST_ANSWER_S", 0.1)
    async with opened(tmp_path) as here:
        slack = here.slack
        told = []
        for number in range(8):
            match number:
                case 0:
                    slack.throttle("chat.postMessage", retry_after_s=0.1)
                case 1:
                    slack.fail("chat.postMessage", error="msg_blocks_too_long")
                case 2:
                    slack.hang_up("chat.postMessage", stage=Stage.AFTER)
                case 3:
                    slack.fail("chat.update", status=502)
                case 4:
                    slack.sockets.turn_away(2)
                    slack.sockets.drop()
                    await slack.connected(2)
                case 5:
                    slack.fail("files.getUploadURLExternal", status=500)
                case 6:
                    slack.fail("users.info", error="user_not_found")
                case _:
                    pass
            told.append(await slack.slash(here.ada, here.art, "imagine", "zanzibar", wait=False))
            await slack.all_settled(told)
        photo = slack.file(here.ada, "zanzibar.png", png(), serving=Serving.PAGE)
        await slack.say(here.ada, here.art, f"{here.me} upscale", files=[photo])
        await slack.say(here.ada, here.art, f"{here.me} zanzibar --steps zanzibar")
        await here.told_all(7)
        written = log.getvalue()
        assert "job accepted" in written
        secrets = [slack.app_token, here.team.bot_token, slack.signing_secret, "zanzibar", "ticket=", "files-pri"]
        for secret in (*secrets, *(each.trigger_id for each in told), *(each.response_url for each in told)):
            assert secret not in written


def _ours(task: asyncio.Task[object]) -> bool:
    """No line of the stand-in's server."""
    return "aiohttp/web" not in str(task.get_coro())
