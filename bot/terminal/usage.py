"""`imagebot usage`: what the team spent in a month, by person, model and day, as tables and as a plot."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from pathlib import Path

from rich.console import Console
from rich.table import Table
from rich.text import Text

from bot import plot, policy, statement
from bot.app import database_url, limits_of
from bot.clock import RealClock
from bot.errors import HouseError
from bot.settings import Settings
from bot.spending import NOTHING, Per, Share, Spent, TeamSpending
from bot.store import Store
from bot.till import team
from bot.words import Words


async def show(settings: Settings, words: Words, tongue: str, *, month: str | None, picture: Path | None) -> None:
    """Print it, and draw it into `picture`; month is such as "2026-11". Raises SettingsError, HouseError."""
    clock, limits = RealClock(), limits_of(settings)
    this = policy.period(clock.now(), Per.MONTH, limits)
    asked = month or this
    store = await Store.open(database_url(settings), clock=clock, visit=True)
    try:
        spent = await team(store, limits, clock.now(), month=asked, top=None)
    finally:
        await store.close()
    console = Console(highlight=False)
    if not spent.month.pictures:
        console.print(words.say(tongue, "terminal-usage-none", month=asked))
    else:
        _print(console, spent, asked, words, tongue)
    if spent.unsure != Spent():
        console.print(words.say(tongue, "terminal-usage-unsure", spent=statement.spent(spent.unsure, words, tongue)))
    drawn = plot.of_team(spent, words, tongue, month=None if asked == this else asked)
    if picture is None or drawn is None:
        return
    try:
        await asyncio.to_thread(picture.write_bytes, await asyncio.to_thread(plot.png, drawn))
    except OSError as error:
        raise HouseError(f"{picture} cannot be written: {error.strerror}") from error
    console.print(words.say(tongue, "terminal-saved", path=str(picture)))


def _print(console: Console, spent: TeamSpending, month: str, words: Words, tongue: str) -> None:
    days = [share for share in spent.days if share.name.startswith(month) and share.spent != Spent()]
    whole = Share(month, spent.month)
    for kind, shares in (("person", spent.people), ("model", spent.models), ("day", [*days, whole])):
        console.print(_table(kind, shares, words, tongue))
        console.print()


def _table(kind: str, shares: Sequence[Share], words: Words, tongue: str) -> Table:
    table = Table(box=None, pad_edge=False)
    table.add_column(words.say(tongue, f"label-usage-{kind}"), min_width=24)
    for heading in ("pictures", "money"):
        table.add_column(words.say(tongue, f"label-usage-{heading}"), justify="right")
    for share in shares:
        cents = share.spent.cents
        money = words.total(tongue, cents) if cents != NOTHING else words.say(tongue, "cost-free")
        table.add_row(Text(share.name), str(share.spent.pictures), money)
    return table
