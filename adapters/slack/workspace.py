"""A client for each workspace that speaks for us there, and what becomes of a workspace that lets us go."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Collection, Mapping
from datetime import datetime
from typing import TYPE_CHECKING, Any, Final

import aiohttp
import structlog
from slack_bolt.authorization import AuthorizeResult
from slack_bolt.context.async_context import AsyncBoltContext
from slack_bolt.response import BoltResponse
from slack_sdk.errors import SlackApiError
from slack_sdk.oauth.token_rotation.async_rotator import AsyncTokenRotator
from slack_sdk.web.async_client import AsyncWebClient
from slack_sdk.web.async_slack_response import AsyncSlackResponse

from adapters import Kit
from adapters.slack.credential import BOT_TOKEN, CLIENT_ID, CLIENT_SECRET, ENCRYPTION_KEY
from adapters.slack.event import DOOR, Tenant, happening_of
from adapters.slack.fault import code_of, told_apart
from adapters.slack.installation import Installations, read_keys
from adapters.slack.seat import ManySeats, OneSeat, Seat
from bot.desk import Desk
from bot.errors import PlaceBusyError, PlaceShutError, SettingsError
from bot.telemetry import REFUSALS

if TYPE_CHECKING:
    from adapters.slack import Settings

log = structlog.get_logger(__name__)

CALL_S: Final = 30.0
"""For one call, the upload of a picture included."""
WARNED: Final = 1000
"""Workspaces without the app that the log names once each; further ones are only counted."""
STALE: Final = frozenset({"account_inactive", "invalid_auth", "token_expired", "token_revoked"})
"""What Slack says of a token that may have a successor in the database, where the app was installed anew, too."""
OF_A_TEAM: Final = frozenset(
    {"conversations.list", "files.list", "usergroups.list", "usergroups.users.list", "users.conversations"}
)
"""Methods that need to be told the workspace where the token is a whole organisation's."""
WHOLE_S: Final = 1.0
"""Slack tells when something happened in whole seconds."""
PARTINGS: Final = frozenset({"app_uninstalled", "tokens_revoked"})

Renew = Callable[[str], Awaitable[str | None]]
"""Gives a token's successor; None: there is none."""


class Client(AsyncWebClient):
    """slack_sdk's client; a token that Slack takes no more is looked up anew, and the call repeated, once.

    Such a call has done nothing. renew(token) gives the token's successor, or None.
    """

    def __init__(
        self,
        *,
        token: str | None,
        base_url: str,
        session: aiohttp.ClientSession,
        team: str = "",
        renew: Renew | None = None,
    ) -> None:
        super().__init__(token=token, base_url=base_url, timeout=int(CALL_S), session=session, retry_handlers=[])
        self._team = team
        self._renew = renew

    async def api_call(self, api_method: str, **sent: Any) -> AsyncSlackResponse:
        params: Mapping[str, Any] = sent.get("params") or {}
        if self._team and api_method in OF_A_TEAM:
            sent["params"] = {**params, "team_id": params.get("team_id") or self._team}
        if isinstance(auth := sent.get("auth"), dict):  # slack_sdk's own way of saying so is deprecated in aiohttp
            basic = aiohttp.encode_basic_auth(auth["client_id"], auth["client_secret"])
            sent |= {"auth": None, "headers": {**(sent.get("headers") or {}), "Authorization": basic}}
        used = self.token or ""
        try:
            return await super().api_call(api_method, **sent)
        except SlackApiError as error:
            if self._renew is None or "token" in params or code_of(error) not in STALE:
                raise
            token = await self._renew(used)
            if token is None:
                raise
            self.token = token
            return await super().api_call(api_method, **sent)


