"""The ledger's statements: what is held for a job, and what became of it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from decimal import Decimal
from typing import Any

import sqlalchemy as sa

from bot.job import Cancelled, Failed, Finished, Job, JobId, Moderated, Outcome, Status, Ticket
from bot.spending import NOTHING, Spent, Tab
from bot.store import totals
from bot.store.tables import SMALLEST, Entry, jobs, ledger
from bot.store.values import LedgerSum, Spend

_NEW = ledger.insert()


def hold(connection: sa.Connection, job: Job, now: datetime) -> Mapping[Tab, Spent]:
    """Reserve one picture and the estimated cost; None cents: nobody published the price.

    Gives what the job's counters showed just before; from here to the commit nobody else counts in them.
    """
    return _write(connection, job, now, [(Entry.HOLD, 1, job.reserved_cents)])


def move(connection: sa.Connection, job: Job, to: Job, now: datetime) -> Mapping[Tab, Spent]:
    """Hold for the job as it will be, instead of as it was; gives what its counters showed without it."""
    totals.lock(connection, (*job.tabs, *to.tabs))
    _write(connection, job, now, [(Entry.RELEASE, 1, job.reserved_cents or NOTHING)])
    return _write(connection, to, now, [(Entry.HOLD, 1, to.reserved_cents)])


def mark(connection: sa.Connection, job: Job, now: datetime) -> None:
    """Note that a paid request is about to leave."""
    _write(connection, job, now, [(Entry.SUBMITTING, 0, None)])


def settle(connection: sa.Connection, job: Job, outcome: Outcome, ticket: Ticket | None, now: datetime) -> None:
    """Turn the job's hold into what it came to. An unsure end leaves the hold as it is."""
    match outcome:
        case Failed(unsure=True):
            return
        case Finished(cost_cents=told):
            pictures, cents = 1, _first(told, ticket.cost_cents if ticket else None, job.reserved_cents)
        case Cancelled(cost_cents=told) | Failed(cost_cents=told):
            pictures, cents = 0, told
        case Moderated():
            pictures, cents = 0, None
    held, spent = _kept(job.reserved_cents or NOTHING), _kept(cents or NOTHING)
    entries: list[tuple[Entry, int, Decimal | None]] = []
    if spent > held:  # it cost more than was thought: the difference is held first, so that the sums stay equal
        entries.append((Entry.HOLD, 0, spent - held))
    if pictures or cents is not None:
        entries.append((Entry.SETTLE, pictures, cents))
    if not pictures or spent < held:
        entries.append((Entry.RELEASE, 1 - pictures, max(NOTHING, held - spent)))
    _write(connection, job, now, entries)


def doubt(connection: sa.Connection, job: Job, now: datetime) -> Mapping[Tab, Spent]:
    """Count a purchase that may have gone through as paid, its hold being needed for another one.

    Gives what the job's counters showed before, as `hold` does.
    """
    return _write(connection, job, now, [(entry, 0, job.reserved_cents) for entry in (Entry.HOLD, Entry.SETTLE)])


def undoubt(connection: sa.Connection, job: Job, now: datetime) -> None:
    """There was no other purchase, so the hold is still the first one's: take back what `doubt` wrote."""
    cents = job.reserved_cents or NOTHING
    _write(connection, job, now, [(Entry.SETTLE, 0, -cents), (Entry.RELEASE, 0, cents)])


def total(connection: sa.Connection) -> LedgerSum:
    """All entries added up."""
    rows = connection.execute(
        sa.select(ledger.c.entry, sa.func.sum(ledger.c.pictures), sa.func.sum(ledger.c.cents)).group_by(ledger.c.entry)
    )
    sums = {entry: (int(pictures), cents or NOTHING) for entry, pictures, cents in rows}
    held, settled, released = (sums.get(entry, (0, NOTHING)) for entry in (Entry.HOLD, Entry.SETTLE, Entry.RELEASE))
    return LedgerSum(
        held_pictures=held[0],
        settled_pictures=settled[0],
        released_pictures=released[0],
        held_cents=held[1],
        settled_cents=settled[1],
        released_cents=released[1],
    )


