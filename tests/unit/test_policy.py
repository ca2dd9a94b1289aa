from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from bot.errors import (
    BotError,
    NotYoursError,
    PlaceClosedError,
    QuotaSpentError,
    RoleMissingError,
    TooFastError,
    TooManyJobsError,
)
from bot.message import DIRECT, Person, Place
from bot.offer import Number
from bot.policy import Limits, day_start, decide, may_enter, may_touch, narrowed, next_day
from bot.store import Usage
from tests.clock import HeldClock
from tests.house import PAINTER
from tests.unit.store.made import ADA, BOB, made_job

NOW = datetime(2026, 11, 21, 12, 0, tzinfo=UTC)
LIMITS = Limits(jobs_per_minute=5, concurrent_jobs=3, pictures_per_day=50)


def used(*, lately: int = 0, active: int = 0, pictures: int = 0) -> Usage:
    return Usage(
        jobs_last_minute=lately,
        oldest_in_minute_at=NOW - timedelta(seconds=40) if lately else None,
        active_jobs=active,
        pictures_today=pictures,
        day_starts_at=day_start(NOW, LIMITS),
    )


def test_the_last_free_place_may_be_taken() -> None:
    decide(used(lately=4, active=2, pictures=49), LIMITS, NOW)


@pytest.mark.parametrize(
    ("usage", "refusal", "facts"),
    [
        (used(lately=5), TooFastError, {"limit": 5, "retry_at": NOW + timedelta(seconds=20)}),
        (used(active=3), TooManyJobsError, {"limit": 3}),
        (used(pictures=50), QuotaSpentError, {"limit": 50, "retry_at": datetime(2026, 11, 22, tzinfo=UTC)}),
    ],
)
def test_each_limit_refuses_with_what_the_person_can_do(
    usage: Usage, refusal: type[BotError], facts: dict[str, object]
) -> None:
    with pytest.raises(refusal) as refused:
        decide(usage, LIMITS, NOW)
    assert refused.value.facts == facts


def test_the_next_day_is_told_by_the_clock_of_the_place() -> None:
    limits = Limits(pictures_per_day=1, zone=ZoneInfo("Europe/Berlin"))
    with pytest.raises(QuotaSpentError) as refused:
        decide(used(pictures=1), limits, NOW)
    told = refused.value.facts["retry_at"]
    assert isinstance(told, datetime)
    assert f"{told:%H:%M %Z}" == "00:00 CET"


def test_the_refusal_that_lasts_longest_is_told_first() -> None:
    with pytest.raises(QuotaSpentError):
        decide(used(lately=5, active=3, pictures=50), LIMITS, NOW)
    with pytest.raises(TooManyJobsError):
        decide(used(lately=5, active=3), LIMITS, NOW)


def test_zero_lifts_a_limit() -> None:
    decide(used(lately=999, active=999, pictures=999), Limits(), NOW)


def test_a_place_is_open_unless_its_door_names_others() -> None:
    limits = Limits(channels={"discord": ("art",), "slack": ()})
    may_enter(Place("discord", "art"), ADA, limits)
    may_enter(Place("slack", "general"), ADA, limits)
    may_enter(Place("web", "channel"), ADA, limits)
    with pytest.raises(PlaceClosedError):
        may_enter(Place("discord", "general"), ADA, limits)


@pytest.mark.parametrize("opened", ["sketches", "art", "studio"])
def test_what_is_open_opens_what_is_within(opened: str) -> None:
    may_enter(Place("discord", "sketches", within=("art", "studio")), ADA, Limits(channels={"discord": (opened,)}))


def test_direct_messages_are_open_only_where_they_are_named() -> None:
    talk = Place("discord", "4711", within=(DIRECT,))
    may_enter(talk, ADA, Limits(channels={"discord": ("art", DIRECT)}))
    with pytest.raises(PlaceClosedError):
        may_enter(talk, ADA, Limits(channels={"discord": ("art",)}))


