"""What Slack's errors mean: one table, held against the vendor's own list, and pauses that are kept."""

from __future__ import annotations

import asyncio
import json
import re
from functools import cache
from typing import Any

import aiohttp
import pytest
from slack_sdk.errors import SlackApiError, SlackClientError
from slack_sdk.web.async_client import AsyncWebClient
from slack_sdk.web.async_slack_response import AsyncSlackResponse
from yarl import URL

from adapters.slack.fault import (
    FAULTS,
    OTHERWISE,
    POST,
    PROGRESS_A_MINUTE,
    UPDATE,
    Calls,
    code_of,
    told,
    told_apart,
    unsure,
)
from bot.errors import DeliveryError, PlaceBusyError, PlaceGoneError, PlaceShutError
from tests.clock import HeldClock
from tests.standins.spec import ABSENT, FOLDER

METHODS = (
    "assistant.threads.setStatus",
    "auth.test",
    "chat.delete",
    "chat.postMessage",
    "chat.update",
    "conversations.history",
    "conversations.info",
    "conversations.join",
    "conversations.open",
    "conversations.replies",
    "files.completeUploadExternal",
    "files.delete",
    "files.getUploadURLExternal",
    "files.info",
    "files.list",
    "usergroups.list",
    "usergroups.users.list",
    "users.info",
)
"""Every method that goes through Calls."""
PASSES = re.compile(
    r"at this time|try again|temporar|intermittent|in progress|too many messages|Internal|failed|failure"
)
"""How the vendor describes what is over by itself."""
LASTS = {"list_record_comment_fetch_failed"}
"""Described alike, and about what we never read."""
CLIENT = AsyncWebClient(token="xoxb-1", retry_handlers=[])


def named(value: object) -> str | None:
    """In a test's name."""
    return type(value).__name__ if isinstance(value, Exception) else None


def refusal(code: str = "", *, status: int = 200, method: str = POST, **headers: str) -> SlackApiError:
    """As slack_sdk raises it. Without a code: what a proxy answers."""
    data: dict[str, Any] = {"ok": False, "error": code} if code else {}
    response = AsyncSlackResponse(
        client=CLIENT,
        http_verb="POST",
        api_url=f"https://slack.com/api/{method}",
        req_args={},
        data=data,
        headers={name.replace("_", "-"): value for name, value in headers.items()},
        status_code=status,
    )
    return SlackApiError(f"failed (url: https://slack.com/api/{method})", response)


def meaning(error: Exception) -> DeliveryError:
    with pytest.raises(DeliveryError) as raised, told_apart():
        raise error
    assert raised.value.__cause__ is error
    return raised.value


@cache
def described() -> dict[str, str]:
    """Each error code of our methods, with the vendor's description where it has one."""
    file = FOLDER / "slack-web-methods-2026.json"
    if not file.is_file():
        pytest.skip(ABSENT)
    methods = json.loads(file.read_bytes())["methods"]
    found: dict[str, str] = {}
    for method in METHODS:
        for code in methods[method]["error_codes"]:
            told_of = (methods[method]["errors"] or {}).get(code, {})
            found[code] = found.get(code) or str(told_of.get("desc") or "")
    return found


def test_the_table_holds_only_codes_that_slack_has() -> None:
    assert set(FAULTS) - set(described()) == set()


def test_what_slack_says_will_pass_is_busy() -> None:
    passing = {code for code, words in described().items() if PASSES.search(words)} - LASTS
    assert passing
    assert {code: type(meaning(refusal(code))) for code in passing if FAULTS.get(code) is not PlaceBusyError} == {}


def test_every_code_that_slack_lists_means_something() -> None:
    met = {code: type(meaning(refusal(code))) for code in described()}
    assert set(met.values()) == {PlaceBusyError, PlaceGoneError, PlaceShutError}
    assert all(kind is OTHERWISE for code, kind in met.items() if code not in FAULTS)


@pytest.mark.parametrize(
    ("error", "kind"),
    [
        (refusal(status=502), PlaceBusyError),
        (refusal(status=200), PlaceBusyError),
        (refusal(status=404), PlaceShutError),
        (refusal("brand_new_code"), PlaceShutError),
        (refusal("brand_new_code", status=503), PlaceBusyError),
        (aiohttp.ServerDisconnectedError(), PlaceBusyError),
        (TimeoutError(), PlaceBusyError),
        (ConnectionResetError(), PlaceBusyError),
        (SlackClientError("odd"), PlaceShutError),
    ],
    ids=named,
)
def test_what_is_no_code_of_slacks_is_told_apart_by_its_status(error: Exception, kind: type[DeliveryError]) -> None:
    assert type(meaning(error)) is kind


@pytest.mark.parametrize(
    ("header", "pause_s"), [("7", 7.0), ("soon", None), ("nan", None), ("inf", None), (None, None)]
)
def test_a_429_names_its_pause(header: str | None, pause_s: float | None) -> None:
    error = meaning(refusal("ratelimited", status=429, **({"Retry_After": header} if header else {})))
    assert isinstance(error, PlaceBusyError)
    assert error.retry_after_s == pause_s


def connector_error() -> aiohttp.ClientConnectorError:
    key: Any = type("Key", (), {"host": "slack.com", "port": 443, "ssl": True, "is_ssl": True})()
    return aiohttp.ClientConnectorError(key, OSError("refused"))


