"""Who people are: their name, language, and whether they lead or are in a user group that the settings name."""

from __future__ import annotations

import asyncio
from collections.abc import Hashable, Mapping
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any, Final, Generic, TypeVar

import structlog

from adapters.slack.event import Account, Happening, Tenant
from adapters.slack.fault import UNHEARD, told
from adapters.slack.workspace import Workspaces
from bot.clock import Clock

if TYPE_CHECKING:
    from adapters.slack import Settings

log = structlog.get_logger(__name__)

ASK_S: Final = 1.0
"""How long an answer waits for a person's name and language; after that they are spoken to in English."""
ACCOUNT_S: Final = 3600.0
GROUP_S: Final = 300.0
"""How long what Slack told is taken for true: people change their language seldom, and their groups more often."""
REMEMBERED: Final = 10_000

V = TypeVar("V")


@dataclass(frozen=True, slots=True)
class _Memory(Generic[V]):
    value: V
    until: float


class People:
    """Asks Slack, and remembers for a while."""

    def __init__(self, workspaces: Workspaces, settings: Settings, clock: Clock) -> None:
        self._workspaces = workspaces
        self._clock = clock
        self._groups = tuple(each for each in (*settings.roles, *settings.moderators) if each.startswith("S"))
        self._accounts: dict[Hashable, _Memory[Account]] = {}
        self._members: dict[Hashable, _Memory[frozenset[str]]] = {}

    async def account(self, event: Happening) -> Account:
        """Never raises: of whom Slack tells nothing, the event's own word is taken."""
        key = (event.tenant, event.user)
        known = self._accounts.get(key)
        if known is None or known.until <= self._clock.steady():
            try:
                async with asyncio.timeout(ASK_S):
                    found = await self._ask(event)
            except (*UNHEARD, OSError) as error:
                log.info("a person is not known", **told(error))
                known = known or _Memory(Account(name=event.user_name, stranger=_elsewhere(event)), 0.0)
            else:
                known = _Memory(found, self._clock.steady() + ACCOUNT_S)
                _remember(self._accounts, key, known)
        groups = [group for group in self._groups if event.user in await self._in(event.tenant, group)]
        return replace(known.value, groups=frozenset(groups))

    def locale(self, tenant: Tenant, user: str) -> str | None:
        """Their language, as far as it was told lately."""
        known = self._accounts.get((tenant, user))
        return known.value.locale if known else None

    def forget(self, tenant: Tenant) -> None:
        """Remember nobody of a workspace any more."""
        for memory in (self._accounts, self._members):
            for key in [key for key in memory if isinstance(key, tuple) and key[0] == tenant]:
                del memory[key]

    async def _ask(self, event: Happening) -> Account:
        client = await self._workspaces.client(str(event.tenant))
        answer = await client.users_info(user=event.user, include_locale=True)
        user: Mapping[str, Any] = answer["user"]
        profile: Mapping[str, Any] = user.get("profile") or {}
        name = profile.get("display_name") or profile.get("real_name") or user.get("real_name") or user.get("name")
        stranger = _stranger(user, event.tenant)
        return Account(
            name=str(name or event.user_name),
            locale=str(user.get("locale") or "en"),
            stranger=stranger,
            leads=stranger is None and bool(user.get("is_admin") or user.get("is_owner")),
        )

    async def _in(self, tenant: Tenant, group: str) -> frozenset[str]:
        known = self._members.get((tenant, group))
        if known is not None and known.until > self._clock.steady():
            return known.value
        try:
            async with asyncio.timeout(ASK_S):
                client = await self._workspaces.client(str(tenant))
                answer = await client.usergroups_users_list(usergroup=group)
        except (*UNHEARD, OSError) as error:
            log.warning("a user group is not known", group=group, **told(error))
            return known.value if known else frozenset()
        users: list[str] = answer["users"]
        members = frozenset(users)
        _remember(self._members, (tenant, group), _Memory(members, self._clock.steady() + GROUP_S))
        return members


def _stranger(user: Mapping[str, Any], tenant: Tenant) -> Tenant | None:
    """Their own workspace, where it is of another organisation than ours."""
    team = str(user.get("team_id") or "")
    enterprise = str((user.get("enterprise_user") or {}).get("enterprise_id") or "")
    ours = not team or team == tenant.team or (tenant.enterprise and enterprise == tenant.enterprise)
    return None if ours and not user.get("is_stranger") else Tenant(team)


def _elsewhere(event: Happening) -> Tenant | None:
    return None if event.home == event.tenant else event.home


def _remember(memory: dict[Hashable, _Memory[V]], key: Hashable, value: _Memory[V]) -> None:
    memory.pop(key, None)
    memory[key] = value
    if len(memory) > REMEMBERED:
        del memory[next(iter(memory))]  # who was asked about longest ago
