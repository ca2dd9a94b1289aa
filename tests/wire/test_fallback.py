"""Where the operator allows it, the next provider takes over; the real ones, over real sockets to their stand-ins."""

from __future__ import annotations

import asyncio
import socket
from collections.abc import AsyncIterator, Sequence
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from bot import breaker
from bot.job import JobId, Status
from bot.message import Person, Reply, Tone
from bot.providers import Kit, Provider, flux, stability
from bot.providers.catalogue import Stand
from bot.request import ImageId, Imagine, Shape, Wish
from bot.spending import Cap, Of, Per
from tests.clock import SwiftClock
from tests.house import ADA, BOB, STREET, TestHouse, house
from tests.standins.bfl import FluxStandIn
from tests.standins.fault import At, Fault
from tests.standins.front import AT_ONCE
from tests.standins.stability import StabilityStandIn
from tests.wire.living import soon
from tests.wire.providing import KEY


@dataclass(frozen=True)
class Town:
    """A house between two vendors; Flux is the operator's first choice."""

    home: TestHouse
    bfl: FluxStandIn
    stability: StabilityStandIn

    async def ask(self, by: Person = ADA, **wish: Any) -> JobId:
        wish = {"prompt": "a fox", **wish}
        return await self.home.desk.accept(Wish(**wish), by=by, at=STREET, event=self.home.ring())

    @property
    def bought(self) -> tuple[int, int]:
        return self.bfl.bought, len(self.stability.sales)

    async def balanced(self) -> Decimal:
        """What was paid in all; nothing is left open."""
        sums = await self.home.store.ledger_sum()
        assert await self.home.store.unbalanced() == ()
        assert sums.open_cents == 0
        return sums.settled_cents


def dead_address() -> str:
    with socket.socket() as closed:
        closed.bind(("127.0.0.1", 0))
        return f"http://127.0.0.1:{closed.getsockname()[1]}"


@asynccontextmanager
async def town(
    folder: Path, *, fallback: bool = True, flux_at: str = "", caps: Sequence[Cap] = ()
) -> AsyncIterator[Town]:
    clock = SwiftClock()
    kit = Kit(clock=clock, data_dir=folder)
    keys = frozenset({KEY})
    async with (
        FluxStandIn(clock=clock, latency=AT_ONCE, keys=keys) as bfl,
        StabilityStandIn(clock=clock, latency=AT_ONCE, keys=keys) as second,
        AsyncExitStack() as closing,
    ):
        providers: list[tuple[Any, Provider]] = [
            (flux, flux.open_provider(flux.Settings(base_url=flux_at or bfl.url), KEY, kit)),
            (stability, stability.open_provider(stability.Settings(base_url=second.url), KEY, kit)),
        ]
        stands = [
            Stand(name=provider.name, title=vendor.TITLE, variable=vendor.VARIABLE, settings=None, provider=provider)
            for vendor, provider in providers
        ]
        async with house(folder, clock=clock, stands=stands, fallback=fallback, caps=tuple(caps)) as home:
            home.catalogue.switch_off("scripted")
            closing.push_async_callback(home.catalogue.close)
            yield Town(home, bfl, second)


def note(reply: Reply) -> str:
    return reply.body.split("\n")[0]


@pytest.mark.parametrize(
    ("fault", "told"),
    [
        (Fault.BUSY_503, "By Stability AI, since FLUX by Black Forest Labs was down."),
        (Fault.NO_CREDIT, "By Stability AI, since our credit with FLUX by Black Forest Labs was used up."),
        (Fault.BAD_KEY, "By Stability AI, since FLUX by Black Forest Labs wouldn’t let us in."),
    ],
)
async def test_the_next_provider_takes_over_and_the_caption_says_so(tmp_path: Path, fault: Fault, told: str) -> None:
    async with town(tmp_path) as here:
        here.bfl.faults.plan(fault, at=At.SUBMIT)
        job = await here.ask(seed=42)
        reply = await here.home.told(job)
        assert reply.tone is Tone.DONE
        assert note(reply) == told
        assert here.bought == (0, 1)
        assert here.stability.sales[0].fields["seed"] == "42"
        assert await here.balanced() == Decimal(3)
        assert (await here.home.store.job(job)).provider == "stability"


