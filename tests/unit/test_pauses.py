"""A provider that takes nothing for a while: jobs wait for it, are told why, and end honestly if it takes too long."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from pathlib import Path
from random import Random
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from bot.breaker import Trouble
from bot.detour import Detour
from bot.errors import BotError, OutOfCreditError, ThrottledError, UnreachableError, UnsureError
from bot.gallery import Gallery
from bot.job import JobId, Pause, Status, Ticket
from bot.message import Reply, Tone
from bot.policy import Limits
from bot.providers import Health, Kit, Order
from bot.providers.catalogue import Catalogue, Stand
from bot.reply import Replies, Standing
from bot.request import Wish
from bot.store import Store
from tests.clock import HeldClock, SwiftClock
from tests.house import ADA, BOB, STREET, ScriptedProvider, TestHouse, all_words, house
from tests.unit.store.made import drawn, made_job
from tests.wire.living import soon


class Poor(ScriptedProvider):
    """Counts how often its account is asked about."""

    looks = 0
    credits_cents = 0.0

    async def check(self) -> Health:
        self.looks += 1
        return Health(credits_cents=self.credits_cents)


@pytest.fixture
async def home(tmp_path: Path) -> AsyncIterator[TestHouse]:
    async with house(tmp_path, clock=SwiftClock()) as opened:
        yield opened


async def imagine(home: TestHouse, wish: str = "a fox") -> JobId:
    return await home.desk.accept(Wish(prompt=wish), by=ADA, at=STREET, event=home.ring())


def failing(home: TestHouse, error: BotError, times: int = 1_000_000) -> None:
    """The provider refuses so many purchases, then sells."""

    async def submit(order: Order) -> Ticket:
        if len(home.provider.orders) <= times:
            raise error
        return Ticket("scripted", "t", cost_cents=Decimal(3))

    home.provider.on_submit = submit


async def shown(home: TestHouse, job: JobId, wanted: Callable[[Reply], bool]) -> Reply:
    """The job's message once it is as wanted."""
    async with asyncio.timeout(10):
        while True:
            receipt = (await home.store.record(job)).receipt
            if receipt is not None and wanted(home.street.messages[receipt.handle]):
                return home.street.messages[receipt.handle]
            await asyncio.sleep(0.01)  # between two looks


@pytest.mark.parametrize(
    ("error", "times", "told"),
    [
        (ThrottledError(retry_after_s=40), 1, "asked for a pause"),
        (OutOfCreditError(), 1, "credit with the picture service is used up"),
        (UnreachableError(), 3, "is down"),
    ],
)
async def test_a_job_waits_for_its_provider_is_told_why_and_goes_on(
    home: TestHouse, error: BotError, times: int, told: str
) -> None:
    failing(home, error, times)
    job = await imagine(home)
    waiting = await shown(home, job, lambda reply: told in reply.body)
    assert waiting.tone is Tone.WORKING
    assert (await home.told(job)).tone is Tone.DONE
    assert len(home.provider.orders) == times + 1
    assert (await home.store.ledger_sum()).settled_cents == Decimal(3)
    assert await home.store.strains() == ()


async def test_one_job_tries_a_provider_that_was_down_before_the_others_go(home: TestHouse) -> None:
    failing(home, UnreachableError(), 3)
    first = await imagine(home)
    await shown(home, first, lambda reply: "is down" in reply.body)
    tried, sold = asyncio.Event(), asyncio.Event()

    async def submit(order: Order) -> Ticket:
        tried.set()
        await sold.wait()
        return Ticket("scripted", "t")

    home.provider.on_submit = submit
    others = [await imagine(home) for _ in range(2)]
    async with asyncio.timeout(10):
        await tried.wait()
        before = len(home.provider.orders)
        for _ in range(5):
            home.desk._intake._waits()
            await home.store.waiting()
        assert len(home.provider.orders) == before
    sold.set()
    assert [(await home.told(job)).tone for job in (first, *others)] == [Tone.DONE] * 3


async def test_an_empty_account_is_asked_about_and_nothing_tried_before_there_is_credit(tmp_path: Path) -> None:
    clock = HeldClock()
    store = await Store.open(f"sqlite:///{tmp_path}/bot.sqlite", clock=clock)
    vendor = Poor()
    stand = Stand(name="scripted", title="Scripted", variable="KEY", settings=None, provider=vendor)
    gallery = await Gallery.open(tmp_path / "gallery", store, clock=clock)
    detour = Detour(
        store=store, gallery=gallery, catalogue=Catalogue([stand], Kit(clock=clock, data_dir=tmp_path)),
        limits=Limits(), clock=clock, random=Random(1), fallback=False, waits=lambda: None, over=lambda job: None,
    )  # fmt: skip
    job = made_job(clock, provider="scripted")
    await store.lanes(("scripted",))
    await store.accept(job, lambda usage: None, draw=drawn)
    await store.announced(job.id, None)
    await detour.note(job, OutOfCreditError())
    tries = 0
    for _ in range(215):
        await clock.advance(1)
        await detour.look(worker=True)
        tries += len(await store.give_turns("scripted", 1, limit=1))
        vendor.credits_cents = 500 if vendor.looks == 3 else 0
    await store.close()
    assert (vendor.looks, tries) == (4, 1)


