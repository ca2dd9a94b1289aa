"""The way out of the Slack door: what is under way is answered, nothing hangs; and what stands in the log by then."""

from __future__ import annotations

import asyncio
import io
import logging
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from pathlib import Path

import pytest
from aiohttp import web

import adapters.slack.door
from adapters.slack import client, reception
from bot import postman
from tests.house import png
from tests.standins.slack import Serving, Stage
from tests.wire.living import logbook, over
from tests.wire.slack_door import Life, atelier, hurry, living, opened

OPEN = "apps.connections.open"


@pytest.fixture(autouse=True)
def _hasty(monkeypatch: pytest.MonkeyPatch) -> None:
    hurry(monkeypatch)


@pytest.fixture
async def here(tmp_path: Path) -> AsyncIterator[Life]:
    async with opened(tmp_path) as life:
        await life.slack.connected(2)
        yield life


@pytest.fixture
def log() -> Iterator[io.StringIO]:
    with logbook() as out:
        yield out


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
        await over(before)
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


async def test_a_delivery_cut_off_by_the_end_is_the_next_lifes(
    tmp_path: Path, log: io.StringIO, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(postman, "DRAIN_S", 0.1)
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
