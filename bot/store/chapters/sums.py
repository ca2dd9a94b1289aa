"""What was spent, and how long it took."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime

from bot.job import JobId
from bot.spending import Alert, Share, Spent, Tab, TeamSpending
from bot.store import alerts, ledger, pace, totals
from bot.store.chapters.chapter import Chapter
from bot.store.values import LedgerSum, Spend


class Sums(Chapter):
    async def took(self, provider: str, model: str, size: str, seconds: float) -> None:
        """Learn how long a task took at the provider, from submit to ready; the last few hundred are kept."""
        await self._write(pace.learn, provider, model, size, seconds, self._clock.now())

    async def durations(self, provider: str, model: str, size: str, limit: int = pace.KEPT) -> tuple[float, ...]:
        """How long the last tasks took, in seconds, the newest first. size: their class (bot/pace.py)."""
        return await self._read(pace.last, provider, model, size, limit)

    async def spend(self, since: datetime) -> tuple[Spend, ...]:
        """What each person's jobs accepted since then come to, the dearest first."""
        return await self._read(ledger.spend, since)

    async def spent(self, tabs: Sequence[Tab]) -> Mapping[Tab, Spent]:
        """What these counters show."""
        return await self._read(totals.read, tabs)

    async def days(self, scope: str, periods: Sequence[str]) -> tuple[Share, ...]:
        """What a scope spent in each of these periods, in their order."""
        return await self._read(totals.days, scope, periods)

    async def team(self, *, day: str, month: str, periods: Sequence[str], top: int | None) -> TeamSpending:
        """What all spent: on the day, in the month, by model and by those who spent most in it, and in each period."""
        return await self._read(totals.team, day, month, periods, top)

    async def alerts_due(self, place: str) -> tuple[Alert, ...]:
        """Caps that were reached to some extent, which was not told in this place ("slack:C0123") yet."""
        return await self._read(alerts.due, place, self._clock.now())

    async def alerted(self, place: str, alert: Alert) -> bool:
        """Note, before it is posted, that this process tells it there; False where another does."""
        return await self._write(alerts.told, place, alert, self._clock.now())

    async def not_alerted(self, place: str, alert: Alert) -> None:
        """It could not be posted, and is due again."""
        await self._write(alerts.not_told, place, alert)

    async def ledger_sum(self) -> LedgerSum:
        """The whole ledger added up; reads all of it."""
        return await self._read(ledger.total)

    async def unbalanced(self) -> tuple[JobId, ...]:
        """Jobs that ended for sure and whose ledger does not add up: there should be none. Reads everything."""
        return await self._read(ledger.unbalanced)
