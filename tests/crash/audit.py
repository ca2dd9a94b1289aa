"""The auditor: what was promised, held against what the stand-ins and the book saw."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from decimal import Decimal

from bot.engine import SUBMIT_GATE
from bot.job import Status
from tests.crash.account import ENDS, Account, Entry, Post, Sale


def audit(account: Account) -> list[str]:
    """Every broken promise in a sentence; none for a scenario that went well."""
    found = [*_taken_in(account), *_doubts(account), *_failures(account), *_cap(account), *_total(account)]
    for entry in account.book:
        sales = [sale for sale in account.sales if sale.mark == entry.mark]
        posts = [post for post in account.posts if post.mark == entry.mark]
        faults = (*_end(entry, posts), *_purchase(entry, sales), *_money(entry, sales))
        found += [f"{entry.mark} ({entry.door}, {entry.status}): {fault}" for fault in faults]
    return found


def _taken_in(account: Account) -> Iterator[str]:
    """What a door said yes to is in the book once, and nothing is sold or told that is not."""
    booked = Counter(entry.mark for entry in account.book)
    for ask in account.asks:
        if ask.taken and not booked[ask.mark]:
            yield f"{ask.mark}: {ask.door} said that it is accepted, and the book does not know it"
    for mark, times in booked.items():
        if times > 1:
            yield f"{mark}: asked for once, and {times} jobs were made of it"
    for kind, marks in (
        ("sold", {sale.mark for sale in account.sales}),
        ("told", {post.mark for post in account.posts}),
    ):
        for mark in sorted(marks - booked.keys()):
            yield f"{mark or 'something'}: {kind}, and no job is in the book"
    yield from (f"the platform refuses: {violation}" for violation in account.violations)


def _end(entry: Entry, posts: list[Post]) -> Iterator[str]:
    """Every job has an end, its person can read it, and reads of it once."""
    if not entry.status.ended:
        yield "it has no end"
        return
    if entry.deleted:
        if posts:
            yield "it was deleted, and its message stands there still"
        return
    if not entry.told:
        yield "its end was not told"
    if len(posts) != 1:
        yield f"{len(posts)} messages are about it"
    wanted = ENDS[entry.status]
    if any(post.shown is not wanted for post in posts):
        yield f"its message says {', '.join(post.shown for post in posts)}"
    if any(post.twice is not entry.resubmitted for post in posts):
        yield "whether it may have been paid for twice is told wrongly"


def _purchase(entry: Entry, sales: list[Sale]) -> Iterator[str]:
    """A picture is paid for once; twice where the operator wants that, and then its message says so."""
    if len(sales) > (2 if entry.resubmitted else 1):
        yield f"it was bought {len(sales)} times"
    if entry.status is Status.FINISHED and not sales:
        yield "it is finished, and nobody sold it"


def _money(entry: Entry, sales: list[Sale]) -> Iterator[str]:
    """What the provider bills is what the ledger says; an unsure job keeps a hold that covers it."""
    billed = sum((sale.cents for sale in sales if sale.billed), Decimal(0))
    if entry.status is Status.UNSURE:
        open_cents = entry.held - entry.settled - entry.released
        if open_cents < billed:
            yield f"{billed} cents may be billed, and only {open_cents} are held"
    elif entry.status.ended:
        if entry.held != entry.settled + entry.released:
            yield f"of {entry.held} cents held, {entry.settled} were settled and {entry.released} released"
        # The first purchase of a job that was bought once more counts as paid in any case.
        if not billed <= entry.settled <= (entry.held if entry.resubmitted else billed):
            yield f"the provider bills {billed} cents, and the ledger says {entry.settled}"


def _doubts(account: Account) -> Iterator[str]:
    """A kill leaves at most the jobs in doubt that were being handed over at that moment."""
    allowed = SUBMIT_GATE * account.kills + account.doubts
    if account.unsure > allowed:
        yield f"{account.unsure} jobs are unsure, {allowed} may be ({account.kills} kills)"
    again = sum(entry.resubmitted for entry in account.book)
    if again > (allowed if account.resubmits else 0):
        yield f"{again} jobs were bought once more by themselves ({account.kills} kills)"


def _failures(account: Account) -> Iterator[str]:
    """No crash is a reason for a job to fail, or to be stopped."""
    failed = [entry.mark for entry in account.book if entry.status in (Status.FAILED, Status.MODERATED)]
    if len(failed) > account.failures:
        yield f"{len(failed)} jobs failed ({', '.join(failed)}), {account.failures} may"
    stopped = [entry.mark for entry in account.book if entry.status is Status.CANCELLED]
    if len(stopped) > account.stops:
        yield f"{len(stopped)} jobs were stopped ({', '.join(stopped)}), {account.stops} times somebody asked for it"


def _cap(account: Account) -> Iterator[str]:
    """No more tasks at once than allowed; those that nobody knows of are not counted, the provider's own limit is."""
    if account.crowded:
        yield f"the provider turned {account.crowded} tasks away: too many were active"
    doubtful = _doubtful(account)
    known = [sale for sale in account.sales if sale.mark not in doubtful]
    # At one and the same moment, an end makes room before a beginning takes it.
    moments = sorted([(sale.begin_s, 1) for sale in known] + [(sale.end_s, -1) for sale in known])
    active = most = 0
    for _, step in moments:
        active += step
        most = max(most, active)
    if most > account.slots:
        yield f"{most} tasks were active at once, {account.slots} may be"


def _total(account: Account) -> Iterator[str]:
    """The sums over everything, to the cent."""
    if account.unbalanced:
        yield f"the ledger of {account.unbalanced} jobs does not add up"
    doubtful = _doubtful(account)
    billed = sum((s.cents for s in account.sales if s.billed and s.mark not in doubtful), Decimal(0))
    settled = sum((entry.settled for entry in account.book if entry.mark not in doubtful), Decimal(0))
    if billed != settled:
        yield f"the provider bills {billed} cents in all, and the ledger says {settled}"


def _doubtful(account: Account) -> set[str]:
    """Jobs with a purchase that nobody knows the end of."""
    return {entry.mark for entry in account.book if entry.status is Status.UNSURE or entry.resubmitted}