def test_where_roles_are_named_a_person_needs_one_of_them() -> None:
    limits = Limits(roles={"discord": ("artists", "friends")})
    art = Place("discord", "art")
    may_enter(art, Person("discord", "1", "Ada", roles=("friends",)), limits)
    may_enter(Place("web", "channel"), ADA, limits)
    for without in ((), ("guests",)):
        with pytest.raises(RoleMissingError):
            may_enter(art, Person("discord", "1", "Ada", roles=without), limits)


def test_who_moderates_there_needs_no_role() -> None:
    limits = Limits(roles={"discord": ("artists",)})
    keeper = Person("discord", "1", "Mo", roles=("moderator:art",))
    may_enter(Place("discord", "art"), keeper, limits)
    with pytest.raises(RoleMissingError):
        may_enter(Place("discord", "general"), keeper, limits)


def test_a_closed_place_is_told_before_a_missing_role() -> None:
    with pytest.raises(PlaceClosedError):
        may_enter(Place("x", "b"), ADA, Limits(channels={"x": ("a",)}, roles={"x": ("artists",)}))


def test_a_job_is_touched_by_its_owner_or_a_moderator(clock: HeldClock) -> None:
    job = made_job(clock, by=ADA)
    may_touch(job, ADA)
    for role in ("moderator", "admin", f"moderator:{job.at.id}"):
        may_touch(job, Person("web", "eve", "Eve", roles=(role,)))
    elsewhere = Person("web", "eve", "Eve", roles=("moderator:another place",))
    for stranger in (BOB, elsewhere, Person("slack", ADA.id, ADA.name)):
        with pytest.raises(NotYoursError):
            may_touch(job, stranger)


SAFETY = Number(name="safety_tolerance", low=0, high=6, default=3)
STEPS = Number(name="steps", low=1, high=50, default=28)


@pytest.mark.parametrize(
    ("ceiling", "high", "default"),
    [(None, 6, 3), (6, 6, 3), (4, 4, 3), (2, 2, 2), (0, 0, 0)],
)
def test_a_place_lowers_how_much_may_be_asked_for(ceiling: int | None, high: int, default: int) -> None:
    offer = replace(PAINTER, controls=(SAFETY, STEPS))
    here = narrowed(offer, Place("discord", "art", safety_ceiling=ceiling))
    assert here.controls == (replace(SAFETY, high=high, default=default), STEPS)
    assert replace(here, controls=offer.controls) == offer


def test_a_ceiling_below_what_the_model_takes_leaves_its_strictest() -> None:
    offer = replace(PAINTER, controls=(replace(SAFETY, low=2),))
    assert narrowed(offer, Place("discord", "art", safety_ceiling=0)).controls == (
        replace(SAFETY, low=2, high=2, default=2),
    )


@pytest.mark.parametrize(
    ("zone", "now", "start", "end"),
    [
        ("UTC", "2026-11-21T12:00", "2026-11-21T00:00", "2026-11-22T00:00"),
        ("Europe/Berlin", "2026-11-21T23:30", "2026-11-21T23:00", "2026-11-22T23:00"),
        ("Europe/Berlin", "2026-03-29T12:00", "2026-03-28T23:00", "2026-03-29T22:00"),  # a day of 23 hours
        ("Africa/Cairo", "2026-04-24T12:00", "2026-04-23T22:00", "2026-04-24T21:00"),  # midnight itself is skipped
        ("Pacific/Auckland", "2026-11-21T12:00", "2026-11-21T11:00", "2026-11-22T11:00"),
    ],
)
def test_a_day_begins_where_the_operator_says(zone: str, now: str, start: str, end: str) -> None:
    limits = Limits(zone=ZoneInfo(zone))
    moment = datetime.fromisoformat(now).replace(tzinfo=UTC)
    assert day_start(moment, limits).isoformat() == f"{start}:00+00:00"
    assert next_day(moment, limits).isoformat() == f"{end}:00+00:00"


@pytest.fixture
def clock() -> HeldClock:
    return HeldClock(NOW)
