"""Jobs of which nobody knew how they ended: looked at again until they have their true end, told once, in balance."""

from __future__ import annotations

from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from dataclasses import dataclass, replace
from datetime import timedelta
from decimal import Decimal
from pathlib import Path

import pytest

from bot.errors import (
    BrokenError,
    LinkGoneError,
    NoTaskError,
    NotYoursError,
    OutOfCreditError,
    PlaceGoneError,
    ProviderError,
    RejectedError,
    StillUnsureError,
    ThrottledError,
    TooLateError,
    UnreachableError,
    UnsureError,
    VanishedError,
)
from bot.job import JobId, Moderated, Progress, Rendered, Status, Ticket, Turn, Where
from bot.message import Reply, Tone, Verb
from bot.providers import Called, Order
from bot.request import Wish
from bot.settling import by_hand
from bot.spending import Cap, Of, Per
from tests.house import ADA, BOB, MODERATOR, PAINTER, STREET, ScriptedProvider, TestHouse, house
from tests.wire.living import HastyClock, soon

SOON = timedelta(seconds=31)


@dataclass
class Ringing(ScriptedProvider):
    """It calls back: with the task's id as the body, at an address that is the job's id and attempt."""

    calls_back: bool = True

    def called(self, name: str, headers: Mapping[str, str], body: bytes) -> Called | None:
        job, _, attempt = name.partition(".")
        return Called(Turn(JobId(job), int(attempt)), body.decode()) if headers.get("secret") == "right" else None

    def ticket(self, task: str) -> Ticket:
        return Ticket(self.name, task)


@pytest.fixture
async def home(tmp_path: Path) -> AsyncIterator[TestHouse]:
    async with house(tmp_path, clock=HastyClock()) as opened:
        yield opened


async def imagine(home: TestHouse) -> JobId:
    return await home.desk.accept(Wish(prompt="a fox", seed=42), by=ADA, at=STREET, event=home.ring())


def polled(
    answer: Progress | Rendered | Moderated | Exception,
) -> Callable[[Ticket], Awaitable[Progress | Rendered | Moderated]]:
    async def poll(ticket: Ticket) -> Progress | Rendered | Moderated:
        if isinstance(answer, Exception):
            raise answer
        return answer

    return poll


async def lost_sight_of(home: TestHouse) -> JobId:
    """A job whose task the provider does not know any more, for now."""
    home.provider.on_poll = polled(VanishedError())
    job = await imagine(home)
    reply = await home.told(job)
    assert reply.tone is Tone.UNSURE
    assert [button.verb for button in reply.buttons] == [Verb.LOOK, Verb.RETRY, Verb.DELETE]
    return job


async def answer_lost(home: TestHouse) -> JobId:
    """A job whose purchase was sent, and not answered."""

    async def lose(order: Order) -> Ticket:
        home.provider.on_submit = None
        raise UnsureError

    home.provider.on_submit = lose
    return await imagine(home)


async def settled(home: TestHouse, job: JobId) -> Reply:
    """The message about it once it has its true end, the books being in balance."""

    async def told() -> bool:
        record = await home.store.record(job)
        return record.status is not Status.UNSURE and record.delivered_at is not None

    await soon(told)
    assert await home.store.unbalanced() == ()
    return await home.told(job)


async def test_a_picture_that_comes_late_takes_the_place_of_the_question(home: TestHouse) -> None:
    job = await lost_sight_of(home)
    assert (await home.store.ledger_sum()).open_cents == Decimal(4)
    home.provider.on_poll = None
    home.clock.ahead += SOON
    reply = await settled(home, job)
    assert reply.tone is Tone.DONE
    assert len(reply.pictures) == 1
    assert len(home.street.messages) == 1
    sums = await home.store.ledger_sum()
    assert (sums.settled_cents, sums.settled_pictures, sums.open_cents) == (Decimal(3), 1, 0)
    assert len(home.provider.orders) == 1


async def test_what_was_moderated_in_the_end_costs_nothing(home: TestHouse) -> None:
    job = await lost_sight_of(home)
    home.provider.on_poll = polled(Moderated(where=Where.IMAGE))
    home.clock.ahead += SOON
    assert (await settled(home, job)).tone is Tone.REFUSED
    sums = await home.store.ledger_sum()
    assert (sums.settled_cents, sums.open_cents, sums.open_pictures) == (0, 0, 0)


async def test_what_broke_in_the_end_costs_nothing(home: TestHouse) -> None:
    job = await lost_sight_of(home)
    home.provider.on_poll = polled(BrokenError())
    home.clock.ahead += SOON
    assert (await settled(home, job)).tone is Tone.FAILED
    assert (await home.store.ledger_sum()).open_cents == 0


async def test_a_picture_that_was_made_and_is_lost_is_paid_for_and_said(home: TestHouse) -> None:
    async def gone(link: str) -> bytes:
        raise LinkGoneError

    job = await lost_sight_of(home)
    home.provider.on_poll, home.provider.on_fetch = None, gone
    home.clock.ahead += SOON
    reply = await settled(home, job)
    assert reply.tone is Tone.FAILED
    assert "was made, but it was gone" in reply.body
    sums = await home.store.ledger_sum()
    assert (sums.settled_cents, sums.settled_pictures, sums.open_cents) == (Decimal(3), 0, 0)


