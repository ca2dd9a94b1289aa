"""How slack-bolt is set up, what is kept of its words, and how patiently a socket is looked for."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import AsyncIterator

import pytest
from slack_bolt.app.async_app import AsyncApp
from slack_sdk.socket_mode.aiohttp import SocketModeClient
from slack_sdk.web.async_client import AsyncWebClient

from adapters.slack import client
from bot.clock import RealClock
from bot.errors import SettingsError
from tests.standins.slack import Slack
from tests.wire.living import soon

OPEN = "apps.connections.open"


class Impatient(RealClock):
    """Notes how long it should have waited."""

    def __init__(self) -> None:
        self.waits: list[float] = []

    async def sleep(self, seconds: float) -> None:
        self.waits.append(seconds)
        await asyncio.sleep(0.001)


@pytest.fixture
async def slack() -> AsyncIterator[Slack]:
    async with Slack() as standin:
        standin.workspace()
        yield standin


@pytest.fixture
async def clock(slack: Slack, monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[Impatient]:
    """Two sockets that somebody keeps connected by this clock."""
    monkeypatch.setattr(client, "LOOK_S", 0.01)
    monkeypatch.setattr(client, "CONNECT_S", 0.3)
    waiting = Impatient()
    slack.fail(OPEN, status=503, times=8)
    keeping = asyncio.create_task(
        client.Sockets(_app(slack), slack.app_token, 2, waiting, lambda: None).keep_connected()
    )
    yield waiting
    keeping.cancel()
    await asyncio.wait({keeping})


def _app(slack: Slack) -> AsyncApp:
    return AsyncApp(client=AsyncWebClient(token="xoxb-1", base_url=slack.api_url, retry_handlers=[]))


async def test_a_slack_that_is_away_is_asked_less_and_less_by_one_at_a_time(slack: Slack, clock: Impatient) -> None:
    await slack.connected(2)
    assert clock.waits == [2, 4, 8, 16, 32, 60, 60, 60]
    assert len(slack.asked(OPEN)) == 8 + 2


async def test_a_pause_that_slack_asks_for_is_kept(slack: Slack, clock: Impatient) -> None:
    await slack.connected(2)
    clock.waits.clear()
    slack.throttle(OPEN, retry_after_s=90)
    slack.sockets.refresh()
    await slack.until(lambda: slack.sockets.connects == 4)
    assert clock.waits == [90]


async def test_sockets_that_are_ended_at_once_are_not_made_anew_at_once(slack: Slack, clock: Impatient) -> None:
    await slack.connected(2)
    clock.waits.clear()
    slack.sockets.off = True
    slack.sockets.disable()
    await slack.until(lambda: slack.sockets.connects >= 6 and len(clock.waits) >= 6)
    assert clock.waits[:6] == [60] * 6


async def test_a_renewal_needs_no_pause_however_soon_it_comes(slack: Slack, clock: Impatient) -> None:
    await slack.connected(2)
    clock.waits.clear()
    for number in (1, 2, 3):
        slack.sockets.refresh()
        await slack.until(lambda number=number: slack.sockets.connects == 2 + 2 * number)  # type: ignore[misc]
    assert clock.waits == []


async def test_the_library_by_itself_tries_on_with_a_ticket_that_is_spent(slack: Slack) -> None:
    """The reason why a socket of ours is not made anew by the library."""
    refused: list[str] = []

    class Counting(logging.Handler):
        def emit(self, record: logging.LogRecord) -> None:
            refused.append(record.getMessage())

    logger = logging.getLogger("test.library")
    logger.addHandler(Counting())
    logger.propagate = False
    web = AsyncWebClient(base_url=slack.api_url)
    alone = SocketModeClient(slack.app_token, logger=logger, web_client=web, ping_interval=0.05)
    slack.sockets.turn_away(1)
    connecting = asyncio.create_task(alone.connect())

    async def often() -> bool:
        return len(refused) >= 4

    try:
        await soon(often)
        assert len(slack.asked(OPEN)) == 1
        assert slack.sockets.connects == 0
    finally:
        await alone.close()
        await connecting


async def test_a_token_that_slack_refuses_ends_all_tries(slack: Slack) -> None:
    sockets = client.Sockets(_app(slack), "xapp-1-A1-22-wrong", 2, RealClock(), lambda: None)
    with pytest.RaisesGroup(SettingsError):
        await sockets.keep_connected()
    assert len(slack.asked(OPEN)) <= 2


def test_of_the_librarys_words_the_beginning_is_kept(caplog: pytest.LogCaptureFixture) -> None:
    logger = client.quiet("bolt")
    logger.warning("Failed to run listener function (error: a secret wish)")
    logger.warning("Failed to process a message: a secret wish, session: 7")
    logger.warning("Unhandled request (%s)", {"text": "a secret wish"})
    try:
        raise ValueError("a secret wish")
    except ValueError:
        logger.exception("Failed")
    said = caplog.text
    assert said.count("Failed") == 3
    assert "secret" not in said
