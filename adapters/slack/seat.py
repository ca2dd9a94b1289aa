"""Us in each workspace: by what name, and with a token that holds for a while."""

from __future__ import annotations

import asyncio
import time
from dataclasses import dataclass, field
from typing import Final

import structlog
from slack_sdk.errors import SlackClientError, SlackTokenRotationError
from slack_sdk.oauth.installation_store import Bot
from slack_sdk.oauth.token_rotation.async_rotator import AsyncTokenRotator
from slack_sdk.web.async_client import AsyncWebClient

from adapters.slack.event import Tenant
from adapters.slack.fault import UNHEARD, code_of
from adapters.slack.installation import Installations
from bot.clock import Clock
from bot.errors import PlaceBusyError, PlaceShutError

log = structlog.get_logger(__name__)

ROTATE_S: Final = 2 * 3600.0
"""A token that ends within this is replaced: tokens live 12 hours, and Slack may be away for a while."""
AGAIN_S: Final = 60.0
"""Between two tries to replace a token that holds yet."""
ALWAYS_MINUTES: Final = 1_000_000_000
"""By the library's own clock no token would be due: ours has decided that one is."""
PASSING: Final = frozenset(
    {"", "ratelimited", "internal_error", "fatal_error", "service_unavailable", "request_timeout"}
)
"""What Slack says of a refresh token that may be taken another time."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Seat:
    """Us in a workspace. tenant is where the app was installed: the workspace, or its whole organisation."""

    tenant: Tenant
    token: str = field(repr=False)
    bot_id: str
    user: str
    """Our own user id, as people mention it."""
    name: str = ""
    """The workspace's."""
    url: str = ""
    scopes: tuple[str, ...] = ()
    bot: Bot | None = field(default=None, repr=False)
    """As it is stored; None for the one workspace whose token is in the environment."""

    @property
    def ends_at(self) -> float | None:
        """When the token ends, in seconds since 1970; None: never."""
        return self.bot.bot_token_expires_at if self.bot else None


class OneSeat:
    """The one workspace whose token is in the environment; Slack tells once whose it is."""

    def __init__(self, client: AsyncWebClient) -> None:
        self.client = client
        self._seat: Seat | None = None

    async def found(self) -> Seat:
        """Raises SlackApiError, and what the network raises."""
        if self._seat is None:
            answer = await self.client.auth_test()
            granted = answer.headers.get("x-oauth-scopes", "")
            self._seat = Seat(
                tenant=Tenant(str(answer.get("team_id") or ""), str(answer.get("enterprise_id") or "")),
                token=self.client.token or "",
                bot_id=str(answer.get("bot_id") or ""),
                user=str(answer.get("user_id") or ""),
                name=str(answer.get("team") or ""),
                url=str(answer.get("url") or ""),
                scopes=tuple(scope.strip() for scope in granted.split(",") if scope.strip()),
            )
        return self._seat

    async def close(self) -> None:
        """Nothing is under way."""


class ManySeats:
    """The workspaces that installed the app. Tokens that end are replaced in time, one at a time for each."""

    def __init__(self, installations: Installations, rotator: AsyncTokenRotator, clock: Clock) -> None:
        self._installations, self._rotator, self._clock = installations, rotator, clock
        self._turning: dict[Tenant, asyncio.Task[Seat]] = {}
        self._again_at: dict[Tenant, float] = {}
        """When Slack is asked again for a token that it did not give, by the steady clock."""

    async def find(self, tenant: Tenant) -> Seat | None:
        """The workspace's own installation, else its organisation's."""
        candidates = [tenant, Tenant(tenant.team), Tenant("", tenant.enterprise)]
        for each in dict.fromkeys(each for each in candidates if str(each)):
            bot = await self._installations.async_find_bot(
                enterprise_id=each.enterprise or None, team_id=each.team or None, is_enterprise_install=not each.team
            )
            if bot is not None:
                return _seat(bot)
        return None

    async def renewed(self, seat: Seat) -> Seat:
        """Whoever asks and gives up meanwhile stops nothing: a token that was taken must be written down."""
        if seat.ends_at is None or seat.ends_at > self._clock.now().timestamp() + ROTATE_S:
            return seat
        if self._holds(seat) and self._clock.steady() < self._again_at.get(seat.tenant, 0.0):
            return seat
        task = self._turning.get(seat.tenant)
        if task is None:
            task = self._turning[seat.tenant] = asyncio.create_task(self._rotated(seat), name="a new Slack token")
            task.add_done_callback(lambda ended: self._turned(seat.tenant, ended))
        return await asyncio.shield(task)

    async def close(self) -> None:
        """Let tokens on their way be written down."""
        if self._turning:
            await asyncio.wait(self._turning.values())

    def _holds(self, seat: Seat) -> bool:
        return (seat.ends_at or 0.0) > self._clock.now().timestamp()

    def _turned(self, tenant: Tenant, ended: asyncio.Task[Seat]) -> None:
        self._turning.pop(tenant, None)
        if not ended.cancelled():
            ended.exception()  # whoever asked may have given up

    async def _rotated(self, seat: Seat) -> Seat:
        """The next token, or the same where it holds yet and Slack can't be asked."""
        stored = await self._stored(seat)
        if stored.token != seat.token:
            return stored  # another process, or an earlier asker, was first
        refusal: Exception
        try:
            return await self._taken(seat)
        except SlackTokenRotationError as error:
            refusal, code = error, code_of(error.api_error)
        except UNHEARD as error:
            refusal, code = error, ""
        stored = await self._stored(seat)
        if stored.token != seat.token:
            return stored
        log.warning("a token was not replaced", tenant=str(seat.tenant), error=code or type(refusal).__name__)
        self._again_at[seat.tenant] = self._clock.steady() + AGAIN_S
        if self._holds(seat):
            return seat
        if code in PASSING:
            raise PlaceBusyError("the workspace's token has ended, and Slack gave no other yet") from refusal
        raise PlaceShutError("the workspace's token has ended; the app must be installed there anew") from refusal

    async def _taken(self, seat: Seat) -> Seat:
        """Take the next token and write it down."""
        if seat.bot is None:
            raise ValueError("only a stored token ends")
        bot = await self._rotator.perform_bot_token_rotation(bot=seat.bot, minutes_before_expiration=ALWAYS_MINUTES)
        if bot is None or bot.bot_token_expires_at is None:
            raise SlackClientError("the answer was no bot's token")
        bot.bot_token_expires_at += int(self._clock.now().timestamp() - time.time())  # the library went by the latter
        if not await self._installations.renew(bot):
            raise PlaceShutError("the app was taken out there meanwhile")
        log.info("a token was replaced", tenant=str(seat.tenant))
        return _seat(bot)

    async def _stored(self, seat: Seat) -> Seat:
        """As it is in the database now. Raises PlaceShutError."""
        stored = await self.find(seat.tenant)
        if stored is None:
            raise PlaceShutError("the app was taken out there meanwhile")
        return stored


def _seat(bot: Bot) -> Seat:
    return Seat(
        tenant=Tenant(bot.team_id or "", bot.enterprise_id or ""),
        token=bot.bot_token,
        bot_id=bot.bot_id or "",
        user=bot.bot_user_id or "",
        name=bot.team_name or bot.enterprise_name or "",
        scopes=tuple(bot.bot_scopes or ()),
        bot=bot,
    )
