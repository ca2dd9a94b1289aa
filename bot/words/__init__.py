"""Every sentence people read, by key and language, in Fluent files: one folder a language, all its *.ftl together."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from datetime import date, datetime
from decimal import Decimal
from functools import cache, lru_cache
from pathlib import Path
from typing import Any, Final

import structlog
from babel import Locale, UnknownLocaleError
from babel.dates import format_skeleton, format_timedelta
from babel.numbers import format_currency
from babel.units import format_unit
from fluent.runtime import FluentBundle, FluentResource
from fluent.syntax.ast import Resource

from bot.clock import Clock, RealClock

log = structlog.get_logger(__name__)

HOME: Final = Path(__file__).parent
FALLBACK: Final = "en"
LAST_RESORT: Final = "nothing-to-say"
ABSENT: Final = "absent"
"""What a fact that is None or empty becomes, so that a sentence can choose other words for it."""
SOON_S: Final = 90 * 60
"""Moments nearer than this are told as a wait, later ones by the clock."""

_TAG: Final = re.compile(r"[A-Za-z]{2,3}(?:[-_][A-Za-z0-9]{2,8}){0,3}")
_UNITS: Final = ((1 << 30, "digital-gigabyte"), (1 << 20, "digital-megabyte"), (1 << 10, "digital-kilobyte"))


@cache
def _parsed(text: str) -> Resource:
    """Once in a process: the house and its terminal say the same words, and reading them takes a tenth of a second."""
    return FluentResource(text)


class Words:
    """The sentences of all languages. Text reaches people without markup and without bidi isolation marks."""

    def __init__(self, resources: Mapping[str, tuple[Resource, ...]], clock: Clock, *, strict: bool) -> None:
        self._resources = resources
        self._clock = clock
        self._strict = strict
        self._bundle: Callable[[str], FluentBundle] = lru_cache(maxsize=64)(self._bundled)

    @classmethod
    def load(cls, clock: Clock | None = None, *, strict: bool = False, home: Path = HOME) -> Words:
        """Read every *.ftl of every language folder.

        strict, for tests: a missing key or fact raises KeyError instead of being logged and spoken around.
        """
        resources = {
            name: tuple(_parsed(file.read_text("utf-8")) for file in sorted((home / name).glob("*.ftl")))
            for name in languages(home)
        }
        return cls(resources, clock or RealClock(), strict=strict)

    @property
    def languages(self) -> tuple[str, ...]:
        return tuple(self._resources)

    def __contains__(self, key: object) -> bool:
        """Whether there is a sentence of this key."""
        return isinstance(key, str) and self._bundle(FALLBACK).has_message(key)

    def say(self, locale: str, key: str, **facts: object) -> str:
        """The sentence of `key` in the nearest language; "de-AT" is German with Austria's numbers, "fr" English.

        A `field` among the facts brings its translated `label` along; moments may be ISO text, as they come from JSON.
        """
        for tag in (locale, FALLBACK):
            bundle = self._bundle(tag)
            if bundle.has_message(key):
                return self._formed(bundle, key, self._spoken(locale, facts))
        if self._strict or key == LAST_RESORT:
            raise KeyError(key)
        log.error("no sentence", words_key=key, locale=locale)
        return self.say(locale, LAST_RESORT)

    def name(self, locale: str, key: str, given: str) -> str:
        """The name of something of our own in that language; `given` for what bears a vendor's name."""
        return self.say(locale, key) if key in self else given

    def money(self, locale: str, cents: Decimal) -> str:
        """US cents as dollars with two to four decimals, such as "$0.025"; nothing to pay is said in words."""
        return self.say(locale, "cost-free") if cents == 0 else _money(self._nearest(locale)[1], cents)

    def total(self, locale: str, cents: Decimal) -> str:
        """A sum of money: from ten cents on, to the cent; "1,025 $" would be a thousand to some."""
        return self.money(locale, Decimal(round(cents)) if cents >= 10 else cents)

    def date(self, locale: str, moment: date, *, short: bool = False) -> str:
        """A day of a year that goes without saying, such as "1 December"; short: "1 Dec"."""
        return _date(self._nearest(locale)[1], moment, short=short)

    def size(self, locale: str, size_bytes: int) -> str:
        """A file's size, such as "4.2 MB"."""
        return _size(self._nearest(locale)[1], size_bytes)

    def _spoken(self, locale: str, facts: Mapping[str, object]) -> dict[str, Any]:
        spoken = {name: _spoken(fact) for name, fact in facts.items()}
        label = f"label-{facts.get('field')}"
        if "field" in facts and "label" not in facts:
            spoken["label"] = self.say(locale, label) if label in self else str(facts["field"])
        return spoken

    def _formed(self, bundle: FluentBundle, key: str, facts: Mapping[str, Any]) -> str:
        pattern = bundle.get_message(key).value
        if pattern is None:
            raise KeyError(key)
        text, faults = bundle.format_pattern(pattern, dict(facts))
        if faults and self._strict:
            raise KeyError(f"{key}: {faults[0]}")
        if faults:
            log.error("a sentence lacks a fact", words_key=key, fault=str(faults[0]))
        return str(text)

    def _bundled(self, locale: str) -> FluentBundle:
        """A language's sentences with the locale's own numbers and dates."""
        language, culture = self._nearest(locale)
        functions: dict[str, Callable[[Any], Any]] = {
            "SOON": lambda moment: "yes" if self._wait_s(moment) < SOON_S else "no",
            "IN": lambda moment: _wait(culture, self._wait_s(moment)),
            "CLOCK": lambda moment: f"{_moment(moment):%H:%M %Z}",
            "DATE": lambda moment: _date(culture, _moment(moment)),
            "SIZE": lambda size_bytes: _size(culture, int(size_bytes)),
            "MONEY": lambda cents: _money(culture, Decimal(cents)),
        }
        bundle = FluentBundle([str(culture).replace("_", "-")], functions=functions, use_isolating=False)
        for resource in self._resources[language]:
            bundle.add_resource(resource)
        return bundle

    def _nearest(self, locale: str) -> tuple[str, Locale]:
        """The language that we speak for a locale, and whose numbers and dates go with it."""
        language = re.split("[-_]", locale)[0].lower()
        if language in self._resources and _TAG.fullmatch(locale):
            return language, _culture(locale)
        return FALLBACK, _culture(FALLBACK)

    def _wait_s(self, moment: object) -> float:
        return (_moment(moment) - self._clock.now()).total_seconds()


