"""The HTTP session that remote vendors share: who sees the key, how long we wait, and what each failure means."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from decimal import Decimal
from email.utils import parsedate_to_datetime
from enum import Enum, auto
from io import BytesIO
from typing import Any, Final

import aiohttp
import structlog
from tenacity import AsyncRetrying, retry_if_exception_type, stop_after_attempt, wait_exponential
from yarl import URL

from bot.clock import Clock
from bot.errors import (
    BadKeyError,
    BotError,
    BrokenError,
    LinkGoneError,
    OutOfCreditError,
    ProviderError,
    RejectedError,
    ThrottledError,
    UnreachableError,
    UnsureError,
)

log = structlog.get_logger(__name__)

CONNECT_S: Final = 10.0
LOOK_S: Final = 20.0
"""Seconds for a whole GET; a look is small and another one follows."""
DOWNLOAD_S: Final = 60.0
TRIES: Final = 3
"""How often a paid call is sent while the vendor's door surely stayed shut."""
ANSWER_LIMIT: Final = 1024 * 1024
PICTURE_LIMIT: Final = 64 * 1024 * 1024
"""Bytes: a 16 megapixel PNG of noise, with room."""
SAID_LIMIT: Final = 300
"""Characters of a vendor's own text that we keep."""
RETRY_AFTER_LIMIT_S: Final = 3600.0
CENTS_LIMIT: Final = 10**9
"""More is no amount of money: our books count millionths of a cent in 63 bits."""

FAULTS: Final[Mapping[int, type[ProviderError]]] = {
    400: RejectedError,
    401: BadKeyError,
    402: OutOfCreditError,
    403: BadKeyError,
    413: RejectedError,
    422: RejectedError,
    429: ThrottledError,
}
"""Answers in which the vendor surely took nothing. A 403 may mean more: each vendor reads its own first."""

Content = Callable[[], BytesIO | aiohttp.FormData]
"""Makes a request's body afresh for each try: the client uses one up."""


@dataclass(frozen=True, slots=True)
class Answer:
    """A vendor's whole answer, whatever its status."""

    status: int
    headers: Mapping[str, str]
    body: bytes
    retry_after_s: float | None = None

    @property
    def ok(self) -> bool:
        return 200 <= self.status < 300

    @property
    def words(self) -> dict[str, Any]:
        """The JSON object in it; empty where there is none, as proxies answer in HTML."""
        try:
            found = json.loads(self.body)
        except (ValueError, RecursionError):
            return {}
        return found if isinstance(found, dict) else {}


class _Use(Enum):
    """What a connection is for."""

    BUY = auto()
    LOOK = auto()


class _OversizeError(Exception):
    """The body is longer than anything we asked for."""


