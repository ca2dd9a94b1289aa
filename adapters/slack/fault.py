"""What Slack's errors mean to the house, each in one table; and calls that keep to the pauses Slack asks for."""

from __future__ import annotations

import asyncio
import math
from collections import deque
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator, Mapping
from contextlib import asynccontextmanager, contextmanager
from typing import TYPE_CHECKING, Any, Final, Protocol, TypeVar

import aiohttp
import structlog
from slack_sdk.errors import SlackApiError, SlackClientError

from bot.clock import Clock
from bot.errors import DeliveryError, PlaceBusyError, PlaceGoneError, PlaceShutError

if TYPE_CHECKING:
    from slack_sdk.web.async_client import AsyncWebClient

    from adapters.slack.event import Tenant

log = structlog.get_logger(__name__)
T = TypeVar("T")

UNHEARD: Final = (SlackClientError, aiohttp.ClientError, OSError)
"""What slack_sdk raises for a call that came to nothing; a TimeoutError is an OSError."""

CALL_S: Final = 30.0
"""The longest that a call may take. A limit that lasts longer is waited for by whoever calls."""
TRIES: Final = 4
PAUSE_S: Final = 2.0
LONGEST_PAUSE_S: Final = 30.0
"""Somebody waits for it, and others for their turn."""
MINUTE_S: Final = 60.0
POST: Final = "chat.postMessage"
UPDATE: Final = "chat.update"
PROGRESS_A_MINUTE: Final = 30
"""Of the 50 edits a minute that Slack lets an app make in a workspace, the others are kept for outcomes."""

INVALID_BLOCKS: Final = "invalid_blocks"
MISSING_SCOPE: Final = "missing_scope"
TOO_OFTEN: Final = frozenset({"ratelimited", "rate_limited", "message_limit_exceeded"})
MIGRATING: Final = frozenset({"team_added_to_org", "org_login_required", "external_channel_migrating"})
"""The workspace, or a channel shared with another one, is on its way into an organisation."""
EXPIRED: Final = "token_expired"
"""Of a token that rotates: the next call fetches the one that follows it."""
FAULTS: Final[Mapping[str, type[DeliveryError]]] = {
    **dict.fromkeys((*TOO_OFTEN, *MIGRATING, EXPIRED), PlaceBusyError),
    "fatal_error": PlaceBusyError,
    "file_update_failed": PlaceBusyError,
    "internal_error": PlaceBusyError,
    "request_timeout": PlaceBusyError,
    "service_unavailable": PlaceBusyError,
    "unable_to_share_files": PlaceBusyError,
    "update_failed": PlaceBusyError,
    "block_mismatch": PlaceGoneError,
    "cant_update_message": PlaceGoneError,
    "channel_not_found": PlaceGoneError,
    "edit_window_closed": PlaceGoneError,
    "file_deleted": PlaceGoneError,
    "file_is_deleted": PlaceGoneError,
    "file_not_found": PlaceGoneError,
    "invalid_channel": PlaceGoneError,
    "invalid_thread_ts": PlaceGoneError,
    "message_not_found": PlaceGoneError,
    "thread_not_found": PlaceGoneError,
}
"""Slack's error codes. Any other says that we may not, or that the call was wrong: repeating it changes nothing."""
OTHERWISE: Final = PlaceShutError


class Clients(Protocol):
    """Who can speak for us in a workspace."""

    async def client(self, tenant: str) -> AsyncWebClient:
        """Raises DeliveryError where nobody can."""
        ...


