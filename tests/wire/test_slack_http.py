"""Slack calls us: what it signed is done as over a socket, and of what it did not sign nothing is even read."""

from __future__ import annotations

import asyncio
import hashlib
import hmac
import io
import json
import time
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

import aiohttp
import pytest

import adapters.slack.door
from adapters.slack import client, reception
from bot.errors import SettingsError
from tests.endtoend.process import free_port
from tests.standins.slack import Sort
from tests.wire.living import logbook
from tests.wire.slack_door import Life, Scene, atelier, living
from tests.wire.test_slack_once import Way, asked, prepared, slow


@pytest.fixture
def log() -> Iterator[io.StringIO]:
    with logbook() as out:
        yield out


@asynccontextmanager
async def called(here: Scene, folder: Path, **settings: Any) -> AsyncIterator[Life]:
    """The house, which Slack calls by HTTP."""
    port = free_port()
    address = f"http://127.0.0.1:{port}"
    here.slack.http.url = f"{address}/slack/events"
    async with living(here, folder, mode="http", port=port, public_url=address, **settings) as life:
        yield life


@pytest.fixture
async def here(tmp_path: Path) -> AsyncIterator[Life]:
    async with atelier() as scene, called(scene, tmp_path) as life:
        yield life


# ---- what Slack signed


@pytest.mark.parametrize("way", list(Way))
async def test_whatever_people_do_is_done(here: Life, way: Way) -> None:
    where = await prepared(here, way)
    before = len(here.orders)
    told = await asked(here, way, where)
    await here.slack.all_settled([told])
    assert (told.acked, told.status) == (True, 200)
    assert len(await here.ordered(before + 1)) == before + 1
    await here.told_all(before + 1)


async def test_words_arrive_as_they_were_typed(here: Life) -> None:
    words = "Möwe & Fuchs + 100% 🦊 = „schön“"
    await here.slack.slash(here.ada, here.art, "imagine", words)
    assert (await here.ordered())[0].prompt == words


async def test_a_new_address_is_proved_to_slack(here: Life) -> None:
    answer = await here.slack.http.verify()
    assert (answer.status, answer.body) == (200, {"challenge": "stand-in-challenge"})


async def test_a_refusal_of_a_form_comes_with_the_acknowledgement(here: Life) -> None:
    form = (await here.slack.slash(here.ada, here.art, "imagine")).form
    await here.slack.submit(here.ada, form, {"prompt": "a fox", "flags": "--steps 400"})
    assert form.errors
    assert not form.closed


async def test_the_home_page_is_shown(here: Life) -> None:
    assert (await here.slack.open_home(here.ada)).acked
    await here.slack.until(lambda: here.slack.home(here.ada))


async def test_a_retry_after_a_lost_answer_is_known(here: Life) -> None:
    said = await here.slack.say(here.ada, here.art, f"{here.me} a fox")
    for retry in (1, 2, 3):
        again = await here.slack.redeliver(said.delivered[0], retry=retry, retry_reason="http_timeout")
        assert again.status == 200
    await here.settled()
    assert len(here.orders) == 2


async def test_a_retry_in_the_next_life_is_known(tmp_path: Path) -> None:
    async with atelier() as here:
        async with called(here, tmp_path) as first:
            said = await here.slack.say(here.ada, here.art, f"{here.me} a fox")
            await first.told()
        async with called(here, tmp_path) as second:
            again = await here.slack.redeliver(said.delivered[0])
            assert again.acked
            await second.settled()
            assert [order.prompt for order in second.orders] == ["the last"]


