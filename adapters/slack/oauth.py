"""Installing the app in a further workspace: two addresses that an admin's browser goes through, and what it shows."""

from __future__ import annotations

import logging
import re
import time
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, replace
from functools import cache, partial
from typing import TYPE_CHECKING, Any, Final
from urllib.parse import urlsplit

import aiohttp
import structlog
from aiohttp import web
from jinja2 import Environment, PackageLoader, StrictUndefined, Template
from slack_bolt.adapter.aiohttp import to_aiohttp_response, to_bolt_request
from slack_bolt.oauth.async_callback_options import AsyncCallbackOptions, AsyncFailureArgs, AsyncSuccessArgs
from slack_bolt.oauth.async_oauth_flow import AsyncOAuthFlow
from slack_bolt.oauth.async_oauth_settings import AsyncOAuthSettings
from slack_bolt.request.async_request import AsyncBoltRequest
from slack_bolt.response import BoltResponse
from slack_sdk.oauth.installation_store import Installation
from yarl import URL

from adapters.slack.credential import CLIENT_ID, CLIENT_SECRET
from adapters.slack.event import Tenant
from adapters.slack.fault import UNHEARD, told
from adapters.slack.installation import STATE_LIFE_S, States
from adapters.slack.manifest import INSTALL_PATH, REDIRECT_PATH, scopes
from adapters.slack.workspace import Workspaces
from bot.clock import Clock
from bot.desk import Desk
from bot.words import reader

if TYPE_CHECKING:
    from adapters.slack import Settings

log = structlog.get_logger(__name__)

__all__ = ["INSTALL_PATH", "routes"]

Answer = Callable[[AsyncBoltRequest], Awaitable[BoltResponse]]

HEADERS: Final = {
    "Content-Type": "text/html; charset=utf-8",
    "Cache-Control": "no-store",
    "Content-Security-Policy": "default-src 'none'; style-src 'unsafe-inline'; base-uri 'none'; frame-ancestors 'none'",
    "Referrer-Policy": "no-referrer",  # the address holds the code
    "Vary": "Accept-Language",
    "X-Content-Type-Options": "nosniff",
}


@dataclass(frozen=True, slots=True)
class End:
    """How an installation ended, as a page: the keys of its sentences, and its status."""

    title: str
    body: str
    button: str = "slack-install-again"
    status: int = 200


DONE: Final = End("slack-install-done", "slack-install-done-body", "slack-install-open")
DENIED: Final = End("slack-install-denied", "slack-install-denied-body")
STALE: Final = End("slack-install-stale", "slack-install-stale-body", status=400)
REFUSED: Final = End("slack-install-refused", "slack-install-refused-body")
BROKEN: Final = End("slack-install-broken", "slack-install-broken-body", status=500)
ENDS: Final = {
    "access_denied": DENIED,
    "invalid_browser": STALE,
    "invalid_state": STALE,
    "missing_code": STALE,
    "invalid_code": replace(REFUSED, status=502),
}
"""What Bolt says of an installation that failed; Slack has words of its own, too, which are all a refusal."""
_TEAM: Final = re.compile(r"[TE][A-Z0-9]{2,}")


def routes(workspaces: Workspaces, settings: Settings, desk: Desk) -> list[web.RouteDef]:
    """The addresses to install at; none where there is the one workspace of SLACK_BOT_TOKEN."""
    installations, kit = workspaces.installations, workspaces.kit
    if installations is None or kit.database is None:
        return []
    pages = _Pages(workspaces, desk)
    flow = _Flow(
        clock=kit.clock,
        client=workspaces.speaker(),
        logger=_discreet(),
        settings=AsyncOAuthSettings(
            client_id=kit.secrets[CLIENT_ID],
            client_secret=kit.secrets[CLIENT_SECRET],
            scopes=scopes(settings, kit.roles),
            user_scopes=[],
            redirect_uri=settings.public_url + REDIRECT_PATH,
            install_path=INSTALL_PATH,
            redirect_uri_path=REDIRECT_PATH,
            install_page_rendering_enabled=False,
            authorization_url=settings.authorize_url,
            installation_store=installations,
            installation_store_bot_only=True,
            state_store=States(kit.database),
            state_expiration_seconds=STATE_LIFE_S,
            callback_options=AsyncCallbackOptions(success=pages.success, failure=pages.failure),
        ),
    )
    secure = urlsplit(settings.public_url).scheme == "https"
    return [
        web.get(path, partial(_answered, answer, pages, secure), allow_head=False)
        for path, answer in ((INSTALL_PATH, flow.handle_installation), (REDIRECT_PATH, flow.handle_callback))
    ]