class Calls:
    """Every call goes through here: with the workspace's token, in its turn, its error as one of ours."""

    def __init__(self, workspaces: Clients, clock: Clock) -> None:
        self._workspaces = workspaces
        self._clock = clock
        self._free_at: dict[tuple[str, str, str], float] = {}
        self._updates: dict[str, deque[float]] = {}

    @asynccontextmanager
    async def to(
        self, tenant: Tenant | str, method: str, channel: str = "", *, spare: bool = False, within_s: float = CALL_S
    ) -> AsyncIterator[AsyncWebClient]:
        """The client, for one call of that method; channel where Slack counts by it. Raises DeliveryError.

        After a 429 PlaceBusyError until the pause is over. spare: leave what is left of the minute to outcomes.
        """
        tenant = str(tenant)
        key = (tenant, method, channel if method == POST else "")
        self._wait_over(key)
        if method == UPDATE:
            self._count(tenant, spare=spare)
        try:
            with told_apart():
                client = await self._workspaces.client(tenant)
                async with asyncio.timeout(within_s):
                    yield client
        except PlaceBusyError as error:
            if error.retry_after_s is not None:
                self._pause(key, error.retry_after_s)
            raise

    async def insist(self, act: Callable[[], Awaitable[T]]) -> T:
        """What may be done again, done again where Slack is only busy: TRIES times, if its pauses are short enough."""
        for _ in range(TRIES - 1):
            try:
                return await act()
            except PlaceBusyError as error:
                pause_s = error.retry_after_s or PAUSE_S
                if pause_s > LONGEST_PAUSE_S:
                    raise
                await self._clock.sleep(pause_s)
        return await act()

    def _wait_over(self, key: tuple[str, str, str]) -> None:
        rest_s = self._free_at.get(key, 0.0) - self._clock.steady()
        if rest_s > 0:
            raise PlaceBusyError("Slack asked for a pause", retry_after_s=rest_s)

    def _pause(self, key: tuple[str, str, str], pause_s: float) -> None:
        now = self._clock.steady()
        self._free_at = {each: at for each, at in self._free_at.items() if at > now}
        self._free_at[key] = max(now + pause_s, self._free_at.get(key, 0.0))

    def _count(self, tenant: str, *, spare: bool) -> None:
        now, updates = self._clock.steady(), self._updates.setdefault(tenant, deque())
        while updates and updates[0] <= now - MINUTE_S:
            updates.popleft()
        if spare and len(updates) >= PROGRESS_A_MINUTE:
            raise PlaceBusyError("this minute's edits are for outcomes", retry_after_s=updates[0] + MINUTE_S - now)
        updates.append(now)


@contextmanager
def told_apart() -> Iterator[None]:
    """Slack's errors as ours: is the place gone, closed to us, or just busy?"""
    try:
        yield
    except SlackApiError as error:
        raise _meaning(error) from error
    except SlackClientError as error:
        raise PlaceShutError(f"slack_sdk says {type(error).__name__}") from error
    except (aiohttp.ClientError, OSError) as error:
        raise PlaceBusyError("Slack can't be reached") from error


def code_of(error: BaseException | None) -> str:
    """Slack's word for what went wrong, such as "not_in_channel"; "" where it said none."""
    return str(_said(error).get("error") or "")


def unsure(error: PlaceBusyError) -> bool:
    """Whether the call may have been carried out all the same: its answer got lost, or Slack broke in the middle."""
    cause = error.__cause__
    if cause is None or isinstance(cause, aiohttp.ClientConnectorError):
        return False
    return code_of(cause) not in (*TOO_OFTEN, *MIGRATING, EXPIRED) and _status(cause) != 429


def told(error: BaseException) -> dict[str, str]:
    """What a log may know of it: the method and Slack's code, never an address or what people said."""
    inner = error.__cause__ if isinstance(error, DeliveryError) and error.__cause__ is not None else error
    if not isinstance(inner, SlackApiError):
        return {"error": type(inner).__name__}
    method = str(getattr(inner.response, "api_url", "")).partition("?")[0].rpartition("/")[2]
    facts = {"method": method, "error": code_of(inner) or f"status {_status(inner)}"}
    if needed := _said(inner).get("needed"):
        facts["needed"] = str(needed)
    return facts


def _meaning(error: SlackApiError) -> DeliveryError:
    code, status = code_of(error), _status(error)
    known = FAULTS.get(code)
    if status == 429 or code in TOO_OFTEN:
        return PlaceBusyError("Slack says that we call too often", retry_after_s=_pause_s(error))
    if known is not None:
        return known(f"Slack says {code}")
    if status >= 500 or (status == 200 and not code):  # the latter is what something on the way says
        return PlaceBusyError(f"Slack says {status}")
    log.warning("Slack refused a call", **told(error))
    return OTHERWISE(f"Slack says {code or status}")


def _said(error: BaseException | None) -> Mapping[str, Any]:
    """The answer that an error is made from; empty where it was no JSON."""
    if isinstance(error, DeliveryError):
        error = error.__cause__
    response = error.response if isinstance(error, SlackApiError) else None
    answer = getattr(response, "data", response)
    return answer if isinstance(answer, Mapping) else {}


def _status(error: BaseException) -> int:
    """The answer's status, which slack_sdk and aiohttp call by different names; 0: there was none."""
    response = error.response if isinstance(error, SlackApiError) else None
    return int(getattr(response, "status_code", 0) or getattr(response, "status", 0))


def _pause_s(error: SlackApiError) -> float | None:
    """What Slack asks us to wait; seconds."""
    headers: Mapping[str, str] = getattr(error.response, "headers", None) or {}
    try:
        pause_s = float(headers["Retry-After"])
    except (KeyError, ValueError):
        return None
    return pause_s if math.isfinite(pause_s) else None
