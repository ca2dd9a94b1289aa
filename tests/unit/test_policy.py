from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.errors import (
    BotError,
    BudgetSpentError,
    CapReachedError,
    NotYoursError,
    PlaceClosedError,
    QuotaSpentError,
    RoleMissingError,
    TooFastError,
    TooManyJobsError,
    key_of,
)
from bot.message import DIRECT, Person, Place
from bot.offer import Number
from bot.policy import (
    Limits,
    days_of,
    decide,
    ends,
    last_days,
    may_enter,
    may_touch,
    narrowed,
    period,
    reserve,
    tabs,
    today,
)
from bot.spending import Cap, Of, Per, Spent, Tab
from bot.store import Usage
from tests.clock import HeldClock
from tests.house import PAINTER, all_words
from tests.unit.store.made import ADA, BOB, CHANNEL, made_job

NOW = datetime(2026, 11, 21, 12, 0, tzinfo=UTC)
LIMITS = Limits(jobs_per_minute=5, concurrent_jobs=3, pictures_per_day=50)


def used(*, lately: int = 0, active: int = 0, pictures: int = 0, limits: Limits = LIMITS) -> Usage:
    return Usage(
        jobs_last_minute=lately,
        oldest_in_minute_at=NOW - timedelta(seconds=40) if lately else None,
        active_jobs=active,
        totals={today(ADA, NOW, limits): Spent(pictures)},
    )


def spent(limits: Limits, shown: Mapping[str, Spent], *, by: Person = ADA, at: Place = CHANNEL) -> Usage:
    """A person's numbers where their counters show that, by scope."""
    totals = {tab: shown.get(tab.scope, Spent()) for tab in tabs(by, at, NOW, limits)}
    return Usage(jobs_last_minute=0, oldest_in_minute_at=None, active_jobs=0, totals=totals)


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
        decide(used(pictures=1, limits=limits), limits, NOW)
    told = refused.value.facts["retry_at"]
    assert isinstance(told, datetime)
    assert f"{told:%H:%M %Z}" == "00:00 CET"


def test_the_refusal_that_lasts_longest_is_told_first() -> None:
    with pytest.raises(QuotaSpentError):
        decide(used(lately=5, active=3, pictures=50), LIMITS, NOW)
    with pytest.raises(TooManyJobsError):
        decide(used(lately=5, active=3), LIMITS, NOW)


def test_zero_lifts_a_limit() -> None:
    decide(used(lately=999, active=999, pictures=999, limits=Limits()), Limits(), NOW)


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
    begins = datetime.fromisoformat(start).replace(tzinfo=UTC)
    day, before = today(ADA, moment, limits), today(ADA, begins - timedelta(seconds=1), limits)
    assert ends(day, limits).astimezone(UTC).isoformat() == f"{end}:00+00:00"
    assert ends(before, limits) == begins
    assert today(ADA, begins, limits) == day


@pytest.mark.parametrize(
    ("zone", "now", "month", "end"),
    [
        ("UTC", "2026-12-31T23:59", "2026-12", "2027-01-01T00:00"),
        ("UTC", "2028-02-29T12:00", "2028-02", "2028-03-01T00:00"),
        ("Europe/Berlin", "2026-10-31T22:59", "2026-10", "2026-10-31T23:00"),
        ("Europe/Berlin", "2026-10-31T23:00", "2026-11", "2026-11-30T23:00"),
        ("America/New_York", "2026-11-01T03:30", "2026-10", "2026-11-01T04:00"),
        ("America/New_York", "2026-11-01T12:00", "2026-11", "2026-12-01T05:00"),  # the clock went back on the first
    ],
)
def test_a_month_begins_where_the_operator_says(zone: str, now: str, month: str, end: str) -> None:
    limits = Limits(zone=ZoneInfo(zone))
    moment = datetime.fromisoformat(now).replace(tzinfo=UTC)
    assert period(moment, Per.MONTH, limits) == month
    assert ends(Tab("team", month), limits).astimezone(UTC).isoformat() == f"{end}:00+00:00"


@given(
    st.integers(946_684_800, 4_102_444_800).map(lambda at: datetime.fromtimestamp(at, UTC)),
    st.sampled_from(["UTC", "Europe/Berlin", "Africa/Cairo", "Pacific/Apia", "America/Havana", "Asia/Kathmandu"]),
    st.sampled_from(Per),
)
def test_every_moment_lies_in_a_period_that_ends_later_and_is_over_then(now: datetime, zone: str, per: Per) -> None:
    limits = Limits(zone=ZoneInfo(zone))
    tab = Tab("team", period(now, per, limits))
    end = ends(tab, limits)
    assert tab.per is per
    assert now < end < now + timedelta(days=32)
    assert period(end, per, limits) > tab.period
    assert period(end - timedelta(seconds=1), per, limits) == tab.period


def test_the_days_of_a_month_are_all_there_once() -> None:
    assert days_of("2028-02") == tuple(f"2028-02-{day:02}" for day in range(1, 30))
    assert last_days(NOW, 3, LIMITS) == ("2026-11-19", "2026-11-20", "2026-11-21")


SLACK = Place("slack", "T1/C1", within=("C1",), channel="C1")
THREAD = Place("discord", "31", within=("30", "3"), channel="30")
ADMIRED = Person("discord", "1", "Ada", roles=("77", "88"))


def scopes(by: Person, at: Place, *caps: Cap) -> set[str]:
    return {tab.scope for tab in tabs(by, at, NOW, Limits(caps=caps))}


