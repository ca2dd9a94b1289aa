"""What an operator does in the terminal beside a bot that may be running: look at jobs, run one anew,
settle one, migrate."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from datetime import timedelta
from decimal import Decimal
from functools import partial
from typing import Final

from click import ClickException
from rich.console import Console
from rich.table import Table
from rich.text import Text

from bot import policy
from bot.app import database_url, limits_of
from bot.clock import RealClock
from bot.errors import TooLateError
from bot.job import Job, JobId, Status
from bot.policy import Limits
from bot.request import Imagine
from bot.settings import Settings
from bot.settling import by_hand
from bot.spending import Tab
from bot.store import JobRecord, Store, running
from bot.words import Words

LATE: Final = timedelta(minutes=15)
"""How long a job may be open before it counts as stuck: a vendor's deadline is two minutes by default."""
UNTOLD: Final = timedelta(minutes=5)
"""How long an end may be untold: a platform that is down is tried for an hour."""
ROOMY: Final = 100
"""Columns of a terminal in which a job has room in one line."""


async def list_jobs(settings: Settings, words: Words, tongue: str, status: Status | None, limit: int) -> None:
    """Print the newest jobs as a table."""
    async with _opened(settings) as store:
        records = await store.jobs(status=status, limit=limit)
    if status is None:
        none = words.say(tongue, "terminal-no-jobs")
    else:
        none = words.say(tongue, "terminal-no-jobs-of", status=_standing(status, words, tongue))
    _print(records, words, tongue, none)


async def list_stuck(settings: Settings, words: Words, tongue: str, limit: int) -> None:
    """Print the jobs that need a look: late, untold or unsure."""
    now = RealClock().now()
    async with _opened(settings) as store:
        records = await store.stuck(open_since=now - LATE, untold_since=now - UNTOLD, limit=limit)
    _print(records, words, tongue, words.say(tongue, "terminal-nothing-stuck"))


async def rerun(settings: Settings, words: Words, tongue: str, job: str) -> None:
    """Let a job wait for another run; a bot that is running takes it up. Raises JobUnknownError, ClickException."""
    async with _opened(settings) as store:
        try:
            await store.rerun(JobId(job), partial(_counting_now, limits_of(settings)))
        except TooLateError:
            raise await _not_so(store, job, words, tongue, "terminal-not-rerun") from None
    _say(words.say(tongue, "terminal-rerun", job=job))


async def settle(
    settings: Settings, words: Words, tongue: str, job: str, *, charged: bool, cost_cents: Decimal | None
) -> None:
    """End an unsure job as the provider's bill tells; a bot that is running tells it. Raises as `rerun`."""
    async with _opened(settings) as store:
        try:
            await by_hand(store, JobId(job), charged=charged, cost_cents=cost_cents)
        except TooLateError:
            raise await _not_so(store, job, words, tongue, "terminal-not-settled") from None
    _say(words.say(tongue, "terminal-settled-charged" if charged else "terminal-settled-free", job=job))


async def migrate(settings: Settings, words: Words, tongue: str) -> None:
    """Bring the database to this release's schema. Raises SettingsError."""
    alone = await asyncio.to_thread(running, database_url(settings)) is None  # else a house has the file up to date
    async with _opened(settings, visit=not alone) as store:
        schema = store.schema
    _say(words.say(tongue, "terminal-migrated", schema=schema))


def _counting_now(limits: Limits, job: Job) -> tuple[Tab, ...]:
    """The counters that the job would be in if it were accepted now."""
    return policy.tabs(job.by, job.at, RealClock().now(), limits, model=f"{job.provider}/{job.model}")


@asynccontextmanager
async def _opened(settings: Settings, *, visit: bool = True) -> AsyncIterator[Store]:
    store = await Store.open(database_url(settings), clock=RealClock(), visit=visit)
    try:
        yield store
    finally:
        await store.close()


async def _not_so(store: Store, job: str, words: Words, tongue: str, key: str) -> ClickException:
    """The sentence that says how the job stands instead."""
    record = await store.record(JobId(job))
    return ClickException(words.say(tongue, key, job=job, status=_standing(record.status, words, tongue)))


def _standing(status: Status, words: Words, tongue: str) -> str:
    return words.say(tongue, f"status-{status.value}")


def _say(sentence: str) -> None:
    Console(highlight=False, soft_wrap=True).print(sentence, markup=False)


def _print(records: Sequence[JobRecord], words: Words, tongue: str, none: str) -> None:
    console = Console(highlight=False)
    if not records:
        console.print(none)
        return
    headings = ("job", "status", "made", "model", "by", "size", "cost")
    narrow = console.width < ROOMY
    gap, edge = ("\n", "\n") if narrow else (" ", "")
    table = Table(box=None, pad_edge=False, collapse_padding=narrow)
    for name in headings:  # the id is whole at any width: it is what the other options take
        whole = name in ("job", "status", "made")
        table.add_column(words.say(tongue, f"label-{name}"), no_wrap=whole, overflow="fold")
    for record in records:
        job, outcome = record.job, record.outcome
        cents = getattr(outcome, "cost_cents", None)
        table.add_row(
            job.id,
            _standing(record.status, words, tongue),
            f"{record.accepted_at:%Y-%m-%d}{gap}{record.accepted_at:%H:%M}",
            f"{job.provider}/{edge}{job.model}",
            Text(job.by.name),
            str(job.request.shape) if isinstance(job.request, Imagine) else f"x{job.request.factor}",
            "" if cents is None else words.money(tongue, cents),
        )
    console.print(table)