def languages(home: Path = HOME) -> tuple[str, ...]:
    """Those that there is a folder of words for."""
    return tuple(folder.name for folder in sorted(home.iterdir()) if any(folder.glob("*.ftl")))


def preferred(header: str) -> list[str]:
    """The BCP 47 tags of an Accept-Language header, the dearest first."""
    weighed: list[tuple[float, str]] = []
    for part in header[:400].split(","):
        tag, _, rest = part.strip().partition(";")
        found = re.fullmatch(r"\s*q=([01](?:\.\d{0,3})?)\s*", rest)
        weight = float(found[1]) if found else 1.0
        if _TAG.fullmatch(tag.strip()) and weight > 0:
            weighed.append((weight, tag.strip()))
    return [tag for _, tag in sorted(weighed, key=lambda pair: -pair[0])]


def reader(header: str, language: Callable[[str], str]) -> str:
    """The first locale of an Accept-Language header that we speak, else English; language(tag) is what we would."""
    return next((tag for tag in preferred(header) if language(tag) == tag.split("-")[0].lower()), FALLBACK)


def _culture(tag: str) -> Locale:
    """Babel's locale of a tag; of a land or script that Babel does not know, its language's."""
    try:
        return Locale.parse(tag.replace("_", "-"), sep="-")
    except (UnknownLocaleError, ValueError):
        return Locale.parse(re.split("[-_]", tag)[0].lower())


def _spoken(fact: object) -> object:
    match fact:
        case None | "":
            return ABSENT
        case bool():
            return "yes" if fact else "no"
        case str() | int() | float() | Decimal() | datetime():
            return fact
        case _:
            return str(fact)


def _moment(fact: object) -> datetime:
    return fact if isinstance(fact, datetime) else datetime.fromisoformat(str(fact))


def _wait(culture: Locale, seconds: float) -> str:
    """ "in 20 seconds"; rounded up, so that who waits that long is not refused again."""
    whole = max(1, int(-(-seconds // 1)))
    unit_s = 60 if whole > 90 else 1
    return format_timedelta(-(-whole // unit_s) * unit_s, add_direction=True, threshold=2, locale=culture)


def _date(culture: Locale, moment: date, *, short: bool = False) -> str:
    return format_skeleton("MMMd" if short else "MMMMd", moment, locale=culture)


def _money(culture: Locale, cents: Decimal) -> str:
    pattern = culture.currency_formats["standard"].pattern.replace("0.00", "0.00##")
    return format_currency(cents / 100, "USD", format=pattern, currency_digits=False, locale=culture)


def _size(culture: Locale, size_bytes: int) -> str:
    for unit_bytes, unit in _UNITS:
        if size_bytes >= unit_bytes:
            return format_unit(round(size_bytes / unit_bytes, 1), unit, length="short", locale=culture)
    return format_unit(size_bytes, "digital-byte", length="long", locale=culture)
