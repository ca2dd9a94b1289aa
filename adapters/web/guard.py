"""The doorkeeper: names and origins against rebinding and cross-site posts, tokens, rates, and strict headers."""

from __future__ import annotations

import hashlib
import hmac
import ipaddress
import math
import time
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass, field
from typing import Final, NamedTuple, NoReturn

from aiohttp import web
from limits import RateLimitItemPerMinute
from limits.aio.storage import MemoryStorage
from limits.aio.strategies import MovingWindowRateLimiter
from yarl import URL

from adapters.web.answer import ThresholdError
from bot.clock import Clock

SESSION_COOKIE: Final = "imagebot_session"
SESSION_LIFE_S: Final = 30 * 24 * 3600
READS_PER_WRITE: Final = 20
"""A page that is looked at asks for many pictures; reading is allowed this much oftener than asking."""
LOGINS_PER_MINUTE: Final = 10
SAFE: Final = frozenset({"GET", "HEAD", "OPTIONS"})
OPEN_PATHS: Final = frozenset({"/health", "/login"})
OPEN_FOLDERS: Final = ("/assets/", "/callbacks/")
"""What answers without a token; a callback's address is a secret by itself."""
FORWARDED: Final = ("Forwarded", "Via", "X-Forwarded-For", "X-Forwarded-Host", "X-Forwarded-Proto", "X-Real-IP")
"""Any of these says that a proxy speaks for somebody who may be anywhere."""

HEADERS: Final = {
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    "Referrer-Policy": "same-origin",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Permissions-Policy": "camera=(), geolocation=(), microphone=()",
}


class Token(NamedTuple):
    """One line of IMAGEBOT_WEB_TOKENS."""

    name: str
    token: str
    admin: bool


@dataclass(frozen=True, slots=True)
class Caller:
    """Who is asking, as far as the doorkeeper can tell. `local`: from this machine, by a loopback name, unforwarded."""

    address: str
    token: str | None
    """The token's name, never the token."""
    admin: bool
    local: bool

    @property
    def may_hold_keys(self) -> bool:
        """May give and remove the keys of providers."""
        return self.local or self.admin


CALLER: Final = web.RequestKey("caller", Caller)


@dataclass(frozen=True, slots=True)
class Guard:
    """Looks at every request before any handler does; `admit` raises ThresholdError or says who is asking."""

    host: str
    """What the door is bound to."""
    names: frozenset[str]
    """Further Host names that are ours, in lower case."""
    tokens: Sequence[Token]
    requests_per_minute: int
    clock: Clock
    rates: MovingWindowRateLimiter = field(default_factory=lambda: MovingWindowRateLimiter(MemoryStorage()))

    @property
    def loopback(self) -> bool:
        """Bound so that only this machine can reach it."""
        return is_loopback(self.host)

    async def admit(self, request: web.Request) -> Caller:
        """Raises ThresholdError 401, 403, 421, 429."""
        name = _host_name(request)
        if not self._ours(name):
            raise ThresholdError(421, "page-api-wrong-host")
        if not _same_site(request):
            raise ThresholdError(403, "page-api-cross-site")
        address = request.remote or "?"
        forwarded = any(name in request.headers for name in FORWARDED)
        local = self.loopback and is_loopback(name) and is_loopback(address) and not forwarded
        token = await self._token_of(request, address)
        await self._pace(request, token.name if token else address)
        needed = not self.loopback or (bool(self.tokens) and not local)
        if token is None and needed and request.path not in OPEN_PATHS and not request.path.startswith(OPEN_FOLDERS):
            raise ThresholdError(401, "page-api-token-needed", headers={"WWW-Authenticate": 'Bearer realm="imagebot"'})
        return Caller(address, token.name if token else None, bool(token and token.admin), local)

    async def sign_in(self, request: web.Request, secret: str) -> str:
        """The session cookie's value for a token. Raises ThresholdError 401, 429."""
        await self._spend(RateLimitItemPerMinute(LOGINS_PER_MINUTE), "login", request.remote or "?")
        token = self._known(secret)
        if token is None:
            raise ThresholdError(401, "page-login-wrong")
        return self._session(token, int(self.clock.now().timestamp()) + SESSION_LIFE_S)

    def _ours(self, name: str) -> bool:
        """Rebinding needs a DNS name, so a literal address is safe where the door is bound beyond loopback."""
        if is_loopback(name) or name in self.names or name == self.host:
            return True
        return not self.loopback and _is_address(name)

    async def _token_of(self, request: web.Request, address: str) -> Token | None:
        """Whose request it is. An address that guessed too often is not told any more whether it guessed right."""
        scheme, _, secret = request.headers.get("Authorization", "").partition(" ")
        if scheme.lower() != "bearer":
            return self._resumed(request.cookies.get(SESSION_COOKIE, ""))
        limit = RateLimitItemPerMinute(self.requests_per_minute)
        if not await self.rates.test(limit, "guess", address):
            await self._refuse(limit, "guess", address)
        token = self._known(secret.strip())
        if token is None:
            await self.rates.hit(limit, "guess", address)
            raise ThresholdError(401, "page-api-token-wrong", headers={"WWW-Authenticate": "Bearer"})
        return token

    def _known(self, secret: str) -> Token | None:
        given = _bytes(secret)
        matches = [token for token in self.tokens if hmac.compare_digest(token.token.encode(), given)]
        return matches[0] if matches else None

    def _session(self, token: Token, ends: int) -> str:
        """Signed with the token itself: it needs no memory, outlives a restart, and ends when the token is changed."""
        stamp = f"{token.name.encode().hex()}.{ends}"
        return f"{stamp}.{hmac.new(token.token.encode(), stamp.encode(), hashlib.sha256).hexdigest()}"

    def _resumed(self, cookie: str) -> Token | None:
        name, _, rest = cookie.partition(".")
        ends, _, _ = rest.partition(".")
        if not (ends.isascii() and ends.isdigit() and len(ends) < 12 and int(ends) > self.clock.now().timestamp()):
            return None
        for token in self.tokens:
            if token.name.encode().hex() == name and hmac.compare_digest(
                _bytes(self._session(token, int(ends))), _bytes(cookie)
            ):
                return token
        return None

    async def _pace(self, request: web.Request, who: str) -> None:
        if request.path.startswith("/callbacks/"):  # a provider calls once for each picture; forgers use up no reads
            await self._spend(RateLimitItemPerMinute(self.requests_per_minute * READS_PER_WRITE), "call", who)
        elif request.method in SAFE:
            await self._spend(RateLimitItemPerMinute(self.requests_per_minute * READS_PER_WRITE), "read", who)
        else:
            await self._spend(RateLimitItemPerMinute(self.requests_per_minute), "write", who)

    async def _spend(self, limit: RateLimitItemPerMinute, kind: str, who: str) -> None:
        if not await self.rates.hit(limit, kind, who):
            await self._refuse(limit, kind, who)

    async def _refuse(self, limit: RateLimitItemPerMinute, kind: str, who: str) -> NoReturn:
        reset = (await self.rates.get_window_stats(limit, kind, who)).reset_time
        pause_s = max(1, math.ceil(reset - time.time()))  # the library counts by the wall clock
        raise ThresholdError(429, "page-api-too-fast", headers={"Retry-After": str(pause_s)}, seconds=pause_s)