class Wire:
    """One vendor's connections. The key goes along with `buy` and `look`, never with `download` or a redirect.

    A paid call opens a connection of its own: on a kept one, the vendor's closing it between two calls could not be
    told from a lost answer. Looks share kept connections.
    """

    def __init__(
        self, *, vendor: str, base_url: str, key: str, header: str, scheme: str = "", clock: Clock, paid_s: float
    ) -> None:
        """header and scheme: where the key goes, as in "authorization", "Bearer". paid_s: seconds for a paid call."""
        self._vendor = vendor
        self._base = URL(base_url.rstrip("/"), encoded=True)
        self._key = key.strip()
        self._header = header
        self._scheme = scheme
        self._clock = clock
        self._paid_s = paid_s
        self._sessions: dict[_Use, aiohttp.ClientSession] = {}
        self._closed = False

    async def buy(
        self, path: str, content: Content, *, headers: Mapping[str, str], limit: int = ANSWER_LIMIT
    ) -> Answer:
        """Send a paid POST and bring the answer, of whatever status. It is sent again only if it surely never arrived.

        Raises UnreachableError, and UnsureError where it may have arrived and no whole answer came back.
        """
        again = AsyncRetrying(
            retry=retry_if_exception_type(UnreachableError),
            stop=stop_after_attempt(TRIES),
            wait=wait_exponential(multiplier=0.5, max=4),
            sleep=self._clock.sleep,
            reraise=True,
        )
        return await again(self._buy_once, path, content, headers, limit)

    async def _buy_once(self, path: str, content: Content, headers: Mapping[str, str], limit: int) -> Answer:
        try:
            return await self._ask(
                _Use.BUY,
                "POST",
                URL(f"{self._base}{path}", encoded=True),
                limit=limit,
                total_s=self._paid_s,
                headers={**self._credentials(), **headers},
                data=content(),
            )
        except (aiohttp.ClientConnectorError, aiohttp.ConnectionTimeoutError) as error:
            raise UnreachableError(_cause(error), provider=self._vendor) from error
        except (aiohttp.ClientError, TimeoutError, OSError, _OversizeError) as error:
            log.warning("the answer to a paid call was lost", provider=self._vendor, path=path, cause=_cause(error))
            raise UnsureError(_cause(error), provider=self._vendor) from _shown(error)

    async def look(self, address: str, *, headers: Mapping[str, str] | None = None) -> Answer:
        """GET with the key, free of charge; a path, or a whole address that the caller trusts with the key.

        Raises UnreachableError for whatever happens on the way: a look may always be taken again.
        """
        url = URL(f"{self._base}{address}" if address.startswith("/") else address, encoded=True)
        try:
            return await self._ask(
                _Use.LOOK,
                "GET",
                url,
                limit=ANSWER_LIMIT,
                total_s=LOOK_S,
                headers={**self._credentials(), **(headers or {})},
            )
        except (aiohttp.ClientError, TimeoutError, OSError, _OversizeError) as error:
            raise UnreachableError(_cause(error), provider=self._vendor) from _shown(error)

    async def download(self, link: str, *, limit: int = PICTURE_LIMIT) -> bytes:
        """A finished picture, fetched without the key.

        Raises LinkGoneError (403, 404, 410), BrokenError beyond `limit` bytes, UnreachableError for what may pass.
        """
        try:
            answer = await self._ask(
                _Use.LOOK, "GET", URL(link, encoded=True), limit=limit, total_s=DOWNLOAD_S, headers={}
            )
        except _OversizeError:
            raise BrokenError(f"the picture has more than {limit} bytes", provider=self._vendor) from None
        except (aiohttp.ClientError, TimeoutError, OSError) as error:
            raise UnreachableError(_cause(error), provider=self._vendor) from _shown(error)
        if answer.status in (403, 404, 410):
            raise LinkGoneError(f"HTTP {answer.status}", provider=self._vendor)
        if not answer.ok:
            raise UnreachableError(f"HTTP {answer.status} for a picture", provider=self._vendor)
        return answer.body

    def unsold(self, answer: Answer, names: Mapping[str, str] | None = None) -> BotError:
        """What an answer other than 2xx to a paid call means; `names` turns the vendor's fields into request.py's.

        4xx: nothing was taken. 503 in the vendor's own JSON: it says so itself. Every other 5xx may come from a proxy
        or a crash behind which the task lives on, so it is unsure.
        """
        taken = answer.status >= 500 and not (answer.status == 503 and answer.words)
        if taken:
            log.warning("a paid call ended in a server error", provider=self._vendor, status=answer.status)
            return UnsureError(f"HTTP {answer.status}", provider=self._vendor)
        return self._fault(answer, BrokenError, names or {})

    def unseen(self, answer: Answer) -> ProviderError:
        """What an answer other than 2xx to a look means; whatever may pass is UnreachableError.

        So is a complaint: it is about the look, and says nothing of a task that may have been made and charged.
        """
        error = self._fault(answer, UnreachableError, {})
        return UnreachableError(str(error), provider=self._vendor) if isinstance(error, RejectedError) else error

    def _fault(self, answer: Answer, otherwise: type[ProviderError], names: Mapping[str, str]) -> ProviderError:
        kind = FAULTS.get(answer.status, otherwise)
        said = self.mask(complaint(answer))
        if kind is not RejectedError:  # a complaint about a parameter may quote the prompt
            log.warning("the provider refused", provider=self._vendor, status=answer.status, said=said)
        return kind(
            f"HTTP {answer.status}",
            said=said,
            retry_after_s=answer.retry_after_s,
            fields={names.get(name, name): self.mask(text) for name, text in complaints(answer).items()},
            provider=self._vendor,
        )

    def mask(self, text: str) -> str:
        """A vendor's text fit for a log: no key, no address, one line, cut short."""
        text = text.replace(self._key, "***") if self._key else text
        text = re.sub(r"(https?://)\S+", r"\1…", text)
        text = one_line(text)
        return text if len(text) <= SAID_LIMIT else text[: SAID_LIMIT - 1] + "…"

    def _credentials(self) -> dict[str, str]:
        """Raises BadKeyError for a key that no header can hold, such as a pasted page."""
        if not self._key.isascii() or not self._key.isprintable():
            raise BadKeyError("the key holds characters that no key has", provider=self._vendor)
        return {self._header: f"{self._scheme} {self._key}".strip()}

    async def close(self) -> None:
        """Let go of all connections; calls after it raise UnreachableError."""
        self._closed = True
        while self._sessions:
            _, session = self._sessions.popitem()
            await session.close()

    def _session(self, use: _Use) -> aiohttp.ClientSession:
        """Opened at first use: a client's session belongs to a running event loop."""
        if self._closed:
            raise UnreachableError("closed", provider=self._vendor)
        if use not in self._sessions:
            self._sessions[use] = aiohttp.ClientSession(
                connector=aiohttp.TCPConnector(force_close=use is _Use.BUY, limit=0),
                cookie_jar=aiohttp.DummyCookieJar(),
                headers={"user-agent": "imagebot"},
            )
        return self._sessions[use]

    async def _ask(
        self,
        use: _Use,
        method: str,
        url: URL,
        *,
        limit: int,
        total_s: float,
        headers: Mapping[str, str],
        data: BytesIO | aiohttp.FormData | None = None,
    ) -> Answer:
        times = aiohttp.ClientTimeout(total=total_s, connect=min(CONNECT_S, total_s))
        async with self._session(use).request(
            method, url, headers=headers, data=data, timeout=times, allow_redirects=False
        ) as response:
            body = bytearray()
            async for part in response.content.iter_chunked(64 * 1024):
                body += part
                if len(body) > limit:
                    raise _OversizeError
            return Answer(
                response.status,
                response.headers,
                bytes(body),
                retry_after_s(response.headers.get("retry-after"), self._clock.now()),
            )


