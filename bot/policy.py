"""Permission, quota and fairness as pure decisions over numbers that the store hands in."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime, timedelta, tzinfo
from decimal import Decimal

from bot.errors import (
    BudgetSpentError,
    CapReachedError,
    NotYoursError,
    PlaceClosedError,
    QuotaSpentError,
    RefusedError,
    RoleMissingError,
    TooFastError,
    TooManyJobsError,
)
from bot.job import Job
from bot.message import Person, Place
from bot.offer import Control, Number, Offer
from bot.spending import NOTHING, Cap, Of, Per, Spent, Tab
from bot.store import Usage


@dataclass(frozen=True, slots=True, kw_only=True)
class Limits:
    """What one person, and all together, may have, over all doors' places; 0 lifts a limit, caps are as they say.

    channels are the ids of the open places by door; a door without an entry, or with an empty one, is open
    everywhere. roles are, likewise, the platform's roles of which a person needs one. zone (a ZoneInfo) says when a day
    and a month begin.
    """

    jobs_per_minute: int = 0
    concurrent_jobs: int = 0
    pictures_per_day: int = 0
    caps: tuple[Cap, ...] = ()
    unknown_price_cents: Decimal = Decimal(10)
    channels: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    roles: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    priorities: Mapping[str, float] = field(default_factory=dict)
    """By a role's id: the pictures by which its people go ahead of their turn."""
    zone: tzinfo = UTC

    @property
    def every_cap(self) -> tuple[Cap, ...]:
        """With the one that pictures_per_day is short for."""
        own = Cap(of=Of.PERSON, per=Per.DAY, pictures=self.pictures_per_day)
        return (own, *self.caps) if self.pictures_per_day else self.caps

    @property
    def counted_roles(self) -> frozenset[str]:
        """The roles that a door must tell of, besides its own."""
        return frozenset(self.priorities).union(cap.id for cap in self.caps if cap.of is Of.ROLE)


def tabs(by: Person, at: Place, now: datetime, limits: Limits, *, model: str | None = None) -> tuple[Tab, ...]:
    """The counters that a job counts in which this person asks for in this place, each with its caps.

    A person's, a channel's and the team's are always counted, so that a cap that is set in the middle of a month sees
    what was spent; of roles, categories and the like those that a cap names.
    """
    here = at.channel or at.id
    roles = {cap.id for cap in limits.caps if cap.of is Of.ROLE}.intersection(by.roles)
    places = {cap.id for cap in limits.caps if cap.of is Of.CHANNEL}.intersection((at.id, *at.within)) - {here}
    scopes: list[tuple[Of, str, set[str]]] = [  # whose, the scope, and what a cap on it may have for an id
        (Of.PERSON, f"{Of.PERSON}:{by.key}", {""}),
        *((Of.ROLE, f"{Of.ROLE}:{by.door}:{role}", {role}) for role in sorted(roles)),
        (Of.CHANNEL, f"{Of.CHANNEL}:{at.door}:{here}", {here, ""}),
        *((Of.CHANNEL, f"{Of.CHANNEL}:{at.door}:{place}", {place}) for place in sorted(places)),
        (Of.TEAM, str(Of.TEAM), {""}),
    ]
    counted = [
        _capped(scope, period(now, per, limits), [cap for cap in limits.every_cap if cap.goes_for(of, per, ids)])
        for of, scope, ids in scopes
        for per in Per
    ]
    return (*counted, Tab(f"{Of.MODEL}:{model}", period(now, Per.MONTH, limits))) if model else tuple(counted)


def today(by: Person, now: datetime, limits: Limits) -> Tab:
    """The person's own counter of this day, in all places."""
    own = [cap for cap in limits.every_cap if cap.goes_for(Of.PERSON, Per.DAY, {""})]
    return _capped(f"{Of.PERSON}:{by.key}", period(now, Per.DAY, limits), own)


def reserve(offer: Offer, due: Iterable[Tab], limits: Limits) -> Decimal | None:
    """US cents to hold for a picture; where money is capped, a price that nobody published is not taken for nothing."""
    if offer.price_cents is None and any(tab.cents is not None for tab in due):
        return limits.unknown_price_cents
    return offer.price_cents


def decide(usage: Usage, limits: Limits, now: datetime, *, cost_cents: Decimal = NOTHING) -> None:
    """Whether one more job may come in that costs so much. The refusal that lasts longest is told first.

    Raises QuotaSpentError, CapReachedError, BudgetSpentError, TooManyJobsError, TooFastError.
    """
    refusals = [
        (ends(tab, limits), refusal)
        for tab, spent in usage.totals.items()
        for refusal in _over(tab, spent, cost_cents, limits)
    ]
    if refusals:
        raise max(refusals, key=lambda refusal: refusal[0])[1]
    if 0 < limits.concurrent_jobs <= usage.active_jobs:
        raise TooManyJobsError(limit=limits.concurrent_jobs)
    if 0 < limits.jobs_per_minute <= usage.jobs_last_minute:
        oldest_at = usage.oldest_in_minute_at or now
        raise TooFastError(limit=limits.jobs_per_minute, retry_at=oldest_at + timedelta(minutes=1))


