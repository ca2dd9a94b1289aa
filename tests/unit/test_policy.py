from __future__ import annotations

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from bot.errors import BotError, NotYoursError, PlaceClosedError, QuotaSpentError, TooFastError, TooManyJobsError
from bot.message import Person, Place
from bot.policy import Limits, day_start, decide, may_enter, may_touch, next_day
from bot.store import Usage
from tests.clock import HeldClock
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
    may_enter(Place("discord", "art"), limits)
    may_enter(Place("slack", "general"), limits)
    may_enter(Place("web", "channel"), limits)
    with pytest.raises(PlaceClosedError):
        may_enter(Place("discord", "general"), limits)


def test_a_job_is_touched_by_its_owner_or_a_moderator(clock: HeldClock) -> None:
    job = made_job(clock, by=ADA)
    may_touch(job, ADA)
    may_touch(job, Person("web", "eve", "Eve", roles=("moderator",)))
    for stranger in (BOB, Person("slack", ADA.id, ADA.name)):
        with pytest.raises(NotYoursError):
            may_touch(job, stranger)


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
