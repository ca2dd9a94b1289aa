"""What an operator does in the terminal beside a bot that may be running: look at jobs, run one anew, migrate."""

from __future__ import annotations

from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from datetime import timedelta
from typing import Final

from rich.console import Console
from rich.table import Table

from bot.app import database_url
from bot.clock import RealClock
from bot.job import JobId, Status
from bot.request import Imagine
from bot.settings import Settings
from bot.store import JobRecord, Store
from bot.words import Words

LATE: Final = timedelta(minutes=15)
"""How long a job may be open before it counts as stuck: a vendor's deadline is two minutes by default."""
UNTOLD: Final = timedelta(minutes=5)
"""How long an end may be untold: a platform that is down is tried for an hour."""


async def list_jobs(settings: Settings, words: Words, tongue: str, status: Status | None, limit: int) -> None:
    """Print the newest jobs as a table."""
    async with _visited(settings) as store:
        records = await store.jobs(status=status, limit=limit)
    _print(records, words, tongue, "terminal-no-jobs")


async def list_stuck(settings: Settings, words: Words, tongue: str, limit: int) -> None:
    """Print the jobs that need a look: late, untold or unsure."""
    now = RealClock().now()
    async with _visited(settings) as store:
        records = await store.stuck(open_since=now - LATE, untold_since=now - UNTOLD, limit=limit)
    _print(records, words, tongue, "terminal-nothing-stuck")


async def rerun(settings: Settings, words: Words, tongue: str, job: str) -> None:
    """Let a job wait for another run; a bot that is running takes it up. Raises JobUnknownError, TooLateError."""
    async with _visited(settings) as store:
        await store.rerun(JobId(job))
    Console(highlight=False).print(words.say(tongue, "terminal-rerun", job=job))


async def migrate(settings: Settings, words: Words, tongue: str) -> None:
    """Bring the database to this release's schema. Raises SettingsError."""
    async with _visited(settings) as store:
        schema = store.schema
    Console(highlight=False).print(words.say(tongue, "terminal-migrated", schema=schema))


@asynccontextmanager
async def _visited(settings: Settings) -> AsyncIterator[Store]:
    store = await Store.open(database_url(settings), clock=RealClock(), visit=True)
    try:
        yield store
    finally:
        await store.close()


def _print(records: Sequence[JobRecord], words: Words, tongue: str, none: str) -> None:
    console = Console(highlight=False)
    if not records:
        console.print(words.say(tongue, none))
        return
    headings = ("job", "status", "made", "model", "by", "size", "cost")
    table = Table(*(words.say(tongue, f"label-{name}") for name in headings), box=None, pad_edge=False)
    for record in records:
        job, outcome = record.job, record.outcome
        cents = getattr(outcome, "cost_cents", None)
        table.add_row(
            job.id,
            record.status.value,
            f"{record.accepted_at:%Y-%m-%d %H:%M}",
            f"{job.provider}/{job.model}",
            job.by.name,
            str(job.request.shape) if isinstance(job.request, Imagine) else f"x{job.request.factor}",
            "" if cents is None else words.money(tongue, cents),
        )
    console.print(table)