def headers(pictures_origin: str) -> Callable[[web.Request, web.StreamResponse], Awaitable[None]]:
    """Adds what every answer carries, errors included; a handler's own header wins.

    pictures_origin: where saved pictures are redirected to, if anywhere; blob: is a picture that was just chosen.
    """
    pictures = f"'self' blob: {pictures_origin}".rstrip()
    policy = (
        f"default-src 'none'; script-src 'self'; style-src 'self'; img-src {pictures}; connect-src 'self'; "
        "form-action 'self'; base-uri 'none'; frame-ancestors 'none'"
    )

    async def add(request: web.Request, response: web.StreamResponse) -> None:
        for name, value in HEADERS.items():
            response.headers.setdefault(name, value)
        response.headers.setdefault("Content-Security-Policy", policy)
        response.headers.setdefault("Cache-Control", "no-store")
        response.headers.pop("Server", None)

    return add


def is_loopback(host: str) -> bool:
    """Whether a host name or address can only mean this machine."""
    try:
        return ipaddress.ip_address(host.strip("[]")).is_loopback
    except ValueError:
        return host == "localhost" or host.endswith(".localhost")


def _bytes(text: str) -> bytes:
    """What a client sent: bytes that are no UTF-8 stand in a header as lone surrogates."""
    return text.encode(errors="surrogateescape")


def _is_address(host: str) -> bool:
    try:
        ipaddress.ip_address(host.strip("[]"))
    except ValueError:
        return False
    return True


def _host_name(request: web.Request) -> str:
    """The Host header's name in lower case, without its port; empty where there is no reading it."""
    try:
        return (URL(f"http://{request.headers.get('Host', '')}").host or "").lower().rstrip(".")
    except ValueError:
        return ""


def _same_site(request: web.Request) -> bool:
    """Whether a page of another site is behind this request: by Origin, and by what the browser says of the fetch."""
    origin = request.headers.get("Origin")
    if origin is not None:
        try:
            theirs = URL(origin)
            ours = URL(f"{theirs.scheme or 'http'}://{request.headers.get('Host', '')}")
            if (theirs.host, theirs.port) != (ours.host, ours.port) or theirs.host is None:
                return False
        except ValueError:
            return False
    return request.method in SAFE or request.headers.get("Sec-Fetch-Site", "none") in ("same-origin", "none")
