"""Permission, quota and fairness as pure decisions over numbers that the store hands in."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta, tzinfo

from bot.errors import (
    NotYoursError,
    PlaceClosedError,
    QuotaSpentError,
    RoleMissingError,
    TooFastError,
    TooManyJobsError,
)
from bot.job import Job
from bot.message import Person, Place
from bot.offer import Control, Number, Offer
from bot.store import Usage


@dataclass(frozen=True, slots=True, kw_only=True)
class Limits:
    """What one person may have, over all doors' places; 0 lifts a limit.

    channels are the ids of the open places by door; a door without an entry, or with an empty one, is open
    everywhere. roles are, likewise, the platform's roles of which a person needs one. zone (a ZoneInfo) says when a day
    begins.
    """

    jobs_per_minute: int = 0
    concurrent_jobs: int = 0
    pictures_per_day: int = 0
    channels: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    roles: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    zone: tzinfo = UTC


def decide(usage: Usage, limits: Limits, now: datetime) -> None:
    """Whether one more job may come in. The refusal that lasts longest is told first.

    Raises QuotaSpentError, TooManyJobsError, TooFastError.
    """
    if 0 < limits.pictures_per_day <= usage.pictures_today:
        again_at = next_day(now, limits).astimezone(limits.zone)  # told by the clock of the place
        raise QuotaSpentError(limit=limits.pictures_per_day, retry_at=again_at)
    if 0 < limits.concurrent_jobs <= usage.active_jobs:
        raise TooManyJobsError(limit=limits.concurrent_jobs)
    if 0 < limits.jobs_per_minute <= usage.jobs_last_minute:
        oldest_at = usage.oldest_in_minute_at or now
        raise TooFastError(limit=limits.jobs_per_minute, retry_at=oldest_at + timedelta(minutes=1))


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


def day_start(now: datetime, limits: Limits) -> datetime:
    """When the day that `now` lies in began, in UTC: hand it to Store.accept."""
    return _midnight(now, limits, 0)


def next_day(now: datetime, limits: Limits) -> datetime:
    """When the next day begins, in UTC."""
    return _midnight(now, limits, 1)


def _midnight(now: datetime, limits: Limits, days: int) -> datetime:
    day = now.astimezone(limits.zone).date() + timedelta(days=days)
    return datetime(day.year, day.month, day.day, tzinfo=limits.zone).astimezone(UTC)