async def test_after_ten_minutes_without_credit_a_job_ends_unpaid(
    home: TestHouse, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def check() -> Health:
        return Health(credits_cents=0)

    monkeypatch.setattr(home.provider, "check", check)
    failing(home, OutOfCreditError())
    began = home.clock.now()
    job = await imagine(home)
    await shown(home, job, lambda reply: "credit" in reply.body)
    home.clock.ahead += timedelta(minutes=9) / SwiftClock.SPEED
    reply = await home.told(job)
    assert timedelta(minutes=9) < home.clock.now() - began < timedelta(minutes=14)
    assert reply.tone is Tone.FAILED
    assert "othing was charged" in reply.body
    assert (await home.desk.view(job)).status is Status.FAILED
    assert (await home.store.ledger_sum()).open_cents == 0


async def test_a_vendor_that_loses_one_answer_after_another_is_left_alone(home: TestHouse) -> None:
    failing(home, UnsureError("HTTP 502", provider="scripted"))
    lost = [await imagine(home) for _ in range(3)]
    assert [(await home.told(job)).tone for job in lost] == [Tone.UNSURE] * 3
    (strain,) = await home.store.strains()
    assert strain.failures >= 1
    assert len(home.provider.orders) == 3  # none of them twice


async def test_a_run_that_an_older_release_left_after_two_refusals_goes_on_with_its_purchase(home: TestHouse) -> None:
    """What it has on record: two refusals and then a claim check."""
    taken: list[str] = []

    class Recorded:
        async def do(self, name: str, act: Callable[[], Any]) -> Any:
            return await act()

        async def once(self, name: str, act: Callable[[], Any], *, lane: str) -> Any:
            taken.append(name)
            if name == "submit.3":
                return Ticket("scripted", "t", cost_cents=Decimal(3))
            raise ThrottledError(retry_after_s=30)

    begun = asyncio.Semaphore(0)

    async def submit(order: Order) -> Ticket:
        begun.release()
        await asyncio.Event().wait()
        raise AssertionError("nobody waits for so long")

    home.provider.on_submit = submit
    for _ in range(2):  # they take the provider's slots
        await imagine(home)
        await begun.acquire()
    job = await imagine(home)
    (turn,) = await home.store.give_turns("scripted", 9, limit=1)
    assert turn.job == job
    await home.engine._paint(job, Recorded())
    assert (await home.told(job)).tone is Tone.DONE
    assert taken == ["submit.1", "submit.2", "submit.3"]


def test_a_pause_is_told_in_the_hours_of_the_house_and_in_both_languages() -> None:
    replies = Replies(all_words(), zone=ZoneInfo("Europe/Berlin"))
    until = datetime(2026, 11, 21, 11, 4, 30, tzinfo=UTC)
    seen: dict[tuple[str, str], str] = {}
    for person in (ADA, BOB):
        for reason in Trouble:
            standing = Standing(ahead=2, pause=Pause("flux", until, reason))
            body = replies.working(made_job(HeldClock(), by=person), None, standing, None).body
            seen[person.locale, reason] = body
    assert all("12:05 CET" in body for body in seen.values())
    assert len(set(seen.values())) == 6


async def test_a_job_that_is_put_back_as_it_is_cancelled_does_not_wait_on(
    home: TestHouse, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Its provider may take nothing for ten minutes."""
    release, asked = asyncio.Event(), asyncio.Event()

    async def submit(order: Order) -> Ticket:
        asked.set()
        await release.wait()
        raise ThrottledError(retry_after_s=500)

    async def put_back() -> bool:
        return (await home.store.record(job)).status is not Status.RUNNING

    home.provider.on_submit = submit
    job = await imagine(home)
    await asked.wait()
    looks = home.store.cancel_queued

    async def slow(job: JobId) -> bool:
        found = await looks(job)
        release.set()
        await soon(put_back)
        return found

    monkeypatch.setattr(home.store, "cancel_queued", slow)
    await home.desk.cancel(job, by=ADA)
    release.set()
    async with asyncio.timeout(4):  # half of the pause
        assert (await home.told(job)).tone is Tone.CANCELLED
    assert (await home.store.ledger_sum()).open_cents == 0
