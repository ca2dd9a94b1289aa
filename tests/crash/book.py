"""What the bot's database says, read from its tables by another process than the bot."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

import sqlalchemy as sa

from bot.job import Finished, Job, Status
from bot.message import Reply, Tone
from bot.record import decode
from bot.request import Imagine
from bot.store import ledger, opening
from bot.store.tables import Entry as Kind
from bot.store.tables import announcements, jobs, processes
from bot.store.tables import ledger as entries
from bot.words import Words
from tests.crash.account import Entry, Post, Shown, mark_of

TONES = {
    Tone.DONE: Shown.PICTURE,
    Tone.REFUSED: Shown.MODERATED,
    Tone.FAILED: Shown.FAILED,
    Tone.UNSURE: Shown.UNSURE,
    Tone.CANCELLED: Shown.CANCELLED,
}
TWICE = Words.load().say("en", "note-resubmitted")


@dataclass(frozen=True, slots=True)
class Book:
    """A database's address, such as sqlite:///data/imagebot.sqlite."""

    url: str

    def left(self) -> int:
        """How many jobs there are whose end was not told yet."""
        with self._reading() as connection:
            gone = announcements.c.deleted_at.is_not(None)
            joined = jobs.outerjoin(announcements, announcements.c.job == jobs.c.id)
            open_ = sa.or_(jobs.c.ended_at.is_(None), sa.and_(jobs.c.delivered_at.is_(None), sa.not_(gone)))
            return connection.scalar(sa.select(sa.func.count()).select_from(joined).where(open_)) or 0

    def processes(self) -> frozenset[str]:
        """The ids of those that say they live, or died not long ago."""
        with self._reading() as connection:
            return frozenset(connection.scalars(sa.select(processes.c.id)))

    def statuses(self) -> list[str]:
        with self._reading() as connection:
            return list(connection.scalars(sa.select(jobs.c.status).order_by(jobs.c.number)))

    def entries(self) -> list[Entry]:
        """Every job, oldest first."""
        with self._reading() as connection:
            sums = _sums(connection)
            return [
                Entry(
                    mark=mark_of(_prompt(row)),
                    door=row.door,
                    status=Status(row.status),
                    told=row.delivered_at is not None and not row.untold,
                    deleted=row.deleted_at is not None,
                    resubmitted=_resubmitted(row),
                    held=sums.get((row.id, Kind.HOLD), Decimal(0)),
                    settled=sums.get((row.id, Kind.SETTLE), Decimal(0)),
                    released=sums.get((row.id, Kind.RELEASE), Decimal(0)),
                )
                for row in _rows(connection)
            ]

    def web_posts(self) -> list[Post]:
        """The messages of the web door's channel, which stand here."""
        with self._reading() as connection:
            return [
                Post(mark_of(_prompt(row)), "web", TONES.get(reply.tone, Shown.GOING), twice=TWICE in reply.body)
                for row in _rows(connection)
                if row.door == "web" and row.reply is not None and row.deleted_at is None
                for reply in (decode(row.reply, Reply),)
            ]

    def unbalanced(self) -> int:
        with self._reading() as connection:
            return len(ledger.unbalanced(connection))

    @contextmanager
    def _reading(self) -> Iterator[sa.Connection]:
        engine = opening.connect(self.url)
        try:
            with engine.begin() as connection:
                yield connection
        finally:
            engine.dispose()


def _rows(connection: sa.Connection) -> list[Any]:
    columns = (*jobs.c, announcements.c.reply, announcements.c.deleted_at)
    joined = jobs.outerjoin(announcements, announcements.c.job == jobs.c.id)
    return list(connection.execute(sa.select(*columns).select_from(joined).order_by(jobs.c.number)))


def _sums(connection: sa.Connection) -> dict[tuple[str, str], Decimal]:
    rows = connection.execute(
        sa.select(entries.c.job, entries.c.entry, sa.func.sum(entries.c.cents)).group_by(entries.c.job, entries.c.entry)
    )
    return {(job, entry): cents or Decimal(0) for job, entry, cents in rows}


def _resubmitted(row: Any) -> bool:
    return row.status == Status.FINISHED and "resubmitted" in decode(row.outcome, Finished).notes


def _prompt(row: Any) -> str:
    request = decode(row.job, Job).request
    return request.prompt if isinstance(request, Imagine) else ""
