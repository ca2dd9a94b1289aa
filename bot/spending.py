"""What was spent and what may be: counters by scope and period, the caps on them, and the report of both."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from enum import StrEnum
from typing import Final

NOTHING: Final = Decimal(0)
THRESHOLDS: Final = (50, 80, 100)
"""Per cent of a cap at which those who run the house are told."""


class Of(StrEnum):
    """Whose counter it is. Of a model there are no caps: it is counted for the report."""

    PERSON = "person"
    ROLE = "role"
    CHANNEL = "channel"
    TEAM = "team"
    MODEL = "model"


class Per(StrEnum):
    """How long a counter runs, from midnight to midnight in the house's time zone."""

    DAY = "day"
    MONTH = "month"


class Unit(StrEnum):
    """What is counted; money is in US cents."""

    PICTURES = "pictures"
    CENTS = "cents"


@dataclass(frozen=True, slots=True, kw_only=True)
class Cap:
    """No more than that, for `of` and in each `per`. id names a role or channel; of a channel, "" means each."""

    of: Of
    per: Per
    id: str = ""
    pictures: int | None = None
    cents: Decimal | None = None

    def goes_for(self, of: Of, per: Per, ids: Collection[str]) -> bool:
        """Whether it caps a counter of that kind which goes by one of these ids."""
        return (self.of, self.per) == (of, per) and self.id in ids


@dataclass(frozen=True, slots=True)
class Tab:
    """A counter that a job counts in, with what may be on it at most as things stood when the job was accepted.

    scope is such as "team", "person:discord:1", "channel:slack:C1", "role:discord:2" or "model:flux/flux-dev"; period
    is such as "2026-11-21" or "2026-11".
    """

    scope: str
    period: str
    pictures: int | None = None
    cents: Decimal | None = None

    @property
    def of(self) -> Of:
        return Of(self.scope.partition(":")[0])

    @property
    def per(self) -> Per:
        return Per.DAY if len(self.period) > len("2026-11") else Per.MONTH

    @property
    def capped(self) -> bool:
        return self.pictures is not None or self.cents is not None


@dataclass(frozen=True, slots=True)
class Spent:
    """What a counter shows: held, settled or unsure, and not given back."""

    pictures: int = 0
    cents: Decimal = NOTHING


@dataclass(frozen=True, slots=True)
class Share:
    """One row of a report: a person by name, a model as "flux/flux-dev", or a day as "2026-11-21"."""

    name: str
    spent: Spent


@dataclass(frozen=True, slots=True, kw_only=True)
class TeamSpending:
    """What all came to. people are the dearest first, as many as were asked for; days the oldest first, without gaps.

    unsure is what is held for jobs of which nobody knows how they ended.
    """

    day: Spent
    month: Spent
    people: Sequence[Share]
    models: Sequence[Share]
    days: Sequence[Share]
    unsure: Spent


@dataclass(frozen=True, slots=True)
class Allowance:
    """A cap that goes for somebody, what is spent of it, and when it begins anew (in the house's time zone)."""

    tab: Tab
    spent: Spent
    resets_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Spending:
    """What a person reads of themselves and, where they moderate, of the team. day and month are periods."""

    day: str
    month: str
    today: Spent
    this_month: Spent
    days: Sequence[Share]
    allowances: Sequence[Allowance]
    team: TeamSpending | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Alert:
    """A cap of which so many per cent were reached. spent and limit are in `unit`."""

    scope: str
    period: str
    unit: Unit
    limit: Decimal
    percent: int
    spent: Decimal
