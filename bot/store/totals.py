"""The statements about counters: what each scope spent in each period, kept along with the ledger, entry by entry.

So accepting a job costs the same after a million of them, and a report reads a few rows. A job's own tabs say which
counters it is in: whatever is given back later goes back to the same ones, also past midnight.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from decimal import Decimal
from functools import cache
from typing import Any, Final

import sqlalchemy as sa
from sqlalchemy.dialects import postgresql, sqlite

from bot.job import Job
from bot.spending import NOTHING, THRESHOLDS, Of, Share, Spent, Tab, TeamSpending, Unit
from bot.store.tables import UNSURE, Cents, Entry, alerts, jobs, ledger, people, totals

EVERYBODY: Final = str(Of.TEAM)
_TOLD_OF: Final = frozenset({Of.TEAM, Of.ROLE, Of.CHANNEL})
"""Whose caps are worth telling an admin; a person is told by a refusal."""
_WAY: Final = sa.case((ledger.c.entry == Entry.HOLD, 1), (ledger.c.entry == Entry.SUBMITTING, 0), else_=-1)
# Not a join: SQLite would read the whole ledger to find the few jobs.
_UNSURE: Final = sa.select(
    sa.func.coalesce(sa.func.sum(_WAY * ledger.c.pictures), 0),
    sa.type_coerce(sa.func.sum(_WAY * sa.type_coerce(ledger.c.cents, sa.BigInteger)), Cents),
).where(ledger.c.job.in_(sa.select(jobs.c.id).where(UNSURE)))

# Put together once: that takes longer than running it.
_SHOWN: Final = sa.select(totals).where(
    totals.c.scope.in_(sa.bindparam("scopes", expanding=True)),
    totals.c.period.in_(sa.bindparam("periods", expanding=True)),
)


def read(connection: sa.Connection, tabs: Sequence[Tab]) -> dict[Tab, Spent]:
    """What each of these counters shows."""
    scopes, periods = {tab.scope for tab in tabs}, {tab.period for tab in tabs}
    rows = connection.execute(_SHOWN, {"scopes": list(scopes), "periods": list(periods)})
    there = {(row.scope, row.period): Spent(row.pictures, row.cents) for row in rows}
    return {tab: there.get((tab.scope, tab.period), Spent()) for tab in tabs}


def add(connection: sa.Connection, job: Job, pictures: int, cents: Decimal, now: datetime) -> dict[Tab, Spent]:
    """Count so much more, or less, for the job; gives what its counters showed before.

    Where that passes a threshold of a cap, it is written down once. On PostgreSQL the rows stay locked until the
    commit, so that nobody else decides over the same numbers; always in the same order, and after those of people and
    jobs, so that no two wait for each other.
    """
    if not job.tabs:  # accepted by a release that did not count
        return {}
    counted = _count(connection, job.tabs, pictures, cents)
    passed: list[dict[str, Any]] = []
    before: dict[Tab, Spent] = {}
    for tab in job.tabs:
        row = counted[tab.scope, tab.period]
        after = Spent(row.pictures, row.cents)
        before[tab] = Spent(after.pictures - pictures, after.cents - cents)
        if tab.capped and tab.of in _TOLD_OF:
            passed += _passed(tab, before[tab], after, now)
    if passed:
        connection.execute(_noting(connection.dialect.name), passed)
    return before


def lock(connection: sa.Connection, tabs: Sequence[Tab]) -> None:
    """Lock all of these in that order, where a transaction counts more than once, not each time in the same ones."""
    if tabs:
        _count(connection, tabs, 0, NOTHING)


def days(connection: sa.Connection, scope: str, periods: Sequence[str]) -> tuple[Share, ...]:
    """What the scope spent in each of these periods, in their order."""
    shown = read(connection, [Tab(scope, period) for period in periods])
    return tuple(Share(tab.period, spent) for tab, spent in shown.items())


def team(connection: sa.Connection, day: str, month: str, periods: Sequence[str], top: int | None) -> TeamSpending:
    """What everybody spent: on the day, in the month, by the people that spent most, by model, and in each period."""
    whole = read(connection, [Tab(EVERYBODY, day), Tab(EVERYBODY, month)])
    dearest = shares(connection, Of.PERSON, month, top)
    keys = [share.name for share in dearest]
    rows = connection.execute(sa.select(people.c.key, people.c.name).where(people.c.key.in_(keys)))
    names = {row.key: row.name or row.key for row in rows}
    unsure, held = connection.execute(_UNSURE).one()
    return TeamSpending(
        day=whole[Tab(EVERYBODY, day)],
        month=whole[Tab(EVERYBODY, month)],
        people=tuple(Share(names.get(share.name, share.name), share.spent) for share in dearest),
        models=shares(connection, Of.MODEL, month, None),
        days=days(connection, EVERYBODY, periods),
        unsure=Spent(int(unsure), held or NOTHING),
    )


def shares(connection: sa.Connection, of: Of, period: str, top: int | None) -> tuple[Share, ...]:
    """What each of its kind spent in the period, the dearest first; their names are without the kind."""
    start = f"{of}:"
    some = sa.or_(totals.c.pictures > 0, totals.c.cents > NOTHING)  # what was stopped or lost is paid for all the same
    rows = connection.execute(
        sa.select(totals)
        .where(totals.c.period == period, sa.func.substr(totals.c.scope, 1, len(start)) == start, some)
        .order_by(totals.c.cents.desc(), totals.c.pictures.desc(), totals.c.scope)
        .limit(top)
    )
    return tuple(Share(row.scope.removeprefix(start), Spent(row.pictures, row.cents)) for row in rows)


def _count(
    connection: sa.Connection, tabs: Sequence[Tab], pictures: int, cents: Decimal
) -> dict[tuple[str, str], sa.Row[Any]]:
    """Each counter as it is afterwards."""
    named = sorted({(tab.scope, tab.period) for tab in tabs})
    rows = [{"scope": scope, "period": period, "pictures": pictures, "cents": cents} for scope, period in named]
    return {(row.scope, row.period): row for row in connection.execute(_counting(connection.dialect.name), rows)}


@cache
def _counting(dialect: str) -> Any:
    insert = _insert(dialect)(totals)
    return insert.on_conflict_do_update(
        index_elements=[totals.c.scope, totals.c.period],
        set_={
            "pictures": totals.c.pictures + insert.excluded.pictures,
            "cents": totals.c.cents + insert.excluded.cents,
        },
    ).returning(totals.c.scope, totals.c.period, totals.c.pictures, totals.c.cents)


@cache
def _noting(dialect: str) -> Any:
    return _insert(dialect)(alerts).on_conflict_do_nothing()


def _insert(dialect: str) -> Any:
    return postgresql.insert if dialect == "postgresql" else sqlite.insert


def _passed(tab: Tab, before: Spent, after: Spent, now: datetime) -> list[dict[str, Any]]:
    """A row for each threshold that lies between."""
    caps = (
        (Unit.PICTURES, tab.pictures, Decimal(before.pictures), Decimal(after.pictures)),
        (Unit.CENTS, tab.cents, before.cents, after.cents),
    )
    return [
        {
            "scope": tab.scope,
            "period": tab.period,
            "unit": unit,
            "allowed": Decimal(limit),
            "percent": percent,
            "place": "",
            "spent": reached,
            "at": now,
        }
        for unit, limit, was, reached in caps
        for percent in THRESHOLDS
        if limit and was * 100 < percent * limit <= reached * 100
    ]