async def test_what_takes_long_is_answered_in_time(here: Life, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(reception, "FIRST_ANSWER_S", 0.1)
    told = await slow(here)
    await here.slack.all_settled([told])
    assert told.acked
    here.slack.host.late.set()
    await here.told_all(1)


# ---- what it did not


@dataclass(frozen=True)
class Answer:
    status: int
    text: str


async def post(here: Life, body: bytes, headers: dict[str, str], kind: str = "application/json") -> Answer:
    async with (
        aiohttp.ClientSession() as session,
        session.post(here.slack.http.url, data=io.BytesIO(body), headers={"Content-Type": kind, **headers}) as answer,
    ):
        return Answer(answer.status, await answer.text())


def signed(here: Life, body: bytes, at: str = "") -> dict[str, str]:
    at = at or str(int(time.time()))
    digest = hmac.new(here.slack.signing_secret.encode(), b"v0:" + at.encode() + b":" + body, hashlib.sha256)
    return {"X-Slack-Request-Timestamp": at, "X-Slack-Signature": f"v0={digest.hexdigest()}"}


def command(here: Life) -> bytes:
    """What Slack would send of /imagine zanzibar."""
    told = here.slack.asking.command(here.ada, here.art, "imagine", "zanzibar")
    assert told.sort is Sort.COMMAND
    return urlencode(told.payload).encode()


@pytest.mark.parametrize("how", ["forged", "unsigned", "late", "early"])
@pytest.mark.parametrize("way", [Way.COMMAND, Way.BUTTON, Way.FORM])
async def test_what_slack_did_not_sign_in_these_minutes_is_turned_away(here: Life, how: str, way: Way) -> None:
    where = await prepared(here, way)
    before = len(here.orders)
    http = here.slack.http
    match how:
        case "forged":
            http.forged = True
        case "unsigned":
            http.unsigned = True
        case "late":
            http.late_s = 301
        case _:
            http.late_s = -310
    calls = len(here.slack.requests)
    told = await asked(here, way, where)
    await here.slack.until(lambda: told.status)
    assert told.status == 401
    assert len(here.slack.requests) == calls, "nothing was even looked up"
    http.forged = http.unsigned = False
    http.late_s = 0
    await here.settled()
    assert len(here.orders) == before + 1


ODD_HEADERS: list[dict[str, str]] = [
    {},
    {"X-Slack-Request-Timestamp": ""},
    {"X-Slack-Request-Timestamp": "soon"},
    {"X-Slack-Request-Timestamp": "-1"},
    {"X-Slack-Request-Timestamp": "1e9"},
    {"X-Slack-Request-Timestamp": "9" * 40},
    {"X-Slack-Request-Timestamp": "9" * 5000},
    {"X-Slack-Signature": ""},
    {"X-Slack-Signature": "v0="},
    {"X-Slack-Signature": "v0=möwe"},
    {"X-Slack-Signature": "v1=" + "0" * 64},
]


@pytest.mark.parametrize("odd", ODD_HEADERS, ids=lambda odd: str(odd)[:60])
async def test_an_odd_signature_is_none(here: Life, log: io.StringIO, odd: dict[str, str]) -> None:
    body = command(here)
    headers = {**signed(here, body), **odd} if odd else {}
    answer = await post(here, body, headers, "application/x-www-form-urlencoded")
    assert answer.status == 401
    assert '"level": "error"' not in log.getvalue()
    assert "zanzibar" not in log.getvalue()


async def test_a_signature_is_for_one_body_and_one_moment(here: Life) -> None:
    body = command(here)
    kind = "application/x-www-form-urlencoded"
    headers = signed(here, body)
    assert (await post(here, body + b"+and+more", headers, kind)).status == 401
    moved = {**headers, "X-Slack-Request-Timestamp": str(int(time.time()) + 1)}
    assert (await post(here, body, moved, kind)).status == 401
    assert (await post(here, body, headers, kind)).status == 200
    assert (await post(here, body, headers, kind)).status == 200, "a replay is a redelivery"
    await here.settled()
    assert {order.prompt for order in here.orders} == {"zanzibar", "the last"}
    assert len(here.orders) == 2


@pytest.mark.parametrize(
    "body", [b"[1]", b"{", b"null", b'"zanzibar"', b"zanzibar", b"", b"payload=zanzibar", b"payload=%7B", b"{}"]
)
@pytest.mark.parametrize("kind", ["application/json", "application/x-www-form-urlencoded", "text/plain; charset=odd"])
async def test_what_slack_signed_and_nobody_can_read_harms_nobody(
    here: Life, log: io.StringIO, body: bytes, kind: str
) -> None:
    assert (await post(here, body, signed(here, body), kind)).status == 200
    assert (await post(here, body, {}, kind)).status == 401
    assert "zanzibar" not in log.getvalue()
    assert "Traceback" not in log.getvalue()


async def test_bytes_that_are_no_text_are_turned_away(here: Life, log: io.StringIO) -> None:
    body = b"\xff\xfe zanzibar"
    assert (await post(here, body, signed(here, body))).status == 401
    assert "Traceback" not in log.getvalue()


async def test_a_huge_body_is_turned_away(here: Life, log: io.StringIO) -> None:
    body = json.dumps({"type": "event_callback", "text": "x" * client.BODY_BYTES}).encode()
    assert (await post(here, body, signed(here, body))).status == 413
    assert "Traceback" not in log.getvalue()


async def test_a_body_that_does_not_come_is_not_waited_for(here: Life, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(client, "BODY_S", 0.1)
    never = asyncio.Event()

    async def drop_by_drop() -> AsyncIterator[bytes]:
        yield b"{"
        await never.wait()

    async with (
        aiohttp.ClientSession() as session,
        session.post(here.slack.http.url, data=drop_by_drop()) as answer,
    ):
        assert answer.status == 408


async def test_nothing_else_is_there(here: Life) -> None:
    async with aiohttp.ClientSession() as session:
        for path, status in (("/slack/events", 405), ("/", 404), ("/slack/install", 404)):
            async with session.get(here.slack.http.url.removesuffix("/slack/events") + path) as answer:
                assert answer.status == status


# ---- opening and closing


async def test_a_port_that_is_taken_is_said_in_one_sentence(tmp_path: Path) -> None:
    (tmp_path / "a").mkdir()
    (tmp_path / "b").mkdir()
    async with atelier() as here, called(here, tmp_path / "a"):
        port = int(here.slack.http.url.split(":")[2].split("/")[0])
        with pytest.raises(SettingsError, match=rf"slack\.port: 127\.0\.0\.1:{port} can't be listened on"):
            async with living(here, tmp_path / "b", mode="http", port=port, public_url="https://bot.test"):
                pass


async def test_an_orderly_end_answers_what_is_under_way(tmp_path: Path) -> None:
    async with atelier() as here, called(here, tmp_path) as life:
        gate = here.slack.hold("chat.postMessage")
        told = await asked(here, Way.COMMAND, None)
        await gate.reached.wait()
        closing = asyncio.create_task(life.door.close())
        await asyncio.sleep(0)
        gate.open.set()
        await closing
        await here.slack.all_settled([told])
        assert told.acked
        assert len(life.ours()) == 1


async def test_what_is_cut_off_by_the_end_is_not_acknowledged(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(adapters.slack.door, "DRAIN_S", 0.1)
    async with atelier() as here:
        async with called(here, tmp_path) as first:
            here.slack.hold("chat.postMessage")
            told = await asked(here, Way.MENTION, None)
            await here.slack.until(lambda: here.slack.asked("chat.postMessage"))
            first.home.desk.close()
        assert not told.acked
        here.slack.heal()
        async with called(here, tmp_path) as second:
            here.later(minutes=2)
            await here.slack.all_settled([told])
            await second.told_all(1)
            assert len(second.orders) == 1


async def test_without_http_mode_nothing_listens(tmp_path: Path) -> None:
    port = free_port()
    async with atelier() as here, living(here, tmp_path, port=port), aiohttp.ClientSession() as session:
        with pytest.raises(aiohttp.ClientConnectorError):
            await session.post(f"http://127.0.0.1:{port}/slack/events")