class Workspaces:
    """Every call of ours to Slack goes out through a client from here."""

    def __init__(self, settings: Settings, kit: Kit) -> None:
        self._settings = settings
        self.kit = kit
        self._session: aiohttp.ClientSession | None = None
        self._seats: OneSeat | ManySeats | None = None
        self._known: dict[Tenant, tuple[Seat, Client]] = {}
        self._warned: set[Tenant] = set()
        self.installations = _installations(kit) if CLIENT_ID in kit.secrets else None
        """None where there is the one workspace of SLACK_BOT_TOKEN."""

    async def open(self) -> None:
        """Be ready for calls; asks Slack nothing."""
        self._session = aiohttp.ClientSession(timeout=aiohttp.ClientTimeout(total=CALL_S))
        secrets = self.kit.secrets
        if self.installations is None:
            self._seats = OneSeat(self.speaker(secrets[BOT_TOKEN]))
            return
        await self.installations.open()
        rotator = AsyncTokenRotator(
            client_id=secrets[CLIENT_ID], client_secret=secrets[CLIENT_SECRET], client=self.speaker()
        )
        self._seats = ManySeats(self.installations, rotator, self.kit.clock)

    async def close(self) -> None:
        """End every connection, once new tokens that are on their way are written down."""
        seats, self._seats = self._seats, None
        if seats is not None:
            await seats.close()
        if self._session is not None:
            await self._session.close()

    def speaker(self, token: str | None = None, *, team: str = "", renew: Renew | None = None) -> Client:
        """A client with a token of one's own, or none, for calls that carry their secrets along."""
        if self._session is None:
            raise RuntimeError("the workspaces are not open")
        return Client(token=token, base_url=self._settings.api_url, session=self._session, team=team, renew=renew)

    async def client(self, tenant: Tenant | str) -> AsyncWebClient:
        """With a token that holds now. Raises PlaceShutError where the app is not installed, and PlaceBusyError."""
        match self._seats:
            case OneSeat() as one:
                return one.client
            case _:
                return (await self._held(_tenant(tenant)))[1]

    async def seat(self, tenant: Tenant | str = "") -> Seat:
        """Who we are there; the one workspace needs no naming. Raises as `client` does.

        For the one workspace Slack is asked, once: raises SlackApiError and what the network raises.
        """
        match self._seats:
            case OneSeat() as one:
                return await one.found()
            case _:
                return (await self._held(_tenant(tenant)))[0]

    @property
    def authorize(self) -> Callable[[str | None, str | None], Awaitable[AuthorizeResult]]:
        """For Bolt: whose token answers an event. A plain function, since Bolt would hand a method its own `self`."""

        async def authorize(enterprise_id: str | None, team_id: str | None) -> AuthorizeResult:
            with told_apart():  # of Slack's own errors Bolt would tell people to install the app again
                seat = await self.seat(Tenant(team_id or "", enterprise_id or ""))
            return AuthorizeResult(
                enterprise_id=enterprise_id,
                team_id=team_id,
                team=seat.name,
                url=seat.url,
                bot_id=seat.bot_id,
                bot_user_id=seat.user,
                bot_token=seat.token,
                bot_scopes=seat.scopes,
            )

        return authorize

    async def gate(
        self, context: AsyncBoltContext, body: Mapping[str, Any], next_: Callable[[], Awaitable[BoltResponse]]
    ) -> BoltResponse:
        """For Bolt, before it authorizes: events from where the app is not installed are acknowledged in silence."""
        tenant = Tenant(context.team_id or "", context.enterprise_id or "")
        if self.installations is None or not str(tenant) or _kind(body) in PARTINGS:
            return await next_()
        try:
            await self._held(tenant)
        except PlaceShutError:
            REFUSALS.labels(DOOR, "not-installed").inc()
            if tenant not in self._warned and len(self._warned) < WARNED:
                self._warned.add(tenant)
                log.warning("events from a workspace that has not installed the app", tenant=str(tenant))
            return BoltResponse(status=200, body="")
        return await next_()

    def installed(self, tenant: Tenant) -> None:
        """Take up what is in the database now: the app was installed there, perhaps anew."""
        self._warned.clear()
        for known in [each for each in self._known if _touches(tenant, each)]:
            del self._known[known]

    async def uninstalled(self, tenant: Tenant | str, desk: Desk, *, at: datetime | None = None) -> None:
        """Delete the installation and everything of the workspace; at: when it happened.

        What is installed again by then stays: Slack delivers for some minutes. The one workspace of SLACK_BOT_TOKEN is
        the operator's own, who may just have changed the token: of that nothing is deleted.
        """
        gone = _tenant(tenant)
        if self.installations is None:
            log.error("the bot token was revoked; put its successor into SLACK_BOT_TOKEN", tenant=str(gone))
            return
        # The event may lack the organisation that the installation is written under; so this is deleted last, and
        # still there to be found where the event must be gone through again.
        tenants = {gone, *(await self.installations.tenants(gone.team) if gone.team else ())}
        for each in tenants:
            if await self._installed_since(each, at):
                log.info("installed again since", tenant=str(each))
                return
        await _forget(desk, await self._prefixes(tenants))
        for each in tenants:
            if not await self._installed_since(each, at):
                await self.installations.async_delete_all(
                    enterprise_id=each.enterprise or None, team_id=each.team or None
                )
        self.installed(gone)
        log.info("a workspace is forgotten", tenant=str(gone))

    async def _installed_since(self, tenant: Tenant, at: datetime | None) -> bool:
        """Whether its installation is of a later time than that."""
        if at is None or self.installations is None:
            return False
        bot = await self.installations.async_find_bot(
            enterprise_id=tenant.enterprise or None, team_id=tenant.team or None
        )
        return bot is not None and bot.installed_at > at.timestamp() + WHOLE_S

    async def _prefixes(self, tenants: Collection[Tenant]) -> set[str]:
        """How the ids of their people and places begin; a workspace may have joined its organisation later."""
        prefixes = {f"{tenant}/" for tenant in tenants} | {f"{tenant.team}/" for tenant in tenants if tenant.team}
        for organisation in [each for each in tenants if not each.team]:
            known = await self.installations.tenants() if self.installations is not None else []
            stay = [str(each) for each in known if each.team and each.enterprise == organisation.enterprise]
            if stay:  # the others of its workspaces can't be told from them by how their ids begin
                log.error("an organisation left, and nothing of its workspaces was deleted since some stay", stay=stay)
            else:
                prefixes.add(f"{organisation}.")
        return prefixes

    async def _held(self, tenant: Tenant) -> tuple[Seat, Client]:
        """From memory, else from the database."""
        seats = self._seats
        if not isinstance(seats, ManySeats):
            raise PlaceBusyError("this door is not open yet, or not any more")
        known = self._known.get(tenant)
        seat = known[0] if known else await seats.find(tenant)
        if seat is None:
            raise PlaceShutError("the app is not installed there")
        fresh = await seats.renewed(seat)
        if known is None or fresh is not seat:
            known = self._known[tenant] = fresh, self._client_of(fresh, tenant)
        return known

    def _client_of(self, seat: Seat, tenant: Tenant) -> Client:
        async def renew(used: str) -> str | None:
            self._known.pop(tenant, None)
            try:
                fresh, _ = await self._held(tenant)
            except PlaceShutError:
                return None
            return None if fresh.token == used else fresh.token

        return self.speaker(seat.token, team="" if seat.tenant.team else tenant.team, renew=renew)


async def _forget(desk: Desk, prefixes: set[str]) -> None:
    """Whatever ids begin so: events that wait, and people and places."""
    for event, body in await desk.held(DOOR):
        happening = happening_of(body)
        if happening is not None and f"{happening.tenant}/".startswith(tuple(prefixes)):
            await desk.let_go(DOOR, event)
    for prefix in sorted(prefixes):
        await desk.forget_people(DOOR, prefix)


def _touches(changed: Tenant, known: Tenant) -> bool:
    """Whether an installation of one may be the other's."""
    return changed.team == known.team if changed.team else changed.enterprise == known.enterprise


def _kind(body: Mapping[str, Any]) -> str:
    event = body.get("event")
    return str(event.get("type")) if isinstance(event, dict) else ""


def _tenant(tenant: Tenant | str) -> Tenant:
    return Tenant.of(tenant) if isinstance(tenant, str) else tenant


def _installations(kit: Kit) -> Installations:
    if kit.database is None:
        raise SettingsError("The workspaces that installed the app are in the database, which is not open.")
    return Installations(kit.database, kit.secrets[CLIENT_ID], read_keys(kit.secrets.get(ENCRYPTION_KEY, "")))