class _Flow(AsyncOAuthFlow):
    """Bolt's, with an address to Slack's page in which every part is escaped, and by the house's clock."""

    def __init__(self, *, clock: Clock, **more: Any) -> None:
        super().__init__(**more)
        self._clock = clock

    async def build_authorize_url(self, state: str, request: AsyncBoltRequest) -> str:
        """To Slack's page; "?team=T..." asks for that workspace."""
        asked = {
            "client_id": self.settings.client_id,
            "scope": ",".join(self.settings.scopes or ()),
            "redirect_uri": self.settings.redirect_uri or "",
            "state": state,
        }
        team = next(iter(request.query.get("team", ())), "")
        if _TEAM.fullmatch(team):
            asked["team"] = team
        return str(URL(self.settings.authorization_url).with_query(asked))

    async def store_installation(self, request: AsyncBoltRequest, installation: Installation) -> None:
        """Write it down; a later installation of the same workspace stands beside it, and is the one that counts."""
        ahead_s = self._clock.now().timestamp() - time.time()
        installation.installed_at += ahead_s
        if installation.bot_token_expires_at is not None:
            installation.bot_token_expires_at += int(ahead_s)
        await super().store_installation(request, installation)


class _Pages:
    """What the browser shows at the end, in its reader's language."""

    def __init__(self, workspaces: Workspaces, desk: Desk) -> None:
        self._workspaces, self._desk = workspaces, desk

    async def success(self, args: AsyncSuccessArgs) -> BoltResponse:
        """It is installed; the browser needs its state no more."""
        made = args.installation
        tenant = Tenant("" if made.is_enterprise_install else made.team_id or "", made.enterprise_id or "")
        self._workspaces.installed(tenant)
        log.info("a workspace installed the app", tenant=str(tenant))
        name = (made.enterprise_name if made.is_enterprise_install else made.team_name) or str(tenant)
        kind = "organisation" if made.is_enterprise_install else "workspace"
        page = self._drawn(args.request, DONE, url=_slack(made), team=name, kind=kind)
        cookie = args.settings.state_utils.build_set_cookie_for_deletion()
        return BoltResponse(status=200, body=page, headers={**HEADERS, "Set-Cookie": [cookie]})

    async def failure(self, args: AsyncFailureArgs) -> BoltResponse:
        """It is not, with the way to try again."""
        end = ENDS.get(args.reason, REFUSED)
        log.info("an installation failed", reason=args.reason if args.reason in ENDS else "another")
        return BoltResponse(status=end.status, body=self._drawn(args.request, end), headers={**HEADERS})

    def broken(self, request: AsyncBoltRequest) -> BoltResponse:
        """It may be our fault."""
        return BoltResponse(status=BROKEN.status, body=self._drawn(request, BROKEN), headers={**HEADERS})

    def _drawn(self, request: AsyncBoltRequest, end: End, *, url: str = INSTALL_PATH, **facts: str) -> str:
        header = next(iter(request.headers.get("accept-language", ())), "")
        locale = reader(header, lambda tag: self._desk.say(tag, "page-language"))
        say = partial(self._desk.say, locale)
        return _template().render(
            language=say("page-language"),
            product=say("page-title"),
            title=say(end.title),
            body=say(end.body, **facts),
            button=say(end.button),
            url=url,
            well=end is DONE,
        )


async def _answered(answer: Answer, pages: _Pages, secure: bool, request: web.Request) -> web.Response:
    asked = await to_bolt_request(request)
    try:
        given = await answer(asked)
    except (*UNHEARD, aiohttp.ClientError, OSError) as error:
        log.warning("an installation failed", **told(error))
        given = pages.broken(asked)
    except Exception:  # the outermost line of a request
        log.exception("an installation broke")
        given = pages.broken(asked)
    response = await to_aiohttp_response(given)
    for cookie in response.cookies.values():
        cookie["secure"] = secure  # Bolt always says so, and over plain HTTP no browser would keep it
        cookie["samesite"] = "Lax"
    return response


def _slack(made: Installation) -> str:
    """Where to go on: the talk with the bot; for an organisation, the list of workspaces that it may be added to."""
    if made.is_enterprise_install and made.enterprise_url:
        return f"{made.enterprise_url}manage/organization/apps/profile/{made.app_id}/workspaces/add"
    return f"https://slack.com/app_redirect?app={made.app_id}&team={made.team_id or ''}"


@cache
def _template() -> Template:
    loader = PackageLoader("adapters.slack", "")
    environment = Environment(loader=loader, autoescape=True, undefined=StrictUndefined, trim_blocks=True)
    return environment.get_template("install.html")


def _discreet() -> logging.Logger:
    """For Bolt's own words, without the code that it tells of."""
    logger = logging.getLogger("slack_bolt.oauth")
    if not logger.filters:
        logger.addFilter(_codeless)
    return logger


def _codeless(record: logging.LogRecord) -> bool:
    record.msg, record.args = re.sub(r"code: \S+", "code: ***", record.getMessage()), ()
    return True
