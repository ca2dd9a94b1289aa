"""The auditor finds each kind of broken promise in an account that was doctored."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal

import pytest

from bot.job import Status
from tests.crash.account import Account, Ask, Entry, Post, Sale, Shown
from tests.crash.audit import audit

PRICE = Decimal("2.5")
ASK = Ask("wren0001", "web", taken=True)
SALE = Sale(mark="wren0001", cents=PRICE, billed=True, begin_s=0.0, end_s=5.0)
POST = Post("wren0001", "web", Shown.PICTURE)
ENTRY = Entry(mark="wren0001", door="web", status=Status.FINISHED, told=True, held=PRICE, settled=PRICE)
CLEAN = Account(asks=[ASK], sales=[SALE], posts=[POST], book=[ENTRY], slots=1)
UNSURE = replace(ENTRY, status=Status.UNSURE, settled=Decimal(0))
DOUBT = replace(CLEAN, book=[UNSURE], posts=[replace(POST, shown=Shown.UNSURE)], kills=1)
FAILED = replace(ENTRY, status=Status.FAILED, settled=Decimal(0), released=PRICE)
TWICE = replace(ENTRY, resubmitted=True, held=2 * PRICE, settled=2 * PRICE)
AGAIN = replace(CLEAN, resubmits=True, kills=1, book=[TWICE], sales=[SALE, SALE], posts=[replace(POST, twice=True)])
REFUND = replace(CLEAN, failures=1, book=[FAILED], posts=[replace(POST, shown=Shown.FAILED)], sales=[])


@pytest.mark.parametrize("account", [CLEAN, DOUBT, REFUND, AGAIN, replace(AGAIN, sales=[SALE])])
def test_an_account_without_fault_is_passed(account: Account) -> None:
    assert audit(account) == []


@pytest.mark.parametrize(
    ("doctored", "finding"),
    [
        (replace(CLEAN, book=[], sales=[], posts=[]), "the book does not know it"),
        (replace(CLEAN, book=[ENTRY, ENTRY]), "2 jobs were made of it"),
        (
            replace(CLEAN, sales=[SALE, replace(SALE, mark="wren0002", billed=False, begin_s=9, end_s=9)]),
            "sold, and no",
        ),
        (replace(CLEAN, posts=[POST, replace(POST, mark="wren0002")]), "told, and no job"),
        (replace(CLEAN, book=[replace(ENTRY, status=Status.RUNNING)]), "has no end"),
        (replace(CLEAN, book=[replace(ENTRY, told=False)]), "its end was not told"),
        (replace(CLEAN, posts=[]), "0 messages are about it"),
        (replace(CLEAN, posts=[POST, POST]), "2 messages are about it"),
        (replace(CLEAN, posts=[replace(POST, shown=Shown.GOING)]), "its message says going"),
        (replace(CLEAN, book=[replace(ENTRY, deleted=True)]), "stands there still"),
        (replace(CLEAN, sales=[SALE, replace(SALE, billed=False, begin_s=6.0, end_s=7.0)]), "bought 2 times"),
        (replace(CLEAN, sales=[]), "nobody sold it"),
        (replace(AGAIN, resubmits=False), "1 jobs were bought once more"),
        (replace(AGAIN, kills=0), "1 jobs were bought once more"),
        (replace(AGAIN, sales=[SALE] * 3), "bought 3 times"),
        (replace(AGAIN, posts=[POST]), "told wrongly"),
        (replace(CLEAN, posts=[replace(POST, twice=True)]), "told wrongly"),
        (replace(AGAIN, book=[replace(TWICE, settled=PRICE, released=PRICE)]), "bills 5.0 cents, and the ledger"),
        (replace(DOUBT, kills=0), "1 jobs are unsure, 0 may be"),
        (replace(DOUBT, posts=[POST]), "its message says picture"),
        (replace(DOUBT, book=[replace(UNSURE, released=PRICE)]), "only 0.0 are held"),
        (
            replace(
                REFUND, book=[replace(FAILED, status=Status.CANCELLED)], posts=[replace(POST, shown=Shown.CANCELLED)]
            ),
            "1 jobs were stopped (wren0001), 0 times",
        ),
        (replace(REFUND, failures=0), "1 jobs failed (wren0001), 0 may"),
        (replace(REFUND, sales=[SALE]), "the provider bills 2.5 cents, and the ledger says 0"),
        (replace(CLEAN, book=[replace(ENTRY, held=Decimal(3))]), "of 3 cents held"),
        (replace(CLEAN, book=[replace(ENTRY, settled=Decimal("2.49"), released=Decimal("0.01"))]), "ledger says 2.49"),
        (replace(CLEAN, slots=0), "1 tasks were active at once"),
        (replace(CLEAN, crowded=1), "turned 1 tasks away"),
        (replace(CLEAN, unbalanced=1), "does not add up"),
        (replace(CLEAN, violations=["an edit of nobody's message"]), "the platform refuses"),
    ],
)
def test_a_doctored_account_is_not(doctored: Account, finding: str) -> None:
    assert any(finding in line for line in audit(doctored)), audit(doctored)


def test_a_kill_excuses_no_more_than_what_was_being_handed_over() -> None:
    marks = [f"wren{number:04d}" for number in range(5)]
    account = replace(
        DOUBT,
        asks=[replace(ASK, mark=mark) for mark in marks],
        sales=[replace(SALE, mark=mark) for mark in marks],
        posts=[Post(mark, "web", Shown.UNSURE) for mark in marks],
        book=[replace(UNSURE, mark=mark) for mark in marks],
    )
    assert audit(account) == ["5 jobs are unsure, 4 may be (1 kills)"]


def test_tasks_that_follow_each_other_are_not_active_at_once() -> None:
    later = replace(SALE, mark="wren0002", begin_s=5.0, end_s=9.0)
    account = replace(
        CLEAN,
        asks=[ASK, replace(ASK, mark="wren0002")],
        sales=[SALE, later],
        posts=[POST, replace(POST, mark="wren0002")],
        book=[ENTRY, replace(ENTRY, mark="wren0002")],
    )
    assert audit(account) == []
    sooner = [SALE, replace(later, begin_s=4.9)]
    assert audit(replace(account, sales=sooner)) == ["2 tasks were active at once, 1 may be"]
