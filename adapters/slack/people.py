"""Who people are: their name, language, and whether they lead or are in a user group that the settings name."""

from __future__ import annotations

import asyncio
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any, Final, Generic, TypeVar

import structlog

from adapters.slack.event import Account, Happening, Tenant
from adapters.slack.fault import Calls, Clients, told
from bot.chat.memory import Memory
from bot.clock import Clock
from bot.errors import DeliveryError

if TYPE_CHECKING:
    from adapters.slack import Settings

log = structlog.get_logger(__name__)

ASK_S: Final = 1.0
"""How long an answer waits for a person's name and language; after that they are spoken to in English."""
ACCOUNT_S: Final = 3600.0
GROUP_S: Final = 300.0
"""How long what Slack told is taken for true: people change their language seldom, and their groups more often."""
UNKNOWN_S: Final = 30.0
"""How long nobody asks again for a group of which Slack tells nothing: each answer would wait for it."""
REMEMBERED: Final = 10_000
NAMES: Final = 8
"""People in a message whose names are asked for; more are hardly all in one picture."""

V = TypeVar("V")
Key = tuple[Tenant, str]


@dataclass(frozen=True, slots=True)
class _Told(Generic[V]):
    value: V
    until: float


class People:
    """Asks Slack, and remembers for a while."""

    def __init__(self, workspaces: Clients, settings: Settings, clock: Clock, roles: Collection[str] = ()) -> None:
        self._calls = Calls(workspaces, clock)
        self._clock = clock
        named = dict.fromkeys((*settings.roles, *settings.moderators, *roles))
        self._groups = tuple(each for each in named if each.startswith("S"))
        self._accounts: Memory[Key, _Told[Account]] = Memory(REMEMBERED)
        self._members: Memory[Key, _Told[frozenset[str]]] = Memory(REMEMBERED)

    async def account(self, event: Happening) -> Account:
        """Never raises: of whom Slack tells nothing, the event's own word is taken."""
        try:
            known = await self._known(event.tenant, event.user)
        except (DeliveryError, TimeoutError) as error:
            log.info("a person is not known", **told(error))
            late = self._accounts.get((event.tenant, event.user))
            known = late.value if late else Account(stranger=None if event.home == event.tenant else event.home)
        members = await asyncio.gather(*(self._in(event.tenant, group) for group in self._groups))
        held = [group for group, users in zip(self._groups, members, strict=True) if event.user in users]
        return replace(known, name=known.name or event.user_name, groups=frozenset(held))

    async def names(self, tenant: Tenant, users: Iterable[str]) -> Mapping[str, str]:
        """What people are called, by their ids, as far as Slack tells in time."""

        async def look(user: str) -> str:
            try:
                return (await self._known(tenant, user)).name
            except (DeliveryError, TimeoutError) as error:
                log.info("a person is not known", **told(error))
                return ""

        asked = list(dict.fromkeys(users))[:NAMES]
        async with asyncio.TaskGroup() as tasks:
            looks = {user: tasks.create_task(look(user)) for user in asked}
        return {user: look.result() for user, look in looks.items()}

    def forget(self, tenant: Tenant) -> None:
        """Remember nobody of a workspace any more."""
        for memory in (self._accounts, self._members):
            for key in [key for key in memory if key[0] == tenant]:
                del memory[key]

    async def _known(self, tenant: Tenant, user: str) -> Account:
        """Raises DeliveryError, TimeoutError."""
        known = self._accounts.get((tenant, user))
        if known is None or known.until <= self._clock.steady():
            found = await self._ask(tenant, user)
            known = self._accounts[tenant, user] = _Told(found, self._clock.steady() + ACCOUNT_S)
        return known.value

    async def _ask(self, tenant: Tenant, user: str) -> Account:
        async with asyncio.timeout(ASK_S), self._calls.to(tenant, "users.info") as slack:
            answer = await slack.users_info(user=user, include_locale=True)
        about: Mapping[str, Any] = answer["user"]
        profile: Mapping[str, Any] = about.get("profile") or {}
        name = profile.get("display_name") or profile.get("real_name") or about.get("real_name") or about.get("name")
        stranger = _stranger(about, tenant)
        return Account(
            name=str(name or ""),
            locale=str(about.get("locale") or "en"),
            stranger=stranger,
            leads=stranger is None and bool(about.get("is_admin") or about.get("is_owner")),
        )

    async def _in(self, tenant: Tenant, group: str) -> frozenset[str]:
        known = self._members.get((tenant, group))
        if known is not None and known.until > self._clock.steady():
            return known.value
        try:
            async with asyncio.timeout(ASK_S), self._calls.to(tenant, "usergroups.users.list") as slack:
                answer = await slack.usergroups_users_list(usergroup=group)
        except (DeliveryError, TimeoutError) as error:
            log.warning("a user group is not known", group=group, **told(error))
            members, holds_s = known.value if known else frozenset(), UNKNOWN_S
        else:
            users: list[str] = answer["users"]
            members, holds_s = frozenset(users), GROUP_S
        self._members[tenant, group] = _Told(members, self._clock.steady() + holds_s)
        return members


def _stranger(user: Mapping[str, Any], tenant: Tenant) -> Tenant | None:
    """Their own workspace, where it is of another organisation than ours."""
    team = str(user.get("team_id") or "")
    enterprise = str((user.get("enterprise_user") or {}).get("enterprise_id") or "")
    ours = not team or team == tenant.team or (tenant.enterprise and enterprise == tenant.enterprise)
    return None if ours and not user.get("is_stranger") else Tenant(team)
