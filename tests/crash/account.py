"""What an auditor is handed after a scenario: who asked, what was sold, what stands where, and what the book says."""

from __future__ import annotations

import math
import re
from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from enum import StrEnum
from typing import Final

from bot.job import Status

MARK: Final = re.compile(r"\bwren\d{4}\b")
"""Each wish names a bird of its own in its prompt, by which it is known to the provider, in the book and in chats."""


def mark_of(text: str) -> str:
    """The bird that a text names; empty where it names none."""
    found = MARK.search(text)
    return found[0] if found else ""


class Shown(StrEnum):
    """What a message says about its job to whoever reads it."""

    GOING = "going"
    PICTURE = "picture"
    MODERATED = "moderated"
    FAILED = "failed"
    UNSURE = "unsure"
    CANCELLED = "cancelled"


ENDS: Final = {
    Status.FINISHED: Shown.PICTURE,
    Status.MODERATED: Shown.MODERATED,
    Status.FAILED: Shown.FAILED,
    Status.UNSURE: Shown.UNSURE,
    Status.CANCELLED: Shown.CANCELLED,
}


@dataclass(frozen=True, slots=True)
class Ask:
    """A wish that somebody typed. taken: its door said that it is accepted."""

    mark: str
    door: str
    taken: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Sale:
    """A task in the provider's journal. It counts against the cap from begin_s to end_s, by the provider's clock."""

    mark: str
    cents: Decimal
    billed: bool
    begin_s: float
    end_s: float = math.inf


@dataclass(frozen=True, slots=True)
class Post:
    """A message of the bot's, as it stands in a chat."""

    mark: str
    door: str
    shown: Shown
    twice: bool = False
    """Whether it says that the picture may have been paid for twice."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """A job in the book, with the sums of its ledger in cents."""

    mark: str
    door: str
    status: Status
    told: bool
    deleted: bool = False
    resubmitted: bool = False
    """Bought once more, after a purchase that nobody knows the end of."""
    held: Decimal = Decimal(0)
    settled: Decimal = Decimal(0)
    released: Decimal = Decimal(0)


@dataclass(frozen=True, slots=True, kw_only=True)
class Account:
    """One scenario, whole. kills: processes that were ended by force.

    doubts: jobs that may end as unsure for another reason than a kill, such as an answer that the provider lost.
    failures: jobs that may end without a picture, since the provider could not or would not make one.
    stops: how often somebody asked for one to be stopped.
    resubmits: the operator wants what is unsure to be bought once more.
    """

    asks: Sequence[Ask]
    sales: Sequence[Sale]
    posts: Sequence[Post]
    book: Sequence[Entry]
    slots: int
    kills: int = 0
    doubts: int = 0
    failures: int = 0
    stops: int = 0
    resubmits: bool = False
    crowded: int = 0
    """How often the provider turned a task away since too many were active."""
    unbalanced: int = 0
    """Jobs whose ledger does not add up, as the store itself counts them."""
    violations: Sequence[str] = ()
    """What the platforms would have refused."""

    @property
    def unsure(self) -> int:
        return sum(entry.status is Status.UNSURE for entry in self.book)