def period(now: datetime, per: Per, limits: Limits) -> str:
    """The day or month that `now` lies in, where the house is: "2026-11-21" or "2026-11"."""
    day = now.astimezone(limits.zone).date().isoformat()
    return day if per is Per.DAY else day[: len("2026-11")]


def ends(tab: Tab, limits: Limits) -> datetime:
    """When the tab's period is over, by the clock of the house."""
    match tab.per:
        case Per.DAY:
            following = date.fromisoformat(tab.period) + timedelta(days=1)
        case Per.MONTH:
            following = (date.fromisoformat(f"{tab.period}-01") + timedelta(days=31)).replace(day=1)
    midnight = datetime(following.year, following.month, following.day, tzinfo=limits.zone)
    return midnight.astimezone(UTC).astimezone(limits.zone)  # where a day begins at one, midnight is no moment


def last_days(now: datetime, number: int, limits: Limits) -> tuple[str, ...]:
    """The periods of so many days up to today, the oldest first."""
    today = now.astimezone(limits.zone).date()
    return tuple((today - timedelta(days=back)).isoformat() for back in reversed(range(number)))


def days_of(month: str) -> tuple[str, ...]:
    """The periods of a month's days."""
    first = date.fromisoformat(f"{month}-01")
    every = (first + timedelta(days=later) for later in range(31))
    return tuple(day.isoformat() for day in every if day.month == first.month)


def _capped(scope: str, period: str, caps: Sequence[Cap]) -> Tab:
    """Of several caps on the same, the tightest."""
    pictures = [cap.pictures for cap in caps if cap.pictures is not None]
    cents = [cap.cents for cap in caps if cap.cents is not None]
    return Tab(scope, period, min(pictures, default=None), min(cents, default=None))


def _over(tab: Tab, spent: Spent, cost_cents: Decimal, limits: Limits) -> Iterator[RefusedError]:
    """Why one more picture of that price is too much for the tab."""
    again_at = ends(tab, limits)
    of, per = str(tab.of), str(tab.per)
    if tab.pictures is not None and spent.pictures >= tab.pictures:
        if (tab.of, tab.per) == (Of.PERSON, Per.DAY):
            yield QuotaSpentError(limit=tab.pictures, retry_at=again_at)
        else:
            yield CapReachedError(of=of, per=per, limit=tab.pictures, retry_at=again_at)
    if tab.cents is not None and cost_cents and spent.cents + cost_cents > tab.cents:
        left = tab.cents - spent.cents
        yield BudgetSpentError(
            of=of,
            per=per,
            limit_cents=tab.cents,
            left_cents=left if left > 0 else None,
            cost_cents=cost_cents,
            retry_at=again_at,
        )


def may_enter(place: Place, person: Person, limits: Limits) -> None:
    """Raises PlaceClosedError where the operator has opened other places of this door only, RoleMissingError where only
    people with a role may ask; who moderates needs none.
    """
    opened = limits.channels.get(place.door, ())
    if opened and {place.id, *place.within}.isdisjoint(opened):
        raise PlaceClosedError
    needed = limits.roles.get(place.door, ())
    if needed and {*person.roles}.isdisjoint(needed) and not person.moderates(place):
        raise RoleMissingError(door=place.door)


def priority(person: Person, limits: Limits) -> float:
    """The pictures by which they go ahead of their turn: of their roles, the highest counts."""
    return max((limits.priorities[role] for role in person.roles if role in limits.priorities), default=0.0)


def may_touch(job: Job, person: Person) -> None:
    """Whether the person may cancel or delete it. Raises NotYoursError unless they own it or moderate where it is."""
    if job.by.key != person.key and not person.moderates(job.at):
        raise NotYoursError


def narrowed(offer: Offer, place: Place) -> Offer:
    """The offer as it may be used there: its safety_tolerance ends at the place's ceiling."""
    ceiling = place.safety_ceiling
    if ceiling is None:
        return offer
    return replace(offer, controls=tuple(_lowered(each, ceiling) for each in offer.controls))


def _lowered(control: Control, ceiling: int) -> Control:
    if not isinstance(control, Number) or control.name != "safety_tolerance":
        return control
    high = max(control.low, min(control.high, ceiling))
    return replace(control, high=high, default=min(control.default, high))
