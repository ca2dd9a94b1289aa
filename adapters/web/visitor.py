"""Who is at this door and in which language: a Person from a cookie or a token, a locale from Accept-Language."""

from __future__ import annotations

import hashlib
import re
import secrets
from dataclasses import dataclass
from functools import partial
from typing import Final
from urllib.parse import quote, unquote

from aiohttp import web

from adapters.web.guard import CALLER
from adapters.web.render import Say
from bot.desk import Desk
from bot.message import Person, Place
from bot.words import reader

CHANNEL: Final = Place("web", "channel")
API: Final = Place("web", "api")
"""Jobs of other programs: kept out of the channel."""

PERSON_COOKIE: Final = "imagebot_person"
NAME_COOKIE: Final = "imagebot_name"
COOKIE_LIFE_S: Final = 365 * 24 * 3600
NAME_LIMIT: Final = 32


@dataclass(frozen=True, slots=True)
class Speech:
    """The house's words in a visitor's language."""

    desk: Desk

    def locale(self, request: web.Request) -> str:
        """The first language that the visitor reads and words/ speaks, else English."""
        return reader(request.headers.get("Accept-Language", ""), self.language)

    def language(self, locale: str) -> str:
        """What a page in that locale is written in, such as "de"."""
        return self.desk.say(locale, "page-language")

    def to(self, request: web.Request) -> Say:
        """say(key, **facts) for this visitor."""
        return partial(self.desk.say, self.locale(request))


def name_of(request: web.Request) -> str:
    """The name that the visitor chose, or nothing."""
    return clean_name(unquote(request.cookies.get(NAME_COOKIE, ""), errors="replace"))


def clean_name(name: str) -> str:
    """One line of printable characters, at most NAME_LIMIT."""
    printable = "".join(character if character.isprintable() else " " for character in name)
    return " ".join(printable.split())[:NAME_LIMIT].strip()


def caller_person(request: web.Request, locale: str) -> Person:
    """The Person behind a program's request: its token, or the address it calls from."""
    caller = request[CALLER]
    roles = ("admin",) if caller.admin else ()
    if caller.token is not None:
        return Person("web", f"token:{caller.token}", caller.token, locale, roles)
    return Person("web", f"address:{caller.address}", "API", locale, roles)


def page_person(request: web.Request, locale: str, guest: str) -> tuple[Person, str | None]:
    """The Person at the page, and the cookie to give where there was none.

    The cookie is a secret, since it lets its holder delete pictures; the Person's id is its hash.
    """
    caller = request[CALLER]
    roles = ("admin",) if caller.admin else ()
    if caller.token is not None:
        return Person("web", f"token:{caller.token}", name_of(request) or caller.token, locale, roles), None
    cookie = request.cookies.get(PERSON_COOKIE, "")
    fresh = None
    if not re.fullmatch(r"[\w-]{32,64}", cookie):
        cookie = fresh = secrets.token_urlsafe(24)
    identity = hashlib.sha256(cookie.encode()).hexdigest()[:16]
    return Person("web", identity, name_of(request) or guest, locale, roles), fresh


def give_cookie(response: web.StreamResponse, name: str, value: str, *, secure: bool, life_s: int) -> None:
    """Lax for the session, so that a link from a chat finds its reader signed in; Strict for who one is."""
    lax = name not in (PERSON_COOKIE, NAME_COOKIE)
    response.set_cookie(
        name, value, max_age=life_s, httponly=True, samesite="Lax" if lax else "Strict", secure=secure, path="/"
    )


def written_name(name: str) -> str:
    """A name as a cookie can hold it."""
    return quote(name, safe="")
