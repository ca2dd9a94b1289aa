"""A job where something goes wrong in an odd place: it ends, and what may cost money is never called free."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from datetime import timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy.exc import OperationalError

from bot.errors import BadKeyError, DiskFullError, PictureUnknownError, ThrottledError, TooLateError
from bot.job import Finished, JobId, Outcome, Progress, Rendered, Status, Ticket
from bot.message import Tone, Verb
from bot.pace import size_class
from bot.providers import Order
from bot.request import ImageId, Wish
from tests.house import ADA, STREET, ScriptedProvider, TestHouse, house


@pytest.fixture
async def home(tmp_path: Path) -> AsyncIterator[TestHouse]:
    async with house(tmp_path) as opened:
        yield opened


async def imagine(home: TestHouse) -> JobId:
    return await home.desk.accept(Wish(prompt="a fox"), by=ADA, at=STREET, event=home.ring())


async def test_a_bug_after_the_request_has_left_is_unsure_and_keeps_the_hold(home: TestHouse) -> None:
    async def stumble(order: Order) -> Ticket:
        raise ZeroDivisionError

    home.provider.on_submit = stumble
    job = await imagine(home)
    reply = await home.told(job)
    assert reply.tone is Tone.UNSURE
    assert "othing was charged" not in reply.body
    assert (await home.store.ledger_sum()).open_cents == Decimal(4)


async def test_a_bug_after_the_purchase_is_unsure_and_keeps_the_hold(home: TestHouse) -> None:
    async def stumble(link: str) -> bytes:
        raise PermissionError("the gallery's folder is read-only")

    home.provider.on_fetch = stumble
    reply = await home.told(await imagine(home))
    assert reply.tone is Tone.UNSURE
    assert (await home.store.ledger_sum()).open_cents == Decimal(4)


async def test_a_bug_before_the_request_has_left_costs_nothing(
    home: TestHouse, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def stumble(job: JobId) -> bool:
        raise ZeroDivisionError

    monkeypatch.setattr(home.store, "submitting", stumble)
    reply = await home.told(await imagine(home))
    assert reply.tone is Tone.FAILED
    assert (await home.store.ledger_sum()).open_cents == 0
    assert home.provider.orders == []


@pytest.mark.parametrize("fault", [DiskFullError(), OperationalError("", {}, Exception("database is locked"))])
async def test_a_disk_that_is_full_or_a_file_that_is_locked_for_a_while_loses_no_claim_check_and_no_picture(
    fault: Exception, home: TestHouse, monkeypatch: pytest.MonkeyPatch
) -> None:
    def failing_twice(verb: str) -> None:
        act, failures = getattr(home.store, verb), iter([fault, fault])

        async def attempt(*values: Any) -> None:
            for failure in failures:
                raise failure
            await act(*values)

        monkeypatch.setattr(home.store, verb, attempt)

    async def soon(seconds: float) -> None:
        await asyncio.sleep(0)

    for verb in ("ticketed", "keep_image", "took"):
        failing_twice(verb)
    monkeypatch.setattr(home.clock, "sleep", soon)
    reply = await home.told(await imagine(home))
    assert reply.tone is Tone.DONE
    assert len(home.provider.orders) == 1
    assert (await home.store.ledger_sum()).open_cents == 0


async def test_an_end_is_written_as_soon_as_the_book_takes_it(home: TestHouse, monkeypatch: pytest.MonkeyPatch) -> None:
    tried: list[Outcome] = []
    finish = home.store.finish

    async def full_at_first(job: JobId, outcome: Outcome) -> bool:
        tried.append(outcome)
        if len(tried) < 3:
            raise DiskFullError
        return await finish(job, outcome)

    async def soon(seconds: float) -> None:
        await asyncio.sleep(0)

    monkeypatch.setattr(home.store, "finish", full_at_first)
    monkeypatch.setattr(home.clock, "sleep", soon)
    job = await imagine(home)
    assert (await home.told(job)).tone is Tone.DONE
    assert all(isinstance(outcome, Finished) for outcome in tried)
    assert (await home.store.ledger_sum()).settled_cents == Decimal(3)


async def test_a_purchase_that_was_put_off_is_given_up_at_a_word(home: TestHouse) -> None:
    asked = asyncio.Event()

    async def later(order: Order) -> Ticket:
        asked.set()
        raise ThrottledError(retry_after_s=50)

    home.provider.on_submit = later
    job = await imagine(home)
    async with asyncio.timeout(10):
        await asked.wait()
        while True:
            await home.desk.cancel(job, by=ADA)
            if (await home.desk.wait(job, 0.05)).status.ended:
                break
        reply = await home.told(job)
    assert reply.tone is Tone.CANCELLED
    assert len(home.provider.orders) == 1
    assert (await home.store.ledger_sum()).open_cents == 0


async def test_a_vendor_that_wants_to_be_left_alone_for_an_hour_is_not_waited_for(home: TestHouse) -> None:
    async def later(order: Order) -> Ticket:
        raise ThrottledError(retry_after_s=3600)

    home.provider.on_submit = later
    async with asyncio.timeout(10):
        reply = await home.told(await imagine(home))
    assert reply.tone is Tone.FAILED
    assert len(home.provider.orders) == 1


async def test_a_stop_asked_for_during_the_purchase_stays_asked_for(home: TestHouse) -> None:
    asked, sold, polled, hold = asyncio.Event(), asyncio.Event(), asyncio.Event(), asyncio.Event()

    async def sell(order: Order) -> Ticket:
        asked.set()
        await sold.wait()
        return Ticket("scripted", "t")

    async def wait(ticket: Ticket) -> Rendered | Progress:
        polled.set()
        return Rendered(link="x") if hold.is_set() else Progress("Pending", 0.5)

    home.provider.on_submit, home.provider.on_poll = sell, wait
    job = await imagine(home)
    async with asyncio.timeout(10):
        await asked.wait()
        await home.desk.cancel(job, by=ADA)
        sold.set()
        await polled.wait()
        reply = (await home.desk.view(job)).reply
    assert reply.body == "Stopping."
    assert Verb.CANCEL not in {button.verb for button in reply.buttons}
    hold.set()
    assert (await home.told(job)).tone is Tone.CANCELLED


async def test_a_job_that_ends_while_it_is_being_stopped_was_too_late_to_stop(
    home: TestHouse, monkeypatch: pytest.MonkeyPatch
) -> None:
    hold = asyncio.Event()
    polled = asyncio.Event()

    async def wait(ticket: Ticket) -> Rendered:
        polled.set()
        await hold.wait()
        return Rendered(link="x")

    async def end_first(job: JobId) -> bool:
        hold.set()
        await home.told(job)
        return False

    home.provider.on_poll = wait
    job = await imagine(home)
    async with asyncio.timeout(10):
        await polled.wait()
    monkeypatch.setattr(home.store, "ask_cancel", end_first)
    with pytest.raises(TooLateError):
        await home.desk.cancel(job, by=ADA)


async def test_a_source_that_was_deleted_meanwhile_ends_the_job_unbought(
    home: TestHouse, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def gone(image: ImageId) -> bytes:
        raise PictureUnknownError

    picture = (await home.told(await imagine(home))).pictures[0]
    monkeypatch.setattr(home.gallery, "read", gone)
    wish = Wish(prompt="a bear", references=(picture.id,))
    job = await home.desk.accept(wish, by=ADA, at=STREET, event=home.ring())
    assert (await home.told(job)).tone is Tone.FAILED
    assert (await home.desk.view(job)).status is Status.FAILED
    assert len(home.provider.orders) == 1
    assert (await home.store.ledger_sum()).open_cents == 0


async def test_a_task_goes_on_after_its_provider_was_switched_off(home: TestHouse) -> None:
    polled, hold = asyncio.Event(), asyncio.Event()

    async def wait(ticket: Ticket) -> Rendered | Progress:
        polled.set()
        return Rendered(link="x") if hold.is_set() else Progress("Pending")

    home.provider.on_poll = wait
    job = await imagine(home)
    async with asyncio.timeout(10):
        await polled.wait()
    home.catalogue.switch_off("scripted")
    hold.set()
    assert (await home.told(job)).tone is Tone.DONE


async def test_what_a_paid_call_brought_and_nobody_can_read_is_not_called_free(home: TestHouse) -> None:
    async def sell_rubbish(order: Order) -> Rendered:
        return Rendered(shelf=await order.shelve(b"<html>sold</html>"))

    home.provider.on_submit = sell_rubbish
    reply = await home.told(await imagine(home))
    assert reply.tone is Tone.UNSURE
    assert (await home.store.ledger_sum()).open_cents == Decimal(4)


async def test_a_clock_that_jumps_ahead_does_not_end_a_fresh_task(home: TestHouse) -> None:
    looks: list[Ticket] = []

    async def sell(order: Order) -> Ticket:
        home.clock.ahead += timedelta(days=1)
        return Ticket("scripted", "t")

    async def at_the_third_look(ticket: Ticket) -> Rendered | Progress:
        looks.append(ticket)
        return Rendered(link="x") if len(looks) > 2 else Progress("Pending")

    home.provider.on_submit, home.provider.on_poll = sell, at_the_third_look
    assert (await home.told(await imagine(home))).tone is Tone.DONE


async def test_a_clock_that_jumps_back_makes_no_negative_times(home: TestHouse) -> None:
    async def sell(order: Order) -> Ticket:
        home.clock.ahead -= timedelta(days=1)
        return Ticket("scripted", "t")

    home.provider.on_submit = sell
    reply = await home.told(await imagine(home))
    assert {field.name: field.value for field in reply.fields}["took"] == "0\N{NO-BREAK SPACE}s"
    (took_s,) = await home.store.durations("scripted", "brush", size_class(home.provider.orders[0].request))
    assert 0 <= took_s < 60


async def test_a_task_is_polled_with_the_key_that_bought_it_and_else_with_the_newest(home: TestHouse) -> None:
    polled, revoked = asyncio.Event(), asyncio.Event()
    asked: list[str] = []

    async def old_key(ticket: Ticket) -> Progress:
        asked.append("old")
        polled.set()
        if revoked.is_set():
            raise BadKeyError
        return Progress("Pending")

    async def new_key(ticket: Ticket) -> Rendered:
        asked.append("new")
        return Rendered(link="x")

    home.provider.on_poll = old_key
    job = await imagine(home)
    async with asyncio.timeout(10):
        await polled.wait()
        home.catalogue._put("scripted", provider=ScriptedProvider(on_poll=new_key))
        polled.clear()
        await polled.wait()
        assert asked == ["old", "old"]
        revoked.set()
        assert (await home.told(job)).tone is Tone.DONE
    assert asked[-2:] == ["old", "new"]


async def test_a_key_that_was_taken_back_buys_nothing_more(home: TestHouse) -> None:
    hold = asyncio.Event()

    async def wait(ticket: Ticket) -> Rendered:
        await hold.wait()
        return Rendered(link="x")

    home.provider.on_poll = wait
    jobs = [await imagine(home) for _ in range(3)]
    async with asyncio.timeout(10):
        while len(home.provider.orders) < 2:
            await home.desk.wait(jobs[0], 0.02)
    home.catalogue.switch_off("scripted")
    hold.set()
    tones = [(await home.told(job)).tone for job in jobs]
    assert tones == [Tone.DONE, Tone.DONE, Tone.FAILED]
    assert len(home.provider.orders) == 2