def retry_after_s(value: str | None, now: datetime) -> float | None:
    """Seconds from a Retry-After header, which holds seconds or an HTTP date; None for anything else."""
    if value is None:
        return None
    try:
        seconds = float(value)
    except ValueError:
        try:
            until = parsedate_to_datetime(value)
        except (ValueError, OverflowError):
            return None
        seconds = ((until if until.tzinfo else until.replace(tzinfo=UTC)) - now).total_seconds()
    if seconds != seconds:  # "nan" parses as a number
        return None
    return min(max(seconds, 0.0), RETRY_AFTER_LIMIT_S)


def cents(credits_: object) -> Decimal | None:
    """Credits as US cents, one for one at every vendor so far; None where it says nothing usable."""
    if isinstance(credits_, bool) or not isinstance(credits_, int | float) or not 0 <= credits_ <= CENTS_LIMIT:
        return None
    return Decimal(str(credits_))


def one_line(text: str) -> str:
    """The text with a space for each character that cannot be printed, or kept in a database."""
    return "".join(letter if letter.isprintable() else " " for letter in text)


def complaint(answer: Answer) -> str:
    """The vendor's own words of what is wrong, from any of the shapes seen: JSON of five kinds, HTML, plain text."""
    words = answer.words
    for name in ("detail", "errors", "message", "error", "details"):
        found = "; ".join(_sentences(words.get(name)))
        if found:
            return found
    if words:
        return ""
    text = answer.body[:4096].decode("utf-8", "replace").strip()
    if text.startswith("<"):
        title = re.search(r"<title[^>]*>([^<]*)", text, re.IGNORECASE)
        return f"a web page: {title[1].strip()}" if title else "a web page"
    return text


def complaints(answer: Answer) -> dict[str, str]:
    """Complaints by the vendor's field name, from `detail` with `loc` or from `errors` such as "seed: too large"."""
    found: dict[str, str] = {}
    words = answer.words
    details, errors = words.get("detail"), words.get("errors")
    for entry in details if isinstance(details, list) else ():
        if isinstance(entry, dict) and isinstance(loc := entry.get("loc"), list):
            names = [part for part in loc if isinstance(part, str) and part != "body"]
            if names:
                found.setdefault(names[0], str(entry.get("msg", "")))
    for entry in errors if isinstance(errors, list) else ():
        if named := re.match(r"([a-z][a-z0-9_]*): (.+)", str(entry), re.DOTALL):
            found.setdefault(named[1], named[2])
    return found


def _sentences(value: object) -> Iterator[str]:
    match value:
        case str() if value.strip():
            yield value.strip()
        case list():
            for part in value:
                yield from _sentences(part)
        case dict():
            for name in ("msg", "message", "error", "detail"):
                yield from _sentences(value.get(name))
        case _:
            return


def _cause(error: BaseException) -> str:
    """What happened on the way, in words that hold no address."""
    return type(error).__name__.lstrip("_")


def _shown(error: BaseException) -> BaseException | None:
    """The error to chain; those whose text would show a signed link are left out."""
    telling = aiohttp.ClientResponseError | aiohttp.InvalidURL | aiohttp.ConnectionTimeoutError
    return None if isinstance(error, telling) else error
