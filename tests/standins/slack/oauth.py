"""Installing the app: the page that asks, the codes and tokens that come of it, and the app thrown out again."""

from __future__ import annotations

import re
import secrets
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from html import unescape
from typing import Any, Final
from urllib.parse import parse_qs, urlencode, urljoin, urlsplit

import aiohttp
from aiohttp import web

from tests.standins.slack.api import Call
from tests.standins.slack.grant import TOKEN_LIFE_S, Grant
from tests.standins.slack.herald import Herald
from tests.standins.slack.rules import RefusedError
from tests.standins.slack.world import Enterprise, Person, Workspace, World

CODE_LIFE_S: Final = 600.0
AUTHORIZE: Final = "/oauth/v2/authorize"


@dataclass(frozen=True, slots=True)
class Code:
    """What somebody agreed to."""

    home: Workspace | Enterprise
    person: Person
    scopes: tuple[str, ...]
    redirect: str
    at: datetime


@dataclass(frozen=True, slots=True)
class Page:
    """What a browser ends up with."""

    status: int
    text: str = field(repr=False)
    url: str


class OAuth:
    """`url` is the stand-in's own; redirect_url stands in where the app names none."""

    def __init__(self, world: World, herald: Herald) -> None:
        self.world = world
        self.url = ""
        self.redirect_url = ""
        self._herald = herald
        self._codes: dict[str, Code] = {}

    async def access(self, call: Call) -> dict[str, Any]:
        """oauth.v2.access"""
        args = call.args
        if args.get("client_id") != self.world.client_id:
            raise RefusedError("invalid_client_id")
        if args.get("client_secret") != self.world.client_secret:
            raise RefusedError("bad_client_secret")
        match args.get("grant_type"):
            case None | "authorization_code":
                return self._first(call)
            case "refresh_token":
                grant = self.world.grants.renew(args.get("refresh_token") or "")
                if grant is None:
                    raise RefusedError("invalid_refresh_token")
                return self._told(grant, None)
            case _:
                raise RefusedError("invalid_grant_type", fault=True)

    async def authorize(self, request: web.Request) -> web.Response:
        """The page where somebody agrees; who it is and what for stands in the browser's cookies."""
        asked = request.query
        if asked.get("client_id") != self.world.client_id:
            return web.Response(status=400, text="invalid client_id")
        scopes = tuple(one for one in asked.get("scope", "").split(",") if one)
        redirect = asked.get("redirect_uri") or self.redirect_url
        state = {"state": asked["state"]} if "state" in asked else {}
        if "deny" in request.cookies:
            return web.Response(status=302, headers={"Location": _with(redirect, error="access_denied", **state)})
        home = self._home(request.cookies.get("home", ""))
        person = self.world.person(request.cookies.get("d", ""))
        if home is None or person is None or not scopes:
            return web.Response(status=400, text="nobody is signed in, or nothing is asked for")
        code = f"{secrets.randbelow(10**12)}.{secrets.token_hex(16)}"
        self._codes[code] = Code(home, person, scopes, asked.get("redirect_uri", ""), self.world.clock.now())
        return web.Response(status=302, headers={"Location": _with(redirect, code=code, **state)})

    async def install(
        self,
        person: Person,
        home: Workspace | Enterprise,
        install_url: str,
        *,
        deny: bool = False,
        cookie: bool = True,
        state: str = "",
    ) -> Page:
        """What a browser does from the app's install page on; without its cookie, or with another state, if asked."""
        self.redirect_url = self.redirect_url or urljoin(install_url, "oauth_redirect")
        async with aiohttp.ClientSession(cookie_jar=aiohttp.DummyCookieJar()) as browser:
            async with browser.get(install_url, allow_redirects=False) as page:
                text, kept = await page.text(), {name: one.value for name, one in page.cookies.items()}
                target = page.headers.get("Location") or _link(text)
            if not target:
                return Page(page.status, text, install_url)
            signed_in = {"d": person.id, "home": home.id} | ({"deny": "1"} if deny else {})
            local = f"{self.url}{AUTHORIZE}?{urlsplit(target).query}"
            async with browser.get(local, allow_redirects=False, cookies=signed_in) as page:
                if page.status != 302:
                    return Page(page.status, await page.text(), local)
                back = page.headers["Location"]
            if state:
                back = re.sub(r"state=[^&]*", f"state={state}", back)
            async with browser.get(back, allow_redirects=False, cookies=kept if cookie else {}) as page:
                return Page(page.status, await page.text(), back)

    def give(self, home: Workspace | Enterprise, scopes: Iterable[str]) -> Grant:
        """A token, as an installation makes it."""
        self.world.seat_bot(home)
        if isinstance(home, Enterprise):
            home.installed = True
            return self.world.grants.give(None, home.id, scopes)
        return self.world.grants.give(home.id, home.org_id, scopes)

    def end(self, team: str | None, enterprise: str | None, trouble: str) -> None:
        """Tokens end, and the app hears of it; "account_inactive" stands for an uninstallation."""
        ended = self.world.grants.of(team, enterprise)
        homes = [self.world.workspaces[team]] if team else self.world.enterprises[enterprise or ""].workspaces
        revoked = {"type": "tokens_revoked", "tokens": {"oauth": [], "bot": [homes[0].bot.id]}}
        for home in homes:
            self._herald.tell(home, {**revoked, "event_ts": self.world.ids.ts()})
            if trouble == "account_inactive":
                self._herald.tell(home, {"type": "app_uninstalled", "event_ts": self.world.ids.ts()})
        self.world.grants.end(ended, trouble)
        if trouble == "account_inactive":
            for channel in (one for home in homes for one in home.channels.values()):
                if channel.bot_is_in and not channel.direct:
                    channel.members.remove(channel.workspace.bot)

    def _first(self, call: Call) -> dict[str, Any]:
        code = self._codes.pop(call.args.get("code") or "", None)
        if code is None or call.at - code.at > timedelta(seconds=CODE_LIFE_S):
            raise RefusedError("invalid_code")
        if (call.args.get("redirect_uri") or "") != code.redirect:
            raise RefusedError("bad_redirect_uri", fault=True)
        return self._told(self.give(code.home, code.scopes), code.person)

    def _told(self, grant: Grant, person: Person | None) -> dict[str, Any]:
        team = self.world.workspaces.get(grant.team or "")
        org = self.world.enterprises.get(grant.enterprise or "")
        bot = team.bot if team else org and org.bot
        told: dict[str, Any] = {
            "access_token": grant.token,
            "token_type": "bot",
            "scope": ",".join(grant.scopes),
            "bot_user_id": bot.id if bot else "",
            "app_id": self.world.app_id,
            "team": {"id": team.id, "name": team.name} if team else None,
            "enterprise": {"id": org.id, "name": org.name} if org else None,
            "is_enterprise_install": team is None,
        }
        if person:
            told["authed_user"] = {"id": person.id}
        if grant.refresh:
            told |= {"refresh_token": grant.refresh, "expires_in": TOKEN_LIFE_S}
        return told

    def _home(self, id_: str) -> Workspace | Enterprise | None:
        return self.world.workspaces.get(id_) or self.world.enterprises.get(id_)


def _with(url: str, **more: str) -> str:
    start = "&" if urlsplit(url).query else "?"
    return f"{url}{start}{urlencode(more)}"


def _link(page: str) -> str:
    """Where the button of an install page leads."""
    links = [unescape(one) for one in re.findall(r'href="([^"]+)"', page)]
    return next((one for one in links if "client_id" in parse_qs(urlsplit(one).query)), "")