async def test_a_download_that_fails_for_now_is_tried_again(home: TestHouse) -> None:
    async def away(link: str) -> bytes:
        raise UnreachableError

    job = await lost_sight_of(home)
    home.provider.on_poll, home.provider.on_fetch = None, away
    with pytest.raises(StillUnsureError):
        await home.desk.settle(job, by=ADA)
    home.provider.on_fetch = None
    home.clock.ahead += SOON
    assert (await settled(home, job)).tone is Tone.DONE


async def test_a_message_that_is_gone_is_posted_anew(home: TestHouse) -> None:
    job = await lost_sight_of(home)
    home.street.faults.append(PlaceGoneError())
    home.provider.on_poll = None
    await home.desk.settle(job, by=ADA)
    assert (await settled(home, job)).tone is Tone.DONE
    assert [act for act, _, reply in home.street.history if reply and reply.tone is Tone.DONE] == ["post"]


async def test_the_button_asks_at_once_and_says_what_it_heard(home: TestHouse) -> None:
    job = await lost_sight_of(home)
    with pytest.raises(NotYoursError):
        await home.desk.settle(job, by=BOB)
    home.provider.on_poll = polled(Progress("Pending"))
    with pytest.raises(StillUnsureError):
        await home.desk.settle(job, by=ADA)
    home.provider.on_poll = None
    await home.desk.settle(job, by=MODERATOR)
    assert (await settled(home, job)).tone is Tone.DONE
    with pytest.raises(TooLateError):
        await home.desk.settle(job, by=ADA)


async def test_without_a_task_there_is_nothing_to_ask_and_no_button(home: TestHouse) -> None:
    job = await answer_lost(home)
    reply = await home.told(job)
    assert [button.verb for button in reply.buttons] == [Verb.RETRY, Verb.DELETE]
    with pytest.raises(NoTaskError):
        await home.desk.settle(job, by=ADA)


@pytest.mark.parametrize(("charged", "settled_cents"), [(True, Decimal(4)), (False, Decimal(0))])
async def test_who_sees_the_bill_settles_by_hand(home: TestHouse, charged: bool, settled_cents: Decimal) -> None:
    job = await answer_lost(home)
    await home.told(job)
    await by_hand(home.store, job, charged=charged)
    reply = await settled(home, job)
    assert reply.tone is Tone.FAILED
    assert ("was made, but" if charged else "Nothing was charged") in reply.body
    sums = await home.store.ledger_sum()
    assert (sums.settled_cents, sums.open_cents, sums.open_pictures) == (settled_cents, 0, 0)
    with pytest.raises(TooLateError):
        await by_hand(home.store, job, charged=charged)


async def test_who_tried_again_meanwhile_gets_both_and_is_told_so(home: TestHouse) -> None:
    job = await lost_sight_of(home)
    home.provider.on_poll = None
    again = await home.desk.again(job, by=ADA, at=STREET, event=home.ring())
    assert "asked for it again" not in (await home.told(again)).body
    await home.desk.settle(job, by=ADA)
    assert "asked for it again" in (await settled(home, job)).body
    assert (await home.store.ledger_sum()).settled_pictures == 2


async def test_a_question_that_was_deleted_is_settled_in_silence(home: TestHouse) -> None:
    job = await lost_sight_of(home)
    await home.desk.delete(job, by=ADA)
    home.provider.on_poll = None
    home.clock.ahead += SOON

    async def over() -> bool:
        return (await home.store.record(job)).status is Status.CANCELLED

    await soon(over)
    assert home.street.messages == {}
    sums = await home.store.ledger_sum()
    assert (sums.settled_cents, sums.open_cents) == (Decimal(3), 0)
    assert await home.store.unbalanced() == ()


async def test_a_callback_finds_a_purchase_whose_answer_was_lost(tmp_path: Path) -> None:
    async with house(tmp_path, clock=HastyClock(), provider=Ringing()) as home:
        job = await answer_lost(home)
        assert not await home.desk.called_back("scripted", f"{job}.0", {"secret": "wrong"}, b"task-x")
        assert not await home.desk.called_back("nobody", f"{job}.0", {"secret": "right"}, b"task-x")
        for _ in range(2):
            assert await home.desk.called_back("scripted", f"{job}.0", {"secret": "right"}, b"task-1")
        reply = await home.told(job)
        assert reply.tone is Tone.DONE
        assert len(home.provider.orders) == 1
        record = await home.store.record(job)
        assert record.ticket is not None
        assert record.ticket.id == "task-1"
        assert (await home.store.ledger_sum()).settled_cents == Decimal(4)
        assert await home.store.unbalanced() == ()


