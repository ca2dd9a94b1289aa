"""How a job ends, over a whole house with its provider on a script: what people read then, and what it cost."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from decimal import Decimal
from pathlib import Path

import pytest

from bot.errors import (
    BadKeyError,
    BrokenError,
    DuplicateError,
    LinkGoneError,
    PlaceBusyError,
    PlaceGoneError,
    RejectedError,
    ThrottledError,
    TooLateError,
    UnsureError,
)
from bot.job import Moderated, Progress, Rendered, Status, Ticket, Where
from bot.message import Tone, Verb
from bot.providers import Order
from bot.request import Imagine, Wish
from tests.house import ADA, STREET, TestHouse, house, png


@pytest.fixture
async def home(tmp_path: Path) -> AsyncIterator[TestHouse]:
    async with house(tmp_path) as opened:
        yield opened


async def imagine(home: TestHouse, prompt: str = "a lighthouse", **wish: object):
    return await home.desk.accept(Wish(prompt=prompt, **wish), by=ADA, at=STREET, event=home.ring(), asked=prompt)  # type: ignore[arg-type]


@pytest.mark.parametrize(("where", "sentence"), [(Where.PROMPT, "declined these words"), (Where.IMAGE, "held it back")])
async def test_moderation_is_told_kindly_and_costs_nothing(home: TestHouse, where: Where, sentence: str) -> None:
    async def refuse(ticket: Ticket) -> Moderated:
        return Moderated(where=where, reasons=("Derivative Works Filter",), word="Request Moderated")

    home.provider.on_poll = refuse
    reply = await home.told(await imagine(home))
    assert reply.tone is Tone.REFUSED
    assert sentence in reply.body
    assert "Derivative Works Filter" in reply.body
    assert {field.name: field.value for field in reply.details}["status"] == "Request Moderated"
    assert (await home.store.ledger_sum()).settled_cents == 0
    assert len(home.provider.orders) == 1


async def test_a_lost_answer_is_said_and_not_repeated_until_the_person_asks(home: TestHouse) -> None:
    async def lose(order: Order) -> Ticket:
        raise UnsureError

    home.provider.on_submit = lose
    job = await imagine(home, seed=42)
    reply = await home.told(job)
    assert reply.tone is Tone.UNSURE
    assert "may have been charged" in reply.body
    assert Verb.RETRY in {button.verb for button in reply.buttons}
    assert (await home.store.ledger_sum()).open_cents == Decimal(4)
    home.provider.on_submit = None
    again = await home.desk.again(job, by=ADA, at=STREET, event=home.ring())
    with pytest.raises(DuplicateError):
        await home.desk.again(job, by=ADA, at=STREET, event=home.ring())
    await home.told(again)
    request = (await home.store.job(again)).request
    assert isinstance(request, Imagine)
    assert request.seed == 42
    assert len(home.provider.orders) == 2


@pytest.mark.parametrize("error", [BadKeyError(said="no"), BrokenError(), RejectedError()])
async def test_a_provider_that_fails_charges_nobody(home: TestHouse, error: Exception) -> None:
    async def fail(order: Order) -> Ticket:
        raise error

    home.provider.on_submit = fail
    reply = await home.told(await imagine(home))
    assert reply.tone is Tone.FAILED
    assert "othing was charged" in reply.body
    sums = await home.store.ledger_sum()
    assert (sums.settled_cents, sums.open_cents) == (0, 0)


async def test_what_surely_was_not_accepted_is_sent_again(home: TestHouse) -> None:
    async def throttle_first(order: Order) -> Ticket:
        if len(home.provider.orders) < 3:
            raise ThrottledError(retry_after_s=0.01)
        return Ticket("scripted", "t")

    home.provider.on_submit = throttle_first
    assert (await home.told(await imagine(home))).tone is Tone.DONE
    assert len(home.provider.orders) == 3


async def test_a_complaint_of_the_provider_stands_at_its_field(home: TestHouse) -> None:
    async def reject(order: Order) -> Ticket:
        raise RejectedError(fields={"width": "Input should be a multiple of 32"})

    home.provider.on_submit = reject
    reply = await home.told(await imagine(home))
    assert [(error.name, error.value) for error in reply.errors] == [("width", "Input should be a multiple of 32")]


async def test_a_lapsed_link_is_polled_again(home: TestHouse) -> None:
    tried: list[str] = []

    async def lapse(link: str) -> bytes:
        tried.append(link)
        if len(tried) == 1:
            raise LinkGoneError
        return png()

    home.provider.on_fetch = lapse
    assert (await home.told(await imagine(home))).tone is Tone.DONE
    assert len(tried) == 2


async def test_a_finished_picture_that_cannot_be_had_names_its_cost(home: TestHouse) -> None:
    async def gone(link: str) -> bytes:
        raise LinkGoneError

    home.provider.on_fetch = gone
    job = await imagine(home)
    reply = await home.told(job)
    assert reply.tone is Tone.FAILED
    assert "$0.03" in reply.body
    assert (await home.store.ledger_sum()).settled_cents == Decimal(3)


async def test_what_is_no_picture_does_not_enter_the_gallery(home: TestHouse) -> None:
    async def page(link: str) -> bytes:
        return b"<html>log in</html>"

    home.provider.on_fetch = page
    reply = await home.told(await imagine(home))
    assert reply.tone is Tone.FAILED
    assert reply.pictures == ()


async def test_cancelling_a_waiting_job_costs_nothing_and_is_told(home: TestHouse) -> None:
    hold = asyncio.Event()

    async def wait(ticket: Ticket) -> Rendered | Progress:
        return Rendered(link="x") if hold.is_set() else Progress("Pending")

    home.provider.on_poll = wait
    running = [await imagine(home), await imagine(home)]
    waiting = await imagine(home)
    await home.desk.cancel(waiting, by=ADA)
    reply = await home.told(waiting)
    assert reply.tone is Tone.CANCELLED
    assert "cost nothing" in reply.body
    hold.set()
    for job in running:
        assert (await home.told(job)).tone is Tone.DONE
    assert len(home.provider.orders) == 2
    with pytest.raises(TooLateError):
        await home.desk.cancel(waiting, by=ADA)


async def test_cancelling_a_bought_task_says_what_it_costs(home: TestHouse) -> None:
    hold, polled = asyncio.Event(), asyncio.Event()

    async def wait(ticket: Ticket) -> Rendered | Progress:
        polled.set()
        return Rendered(link="x", word="Ready") if hold.is_set() else Progress("Pending", 0.5)

    home.provider.on_poll = wait
    job = await imagine(home)
    async with asyncio.timeout(10):
        await polled.wait()
    await home.desk.cancel(job, by=ADA)
    view = await home.desk.view(job)
    assert view.status is Status.RUNNING
    assert view.reply.body == "Stopping."
    hold.set()
    reply = await home.told(job)
    assert reply.tone is Tone.CANCELLED
    assert "$0.03" in reply.body
    assert (await home.store.ledger_sum()).settled_cents == Decimal(3)


async def test_a_busy_platform_gets_the_result_when_it_is_back(home: TestHouse) -> None:
    home.street.faults += [PlaceBusyError(retry_after_s=0.01)] * 4
    assert (await home.told(await imagine(home))).tone is Tone.DONE
    assert len(home.provider.orders) == 1
    assert len(home.street.messages) == 1


async def test_an_announcement_that_was_deleted_is_replaced_by_a_new_message(home: TestHouse) -> None:
    hold = asyncio.Event()

    async def wait(ticket: Ticket) -> Rendered | Progress:
        await hold.wait()
        return Rendered(link="x")

    home.provider.on_poll = wait
    job = await imagine(home)
    home.street.messages.clear()
    home.street.faults.append(PlaceGoneError())
    home.street.pace_s = 60
    hold.set()
    assert (await home.told(job)).tone is Tone.DONE


async def test_an_end_wakes_whoever_waits(home: TestHouse) -> None:
    job = await imagine(home)
    view = await home.desk.wait(job, 20)
    assert view.status is Status.FINISHED
    assert view.picture is not None