def unbalanced(connection: sa.Connection) -> tuple[JobId, ...]:
    """Jobs that ended for sure and whose holds are not settled + released: there should be none."""
    left = sa.case((ledger.c.entry == Entry.HOLD, 1), (ledger.c.entry == Entry.SUBMITTING, 0), else_=-1)
    rows = connection.scalars(
        sa.select(ledger.c.job)
        .join(jobs, jobs.c.id == ledger.c.job)
        .where(jobs.c.ended_at.is_not(None), jobs.c.status != Status.UNSURE)
        .group_by(ledger.c.job)
        .having(
            sa.or_(
                sa.func.sum(left * ledger.c.pictures) != 0,
                sa.func.sum(left * sa.type_coerce(sa.func.coalesce(ledger.c.cents, NOTHING), sa.BigInteger)) != 0,
            )
        )
    )
    return tuple(JobId(job) for job in rows)


def spend(connection: sa.Connection, since: datetime) -> tuple[Spend, ...]:
    """What each person's jobs accepted since then come to, the dearest first."""
    # Not the bare column: SQLite would read the whole ledger along its index by person for the sake of the grouping.
    person = sa.func.coalesce(ledger.c.person_key, "").label("person")
    cents = sa.func.sum(_signed(ledger.c.cents))
    priceless = sa.and_(ledger.c.entry == Entry.SETTLE, ledger.c.pictures > 0, ledger.c.cents.is_(None))
    unpriced = sa.func.sum(sa.case((priceless, 1), else_=0))
    rows = connection.execute(
        sa.select(person, sa.func.sum(_signed(ledger.c.pictures)), cents, unpriced)
        .where(ledger.c.held_at >= since)
        .group_by(person)
        .order_by(sa.func.coalesce(cents, 0).desc(), person)
    )
    return tuple(
        Spend(person_key=key, pictures=int(pictures), cents=sum_cents or NOTHING, unpriced=int(count))
        for key, pictures, sum_cents, count in rows
    )


def _signed(amount: sa.ColumnElement[Any]) -> sa.ColumnElement[Any]:
    """What is still held or spent: holds less releases; a settlement only says what became of a hold."""
    plus, minus = sa.case((ledger.c.entry == Entry.HOLD, amount)), sa.case((ledger.c.entry == Entry.RELEASE, amount))
    return sa.type_coerce(sa.func.coalesce(plus, 0) - sa.func.coalesce(minus, 0), amount.type)


def _first(*amounts: Decimal | None) -> Decimal | None:
    return next((amount for amount in amounts if amount is not None), None)


def _kept(cents: Decimal) -> Decimal:
    """The amount as the book keeps it: parts that were rounded each for itself would not add up."""
    return cents.quantize(SMALLEST)


def _write(
    connection: sa.Connection, job: Job, now: datetime, entries: Sequence[tuple[Entry, int, Decimal | None]]
) -> Mapping[Tab, Spent]:
    """Gives what the job's counters showed before; nothing where they stay as they are."""
    connection.execute(
        _NEW,
        [
            {
                "job": job.id,
                "person_key": job.by.key,
                "held_at": job.accepted_at,
                "entry": entry,
                "pictures": pictures,
                "cents": cents,
                "at": now,
            }
            for entry, pictures, cents in entries
        ],
    )
    sign = {Entry.HOLD: 1, Entry.RELEASE: -1}
    moved = [(sign.get(entry, 0), pictures, _kept(cents or NOTHING)) for entry, pictures, cents in entries]
    pictures_more = sum(way * pictures for way, pictures, _ in moved)
    cents_more = sum((way * cents for way, _, cents in moved), NOTHING)
    return totals.add(connection, job, pictures_more, cents_more, now) if pictures_more or cents_more else {}