async def test_a_provider_that_nobody_reaches_is_tried_three_times_and_then_passed_by(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(breaker, "DOWN_S", breaker.DOWN_LIMIT_S)  # half a second of ours may be over before the next
    async with town(tmp_path, flux_at=dead_address()) as here:
        first = await here.ask(by=BOB)
        reply = await here.home.told(first)
        assert note(reply) == "Von Stability AI, denn FLUX by Black Forest Labs war ausgefallen."
        assert (await here.home.store.record(first)).attempt == 3
        later = await here.ask()  # while Flux is left alone, it is asked for nothing
        assert (await here.home.store.job(later)).provider == "stability"
        assert note(await here.home.told(later)) == "By Stability AI, since FLUX by Black Forest Labs was down."
        assert (await here.home.store.record(later)).attempt == 0
        assert await here.balanced() == Decimal(6)


async def test_while_it_is_made_the_message_says_who_takes_over(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with town(tmp_path) as here:
        shelve, hold = here.home.gallery.shelve, asyncio.Event()

        async def slowly(picture: bytes) -> ImageId:
            await hold.wait()
            return await shelve(picture)

        monkeypatch.setattr(here.home.gallery, "shelve", slowly)
        here.bfl.faults.plan(Fault.BUSY_503, at=At.SUBMIT)
        job = await here.ask()
        receipt = (await here.home.store.record(job)).receipt
        assert receipt is not None
        handle = receipt.handle

        async def told() -> bool:
            return "takes over" in here.home.street.messages[handle].body

        await soon(told)
        reply = here.home.street.messages[handle]
        assert note(reply) == "FLUX by Black Forest Labs is down, so Stability AI takes over."
        assert {field.name: field.value for field in reply.fields}["model"] == "Stable Image Core"
        hold.set()
        await here.home.told(job)


async def test_who_named_a_model_gets_that_one_or_nothing(tmp_path: Path) -> None:
    async with town(tmp_path) as here:
        here.bfl.faults.plan(Fault.BAD_KEY, at=At.SUBMIT)
        reply = await here.home.told(await here.ask(model="flux-dev"))
        assert reply.tone is Tone.FAILED
        assert here.bought == (0, 0)
        assert await here.balanced() == 0


async def test_without_the_operators_leave_nobody_takes_over(tmp_path: Path) -> None:
    async with town(tmp_path, fallback=False) as here:
        here.bfl.faults.plan(Fault.BUSY_503, at=At.SUBMIT)
        assert (await here.home.told(await here.ask())).tone is Tone.FAILED
        assert here.bought == (0, 0)


@pytest.mark.parametrize("fault", [Fault.ACCEPTED_502, Fault.RESET_AFTER, Fault.NO_ID])
async def test_what_may_have_been_bought_is_never_asked_of_another(tmp_path: Path, fault: Fault) -> None:
    async with town(tmp_path) as here:
        here.bfl.faults.plan(fault, at=At.SUBMIT)
        job = await here.ask()
        assert (await here.home.told(job)).tone is Tone.UNSURE
        assert here.stability.sales == []
        assert (await here.home.store.record(job)).status is Status.UNSURE


async def test_a_task_that_failed_after_it_was_bought_is_never_asked_of_another(tmp_path: Path) -> None:
    async with town(tmp_path) as here:
        here.bfl.faults.plan(Fault.ERROR_STRING, at=At.TASK)
        assert (await here.home.told(await here.ask())).tone is Tone.FAILED
        assert here.stability.sales == []


async def test_a_cap_that_the_dearer_one_would_break_leaves_the_job_where_it_is(tmp_path: Path) -> None:
    cap = Cap(of=Of.TEAM, per=Per.DAY, cents=Decimal("2.5"))
    async with town(tmp_path, caps=[cap]) as here:
        here.bfl.faults.plan(Fault.BUSY_503, at=At.SUBMIT)
        job = await here.ask()
        assert (await here.home.told(job)).tone is Tone.FAILED
        assert (await here.home.store.job(job)).provider == "flux"
        assert here.bought == (0, 0)
        assert await here.balanced() == 0


async def test_what_only_the_first_one_can_do_stays_with_it(tmp_path: Path) -> None:
    async with town(tmp_path) as here:
        picture = (await here.home.told(await here.ask())).pictures[0]
        here.bfl.faults.plan(Fault.BUSY_503, at=At.SUBMIT)
        reply = await here.home.told(await here.ask(references=(picture.id,)))
        assert reply.tone is Tone.FAILED
        assert here.stability.sales == []


async def test_the_wish_is_fitted_to_who_takes_over(tmp_path: Path) -> None:
    async with town(tmp_path) as here:
        here.bfl.faults.plan(Fault.BUSY_503, at=At.SUBMIT)
        job = await here.ask(width=1440, height=640, steps=30)
        reply = await here.home.told(job)
        request = (await here.home.store.job(job)).request
        assert isinstance(request, Imagine)
        assert request.steps is None
        assert request.asked == Shape(1440, 640)
        assert here.stability.sales[0].fields["aspect_ratio"] == "21:9"
        assert "You asked for" in reply.body


async def test_jobs_that_wait_for_one_that_is_down_go_along(tmp_path: Path) -> None:
    async with town(tmp_path, flux_at=dead_address()) as here:
        jobs = await asyncio.gather(*(here.ask(by) for by in (ADA, BOB, ADA, BOB)))
        replies = [await here.home.told(job) for job in jobs]
        assert [reply.tone for reply in replies] == [Tone.DONE] * 4
        assert here.bought == (0, 4)
        assert await here.balanced() == Decimal(12)


async def test_a_picture_asked_for_again_is_asked_of_the_first_choice(tmp_path: Path) -> None:
    async with town(tmp_path) as here:
        here.bfl.faults.plan(Fault.BUSY_503, at=At.SUBMIT)
        job = await here.ask()
        await here.home.told(job)
        again = await here.home.desk.again(job, by=ADA, at=STREET, event=here.home.ring())
        assert (await here.home.told(again)).tone is Tone.DONE
        assert (await here.home.store.job(again)).provider == "flux"