@pytest.mark.parametrize(
    ("error", "maybe"),
    [
        (aiohttp.ServerDisconnectedError(), True),
        (TimeoutError(), True),
        (refusal(status=500), True),
        (refusal("fatal_error"), True),
        (connector_error(), False),
        (refusal("ratelimited", status=429), False),
        (refusal(status=429), False),
        (refusal("team_added_to_org"), False),
    ],
    ids=named,
)
def test_only_what_may_have_been_carried_out_is_unsure(error: Exception, maybe: bool) -> None:
    busy = meaning(error)
    assert isinstance(busy, PlaceBusyError)
    assert unsure(busy) is maybe


def test_a_log_hears_the_method_and_the_code_and_nothing_else() -> None:
    error = meaning(refusal("not_in_channel", method="files.info?file=F1&token=xoxb-secret"))
    assert told(error) == {"method": "files.info", "error": "not_in_channel"}
    assert told(meaning(refusal(status=502))) == {"method": POST, "error": "status 502"}
    link = URL("https://files.slack.com/upload/v1/secret")
    broken = aiohttp.ClientResponseError(aiohttp.RequestInfo(link, "POST", None, link), ())  # type: ignore[arg-type]
    assert told(meaning(broken)) == {"error": "ClientResponseError"}
    assert code_of(error) == "not_in_channel"
    assert code_of(PlaceBusyError("ours")) == ""


class Nobody:
    """Workspaces of which nothing is asked in these tests."""

    async def client(self, tenant: str) -> AsyncWebClient:
        return CLIENT


@pytest.fixture
def clock() -> HeldClock:
    return HeldClock()


@pytest.fixture
def calls(clock: HeldClock) -> Calls:
    return Calls(Nobody(), clock)


async def throttled(calls: Calls, method: str, channel: str = "", *, tenant: str = "T1", pause_s: float = 10) -> None:
    with pytest.raises(PlaceBusyError):
        async with calls.to(tenant, method, channel):
            raise refusal("ratelimited", status=429, method=method, Retry_After=str(pause_s))


async def rest_s(calls: Calls, method: str, channel: str = "", *, tenant: str = "T1") -> float | None:
    """How long the call has to wait; None: not at all."""
    try:
        async with calls.to(tenant, method, channel):
            return None
    except PlaceBusyError as error:
        return error.retry_after_s


async def test_a_limited_method_is_left_alone_for_the_rest_of_its_pause(calls: Calls, clock: HeldClock) -> None:
    await throttled(calls, UPDATE)
    await clock.advance(4)
    assert await rest_s(calls, UPDATE, "C1") == 6
    assert await rest_s(calls, UPDATE, tenant="T2") is None
    assert await rest_s(calls, "files.info") is None
    await clock.advance(6)
    assert await rest_s(calls, UPDATE) is None


async def test_posts_are_limited_by_channel(calls: Calls) -> None:
    await throttled(calls, POST, "C1")
    assert await rest_s(calls, POST, "C1") == 10
    assert await rest_s(calls, POST, "C2") is None


async def test_progress_leaves_edits_to_outcomes(calls: Calls, clock: HeldClock) -> None:
    for _ in range(PROGRESS_A_MINUTE):
        async with calls.to("T1", UPDATE, spare=True):
            pass
        await clock.advance(1)
    with pytest.raises(PlaceBusyError) as refused:
        async with calls.to("T1", UPDATE, spare=True):
            pass
    assert refused.value.retry_after_s == 60 - PROGRESS_A_MINUTE
    assert await rest_s(calls, UPDATE) is None
    async with calls.to("T2", UPDATE, spare=True):
        pass
    await clock.advance(60)
    async with calls.to("T1", UPDATE, spare=True):
        pass


async def test_outcomes_count_against_progress(calls: Calls) -> None:
    for _ in range(PROGRESS_A_MINUTE):
        assert await rest_s(calls, UPDATE) is None
    with pytest.raises(PlaceBusyError):
        async with calls.to("T1", UPDATE, spare=True):
            pass


async def test_what_is_busy_is_tried_again_after_its_pause(calls: Calls, clock: HeldClock) -> None:
    tries: list[float] = []

    async def act() -> str:
        tries.append(clock.steady())
        if len(tries) < 3:
            raise PlaceBusyError("busy", retry_after_s=10.0 if len(tries) == 1 else None)
        return "done"

    insisting = asyncio.create_task(calls.insist(act))
    for _ in range(15):
        await clock.advance(1)
    assert await insisting == "done"
    assert [later - tries[0] for later in tries] == [0, 10, 12]


@pytest.mark.parametrize(
    ("error", "count"),
    [(PlaceBusyError("busy"), 4), (PlaceBusyError("long", retry_after_s=31), 1), (PlaceGoneError("gone"), 1)],
)
async def test_nobody_insists_for_long(calls: Calls, clock: HeldClock, error: DeliveryError, count: int) -> None:
    tries = 0

    async def act() -> None:
        nonlocal tries
        tries += 1
        raise error

    insisting = asyncio.create_task(calls.insist(act))
    for _ in range(10):
        await clock.advance(1)
    with pytest.raises(type(error)):
        await insisting
    assert tries == count
