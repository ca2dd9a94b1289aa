"""The connection: first ones that fail, sockets that are renewed or drop in mid-job, a Slack that is away, the end."""

from __future__ import annotations

import io
from collections.abc import AsyncIterator, Iterator
from enum import StrEnum
from pathlib import Path
from typing import Any

import pytest

import adapters.slack.door
from bot.errors import SettingsError
from tests.wire.living import logbook, soon
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
            second.later(minutes=10)  # what may have been bought keeps its slot at the vendor for so long at most
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