async def test_a_callback_that_comes_after_the_question_settles_it(tmp_path: Path) -> None:
    quick = replace(PAINTER, deadline_s=4)
    async with house(tmp_path, clock=HastyClock(), provider=Ringing(offers=(quick,))) as home:
        job = await answer_lost(home)
        assert (await home.told(job)).tone is Tone.UNSURE
        await home.desk.called_back("scripted", f"{job}.0", {"secret": "right"}, b"task-1")
        assert (await settled(home, job)).tone is Tone.DONE
        assert len(home.provider.orders) == 1


@pytest.mark.parametrize("heard_here", [True, False])
async def test_a_callback_has_the_picture_fetched_at_once(tmp_path: Path, heard_here: bool) -> None:
    """Also one that another process heard, and wrote down."""
    async with house(tmp_path, provider=Ringing(offers=(replace(PAINTER, typical_s=600),))) as home:
        ready: list[Rendered] = []

        async def poll(ticket: Ticket) -> Progress | Rendered | Moderated:
            return ready[0] if ready else Progress("Pending")

        home.provider.on_poll = poll
        job = await imagine(home)

        async def under_watch() -> bool:
            return (await home.store.record(job)).ticket is not None

        await soon(under_watch)
        ready.append(Rendered(link="https://pictures.test/fox", word="Ready"))
        if heard_here:
            assert await home.desk.called_back("scripted", f"{job}.0", {"secret": "right"}, b"task-1")
        else:
            await home.store.called(Turn(job), "task-1")
        assert (await home.told(job)).tone is Tone.DONE


async def test_an_unsure_purchase_is_made_once_more_where_the_operator_wants_that(tmp_path: Path) -> None:
    async with house(tmp_path, resubmits=True) as home:
        job = await answer_lost(home)
        reply = await home.told(job)
        assert reply.tone is Tone.DONE
        assert "a second time" in reply.body
        assert len(home.provider.orders) == 2
        sums = await home.store.ledger_sum()
        assert (sums.settled_cents, sums.settled_pictures, sums.open_cents) == (Decimal(7), 1, 0)
        assert await home.store.unbalanced() == ()


async def test_a_purchase_that_is_lost_twice_is_asked_about(tmp_path: Path) -> None:
    async def lose(order: Order) -> Ticket:
        raise UnsureError

    async with house(tmp_path, resubmits=True) as home:
        home.provider.on_submit = lose
        assert (await home.told(await imagine(home))).tone is Tone.UNSURE
        assert len(home.provider.orders) == 2
        assert (await home.store.ledger_sum()).open_cents == Decimal(4)


async def test_a_cap_that_allows_for_one_purchase_is_not_exceeded_by_a_second(tmp_path: Path) -> None:
    cap = Cap(of=Of.TEAM, per=Per.DAY, cents=Decimal(6))
    async with house(tmp_path, resubmits=True, caps=(cap,)) as home:
        job = await answer_lost(home)
        assert (await home.told(job)).tone is Tone.UNSURE
        assert len(home.provider.orders) == 1
        assert (await home.store.ledger_sum()).held_cents == Decimal(4)


@pytest.mark.parametrize("error", [ThrottledError(), OutOfCreditError(), RejectedError()])
async def test_a_second_purchase_that_is_refused_is_not_paid_for(tmp_path: Path, error: ProviderError) -> None:
    answers = iter((UnsureError(), error))

    async def lose_then_refuse(order: Order) -> Ticket:
        raise next(answers)

    async with house(tmp_path, resubmits=True) as home:
        home.provider.on_submit = lose_then_refuse
        job = await imagine(home)
        assert (await home.told(job)).tone is Tone.UNSURE
        assert len(home.provider.orders) == 2
        await by_hand(home.store, job, charged=False)
        sums = await home.store.ledger_sum()
        assert (sums.settled_cents, sums.open_cents) == (0, 0)
        assert await home.store.unbalanced() == ()


@pytest.mark.parametrize(
    ("end", "cents"),
    [
        (Rendered(link="https://pictures.test/fox", cost_cents=Decimal(3)), Decimal(3)),
        (Moderated(where=Where.IMAGE, reasons=("a word of Ada's",)), Decimal(0)),
    ],
)
async def test_of_people_who_were_forgotten_a_late_end_leaves_the_cost_alone(
    tmp_path: Path, end: Rendered | Moderated, cents: Decimal
) -> None:
    async with house(tmp_path, clock=HastyClock(), provider=Ringing()) as home:
        job = await answer_lost(home)
        await home.told(job)
        await home.desk.forget_people("test", "ada")
        said = len(home.street.history)
        home.provider.on_poll = polled(end)
        assert await home.desk.called_back("scripted", f"{job}.0", {"secret": "right"}, b"task-1")

        async def over() -> bool:
            return (await home.store.record(job)).status is not Status.UNSURE

        await soon(over)

        async def nothing_kept() -> bool:
            record = await home.store.record(job)
            return record.ticket is None and getattr(record.outcome, "reasons", ()) == ()

        await soon(nothing_kept)
        sums = await home.store.ledger_sum()
        assert (sums.settled_cents, sums.open_cents) == (cents, 0)
        assert len(home.street.history) == said
        assert await home.store.unbalanced() == ()
