"""Says what was spent: to a person their own, to whoever moderates the team's too, with a plot of it."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass
from datetime import datetime
from typing import Final

import structlog

from bot import plot, policy, statement
from bot.clock import Clock
from bot.errors import BotError
from bot.gallery import Gallery
from bot.message import Person, Picture, Place, Reply
from bot.policy import Limits
from bot.spending import Allowance, Of, Per, Spending, TeamSpending
from bot.store import Store
from bot.words import Words

log = structlog.get_logger(__name__)

DAYS: Final = 30
TOP: Final = 10
"""People in the report."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Till:
    """Reads counters only: a few rows, however long the house has been open."""

    store: Store
    gallery: Gallery
    words: Words
    limits: Limits
    clock: Clock

    async def usage(self, by: Person, at: Place, *, drawn: bool = True) -> Reply:
        """The private answer to /usage; it lacks its picture where there was nothing to draw or to keep it with."""
        spending = await self.spending(by, at)
        picture = await self._drawn(by, spending) if drawn else None
        return statement.usage(spending, picture, self.words, by.locale)

    async def spending(self, by: Person, at: Place) -> Spending:
        """What the person, asking there, may know of what was spent."""
        now = self.clock.now()
        tabs = policy.tabs(by, at, now, self.limits)
        spent = await self.store.spent(tabs)
        own = {tab.per: tab for tab in tabs if tab.of is Of.PERSON}
        day, month = own[Per.DAY], own[Per.MONTH]
        return Spending(
            day=day.period,
            month=month.period,
            today=spent[day],
            this_month=spent[month],
            days=await self.store.days(day.scope, policy.last_days(now, DAYS, self.limits)),
            allowances=[Allowance(tab, spent[tab], policy.ends(tab, self.limits)) for tab in tabs if tab.capped],
            team=await team(self.store, self.limits, now) if by.moderates(at) else None,
        )

    async def _drawn(self, by: Person, spending: Spending) -> Picture | None:
        drawing = plot.drawing(spending, self.words, by.locale)
        if drawing is None:
            return None
        try:
            saved = await self.gallery.keep(await asyncio.to_thread(plot.png, drawing), by=by.key)
        except BotError as error:  # the numbers say the same
            log.warning("a plot was not kept", error=type(error).__name__)
            return None
        alt = plot.alt(drawing)
        return Picture(saved.id, saved.name, alt, saved.width, saved.height, saved.size_bytes)


async def team(store: Store, limits: Limits, now: datetime, *, month: str = "", top: int | None = TOP) -> TeamSpending:
    """What all spent; of another month than this ("2026-10"), its people, models and days."""
    this = policy.period(now, Per.MONTH, limits)
    past = month not in ("", this)
    days = policy.days_of(month) if past else policy.last_days(now, DAYS, limits)
    return await store.team(day=policy.period(now, Per.DAY, limits), month=month or this, periods=days, top=top)
