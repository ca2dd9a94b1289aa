"""Whether the bot is where it is asked to paint, before anything is bought: it joins, or says how it is let in."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from contextlib import asynccontextmanager
from typing import TYPE_CHECKING, Any, Final

import structlog

from adapters.slack.fault import MISSING_SCOPE, Calls, Clients, code_of, told
from adapters.slack.manifest import NAME
from bot.chat.memory import Memory
from bot.clock import Clock
from bot.errors import BusyError, DeliveryError, NotInvitedError, PlaceBusyError, PlaceShutError

if TYPE_CHECKING:
    from collections.abc import AsyncIterator

    from adapters.slack.event import Tenant

log = structlog.get_logger(__name__)

REMEMBERED: Final = 10_000
"""Channels, and people's direct messages, of all workspaces together."""
ARCHIVED: Final = "is_archived"

Key = tuple[str, str]


class Channels:
    """Remembers where the bot is; where it is not, it looks again each time."""

    def __init__(self, workspaces: Clients, clock: Clock) -> None:
        self._calls = Calls(workspaces, clock)
        self._inside: Memory[Key, bool] = Memory(REMEMBERED)
        self._direct: Memory[Key, str] = Memory(REMEMBERED)
        self._names: dict[str, str] = {}
        self._looking: dict[Key, tuple[asyncio.Lock, int]] = {}

    async def enter(self, tenant: Tenant | str, channel: str) -> None:
        """Make sure that the bot can post there. Raises NotInvitedError, BusyError; PlaceShutError: it is archived."""
        key = (str(tenant), channel)
        async with self._one_at_a_time(key):
            if key in self._inside:
                return
            try:
                await self._make_sure(*key)
            except PlaceBusyError as error:
                raise BusyError from error
            self._inside[key] = True

    def left(self, tenant: Tenant | str, channel: str) -> None:
        """The bot was sent out, or Slack says that it is not in."""
        self._inside.pop((str(tenant), channel), None)

    async def direct(self, tenant: Tenant | str, user: str) -> str:
        """The channel of a person's direct messages with the bot. Raises DeliveryError."""
        key = (str(tenant), user)
        if key not in self._direct:
            async with self._calls.to(tenant, "conversations.open") as slack:
                answer = await slack.conversations_open(users=user)
            self._direct[key] = str(answer["channel"]["id"])
        return self._direct[key]

    def forget(self, tenant: Tenant | str) -> None:
        """Remember nothing of a workspace any more."""
        for key in [key for key in self._inside if key[0] == str(tenant)]:
            del self._inside[key]
        for key in [key for key in self._direct if key[0] == str(tenant)]:
            del self._direct[key]
        self._names.pop(str(tenant), None)

    async def _make_sure(self, tenant: str, channel: str) -> None:
        if channel.startswith("D"):
            await self._open(tenant, channel)
            return
        try:
            about = await self._about(tenant, channel)
        except PlaceBusyError:
            raise
        except DeliveryError as error:
            if code_of(error) == MISSING_SCOPE:
                log.warning("membership can't be looked up", **told(error))
                return  # the announcement will find out
            raise await self._not_invited(tenant, error) from error
        if about.get("is_archived"):
            raise PlaceShutError("the channel is archived")
        if not about.get("is_member") and not about.get("is_mpim"):
            await self._join(tenant, channel)

    async def _open(self, tenant: str, channel: str) -> None:
        """A talk with the bot can be opened by it; one between others can't."""
        try:
            async with self._calls.to(tenant, "conversations.open") as slack:
                await slack.conversations_open(channel=channel)
        except PlaceBusyError:
            raise
        except DeliveryError as error:
            raise NotInvitedError(command=None) from error

    async def _join(self, tenant: str, channel: str) -> None:
        try:
            async with self._calls.to(tenant, "conversations.join") as slack:
                await slack.conversations_join(channel=channel)
        except PlaceBusyError:
            raise
        except DeliveryError as error:
            if code_of(error) == ARCHIVED:
                raise
            raise await self._not_invited(tenant, error) from error
        log.info("joined a channel", channel=channel)

    async def _about(self, tenant: str, channel: str) -> Mapping[str, Any]:
        async with self._calls.to(tenant, "conversations.info") as slack:
            answer = await slack.conversations_info(channel=channel)
        about: Mapping[str, Any] = answer["channel"]
        return about

    async def _not_invited(self, tenant: str, error: DeliveryError) -> NotInvitedError:
        """What a person types there to let the bot in."""
        log.info("not in the channel", **told(error))
        if tenant not in self._names:
            try:
                async with self._calls.to(tenant, "auth.test") as slack:
                    answer = await slack.auth_test()
            except DeliveryError:
                return NotInvitedError(command=f"/invite @{NAME}")
            self._names[tenant] = str(answer["user"])
        return NotInvitedError(command=f"/invite @{self._names[tenant]}")

    @asynccontextmanager
    async def _one_at_a_time(self, key: Key) -> AsyncIterator[None]:
        """A hundred commands in a channel ask Slack once."""
        lock, waiting = self._looking.get(key) or (asyncio.Lock(), 0)
        self._looking[key] = lock, waiting + 1
        try:
            async with lock:
                yield
        finally:
            lock, waiting = self._looking.pop(key)
            if waiting > 1:
                self._looking[key] = lock, waiting - 1