def test_person_channel_and_team_are_counted_always_and_a_thread_with_its_channel() -> None:
    assert scopes(ADA, SLACK) == {"person:web:ada", "channel:slack:C1", "team"}
    assert scopes(ADMIRED, THREAD) == {"person:discord:1", "channel:discord:30", "team"}
    assert {tab.period for tab in tabs(ADA, SLACK, NOW, LIMITS)} == {"2026-11", "2026-11-21"}
    assert tabs(ADA, SLACK, NOW, LIMITS, model="flux/flux-dev")[-1] == Tab("model:flux/flux-dev", "2026-11")


def test_roles_and_categories_are_counted_where_a_cap_names_them() -> None:
    role = Cap(of=Of.ROLE, id="77", per=Per.DAY, pictures=5)
    category = Cap(of=Of.CHANNEL, id="3", per=Per.DAY, pictures=5)
    talks = Cap(of=Of.CHANNEL, id=DIRECT, per=Per.DAY, pictures=5)
    more = scopes(ADMIRED, THREAD, role, category, talks) - scopes(ADMIRED, THREAD)
    assert more == {"role:discord:77", "channel:discord:3"}
    assert "channel:slack:dm" in scopes(ADA, Place("slack", "T1/D1", within=(DIRECT, "D1")), talks)


def test_of_several_caps_on_the_same_the_tightest_goes() -> None:
    each = Cap(of=Of.CHANNEL, per=Per.DAY, pictures=5, cents=Decimal(9))
    this = Cap(of=Of.CHANNEL, id="30", per=Per.DAY, pictures=7, cents=Decimal(8))
    limits = Limits(caps=(each, this), pictures_per_day=3)
    assert [tab for tab in tabs(ADMIRED, THREAD, NOW, limits) if tab.capped] == [
        Tab("person:discord:1", "2026-11-21", 3),
        Tab("channel:discord:30", "2026-11-21", 5, Decimal(8)),
    ]


CAPS = (
    Cap(of=Of.PERSON, per=Per.MONTH, pictures=9),
    Cap(of=Of.ROLE, id="77", per=Per.DAY, pictures=8),
    Cap(of=Of.CHANNEL, per=Per.DAY, pictures=7),
    Cap(of=Of.TEAM, per=Per.MONTH, cents=Decimal(500)),
)
MONTH_ENDS, DAY_ENDS = datetime(2026, 12, 1, tzinfo=UTC), datetime(2026, 11, 22, tzinfo=UTC)


@pytest.mark.parametrize(
    ("shown", "refusal", "facts"),
    [
        (
            {"person:discord:1": Spent(9)},
            CapReachedError,
            {"of": "person", "per": "month", "limit": 9, "retry_at": MONTH_ENDS},
        ),
        (
            {"role:discord:77": Spent(8)},
            CapReachedError,
            {"of": "role", "per": "day", "limit": 8, "retry_at": DAY_ENDS},
        ),
        (
            {"channel:discord:30": Spent(7)},
            CapReachedError,
            {"of": "channel", "per": "day", "limit": 7, "retry_at": DAY_ENDS},
        ),
        (
            {"team": Spent(1, Decimal("497.5"))},
            BudgetSpentError,
            {
                "of": "team", "per": "month", "limit_cents": 500, "left_cents": Decimal("2.5"), "cost_cents": 4,
                "retry_at": MONTH_ENDS,
            },
        ),
        (
            {"team": Spent(1, Decimal(501)), "role:discord:77": Spent(8)},  # what lasts longest goes first
            BudgetSpentError,
            {
                "of": "team", "per": "month", "limit_cents": 500, "left_cents": None, "cost_cents": 4,
                "retry_at": MONTH_ENDS,
            },
        ),
    ],
)  # fmt: skip
def test_each_cap_refuses_with_what_is_left_and_when_it_begins_anew(
    shown: Mapping[str, Spent], refusal: type[BotError], facts: dict[str, object]
) -> None:
    limits = Limits(caps=CAPS)
    with pytest.raises(refusal) as refused:
        decide(spent(limits, shown, by=ADMIRED, at=THREAD), limits, NOW, cost_cents=Decimal(4))
    assert refused.value.facts == facts
    for locale in ("en", "de"):
        assert all_words().say(locale, f"error-{key_of(refused.value)}", **refused.value.facts)


def test_a_cap_may_be_used_up_to_the_last_cent_and_what_is_free_never_hits_it() -> None:
    limits = Limits(caps=(Cap(of=Of.TEAM, per=Per.DAY, cents=Decimal(10)),))
    decide(spent(limits, {"team": Spent(2, Decimal(6))}), limits, NOW, cost_cents=Decimal(4))
    decide(spent(limits, {"team": Spent(2, Decimal(99))}), limits, NOW)


def test_a_price_that_nobody_published_is_never_nothing_where_money_is_capped() -> None:
    money, pictures = Cap(of=Of.TEAM, per=Per.DAY, cents=Decimal(50)), Cap(of=Of.TEAM, per=Per.DAY, pictures=5)
    unknown = replace(PAINTER, price_cents=None)
    for caps, offer, held in (
        ((money,), unknown, Decimal(10)), ((pictures,), unknown, None), ((money,), PAINTER, Decimal(4)),
    ):  # fmt: skip
        limits = Limits(caps=caps)
        assert reserve(offer, tabs(ADA, CHANNEL, NOW, limits), limits) == held


@pytest.fixture
def clock() -> HeldClock:
    return HeldClock(NOW)
