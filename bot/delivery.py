"""Getting a Reply to its Place for certain: announces, edits progress at the door's pace, delivers, falls back."""

from __future__ import annotations

import asyncio
import math
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from typing import Final, Protocol

import structlog
from tenacity import AsyncRetrying, RetryCallState, retry_if_exception_type, stop_after_delay

from bot.clock import Clock
from bot.errors import AwayError, DeliveryError, PlaceBusyError, PlaceGoneError, PlaceShutError
from bot.faultpoint import reach
from bot.job import Job, JobId, Progress
from bot.message import Place, Receipt, Reply
from bot.reply import Standing
from bot.store import Store, Whereabouts
from bot.telemetry import DELIVERIES, DELIVERY_SECONDS

log = structlog.get_logger(__name__)

TICK_S: Final = 0.25
"""How often waiting progress is looked through; a door's own pace may be slower."""
QUEUE_LOOK_S: Final = 1.0
"""How often the places in the queue are counted."""
LAME_S: Final = 5.0
"""Pause after a progress edit that failed, where the platform names none."""
PARTING_S: Final = 5.0
"""How long a stop waits for a next try."""
PATIENCE_S: Final = 3600.0
"""How long a result is offered to a platform that is down before it is only kept in the gallery and the job list."""


class Messenger(Protocol):
    """The calls a platform must answer. All raise DeliveryError, never the library's own."""

    @property
    def pace_s(self) -> float:
        """The least seconds between two progress edits of one message."""
        ...

    async def post(self, place: Place, reply: Reply, *, nonce: str) -> Receipt:
        """Put a new message there. The same nonce again must not make a second one where the platform can tell."""
        ...

    async def edit(self, place: Place, receipt: Receipt, reply: Reply) -> None:
        """Change a message of ours; may be repeated. PlaceGoneError: it can't be changed any more, so post anew."""
        ...

    async def remove(self, place: Place, receipt: Receipt) -> None:
        """Take a message of ours away."""
        ...

    async def role_name(self, place: Place, role: str) -> str:
        """What people at the place call a role of the platform's; "" where it can't be known now."""
        ...


@dataclass(slots=True)
class _Live:
    """A message that still changes. `turn` keeps a progress edit from overtaking the outcome."""

    job: Job
    receipt: Receipt | None
    draw: Callable[[Standing], Reply]
    standing: Standing
    shown: Standing | None = None
    next_at: float = 0.0
    away: bool = False
    """It runs in another process."""
    turn: asyncio.Lock = field(default_factory=asyncio.Lock)


class Delivery:
    """`messengers` is filled by the doors as they open, by name."""

    def __init__(self, store: Store, clock: Clock) -> None:
        self._store = store
        self._clock = clock
        self._live: dict[JobId, _Live] = {}
        self._closing = asyncio.Event()
        self.messengers: dict[str, Messenger] = {}
        self.lease: Callable[[], bool] = _always
        """Whether this process may speak: not one that others count as gone. The house sets it, as the messengers."""

    async def announce(
        self, job: Job, draw: Callable[[Standing], Reply], standing: Standing, *, fresh: bool = False
    ) -> None:
        """Say publicly that the job is accepted, unless an earlier life has; only then may it have its turn.

        fresh: it was written a moment ago, with this message. Raises PlaceGoneError or PlaceShutError: the outcome
        could not get there either. A busy platform is no reason. draw makes the Reply for a standing; it is kept until
        the job's outcome is delivered.
        """
        # It lives before it is posted: an end that comes meanwhile finds it, and waits for its turn.
        live = self._live[job.id] = _Live(job=job, receipt=None, draw=draw, standing=standing, shown=standing)
        try:
            async with live.turn:
                record = None if fresh else await self._store.record(job.id)
                if record is not None and (record.status.ended or record.deleted):
                    self._let_go(live)
                elif record is None or record.receipt is None:
                    await self._post(live, fresh=fresh)
                else:
                    live.away = True  # for all we know; the next look tells
                    live.receipt, live.shown = record.receipt, None  # what an earlier life showed last is out of date
                    await self._store.announced(job.id, None)
        except BaseException:
            self._let_go(live)
            raise

    def tell(self, job: JobId, standing: Standing) -> None:
        """Let the message show a new standing, soon; never waits, never fails."""
        live = self._live.get(job)
        if live is not None:
            live.standing = standing

    def drop(self, job: JobId) -> None:
        """Show nothing new about the job any more: its person is forgotten."""
        self._live.pop(job, None)

    def standing(self, job: JobId) -> Standing | None:
        """The last standing told of a message that still changes."""
        live = self._live.get(job)
        return live.standing if live else None

    def current(self, job: JobId) -> Reply | None:
        """A changing message as it is now; None once its outcome is delivered."""
        live = self._live.get(job)
        return live.draw(live.standing) if live else None

    async def run(self) -> None:
        """Keep the living messages up to date until cancelled."""
        next_count, counting = 0.0, None
        async with asyncio.TaskGroup() as tasks:
            while True:
                await self._clock.sleep(TICK_S)
                now = self._clock.steady()
                if now >= next_count and (counting is None or counting.done()):
                    counting = tasks.create_task(self._count_queues())
                    next_count = now + QUEUE_LOOK_S
                for live in list(self._live.values()):
                    if live.standing != live.shown and live.next_at <= now and not live.turn.locked():
                        tasks.create_task(self._refresh(live))

    async def deliver(self, job: Job, reply: Reply) -> None:
        """Put the outcome in its place, once, however long the platform takes to come back."""
        live = self._live.get(job.id)
        if live is None:
            await self._settle(job, reply)
        else:
            async with live.turn:
                self._live.pop(job.id, None)
                await self._settle(job, reply)

    def close(self) -> None:
        """Try again only what a busy platform takes within PARTING_S: else `deliver` raises AwayError."""
        self._closing.set()

    async def remove(self, job: Job) -> None:
        """Take the job's message away, if it is still there."""
        self._live.pop(job.id, None)
        receipt = (await self._store.record(job.id)).receipt
        if receipt is not None:
            await self._take_away(job, receipt)

    async def _take_away(self, job: Job, receipt: Receipt) -> None:
        try:
            await self._messenger(job).remove(job.at, receipt)
        except DeliveryError as error:
            log.info("message not removed", job=job.id, error=type(error).__name__)

    def _let_go(self, live: _Live) -> None:
        if self._live.get(live.job.id) is live:
            del self._live[live.job.id]

    async def _post(self, live: _Live, *, fresh: bool) -> None:
        job, reply = live.job, live.draw(live.standing)
        if not (fresh and self.lease()) and not await self._store.posting(job.id):
            log.warning("an announcement is left to the process that took it over", job=job.id)
            self._let_go(live)
            return
        if not fresh:
            await self._store.keep_reply(job.id, reply)
        messenger = self.messengers.get(job.at.door)
        try:
            if messenger is None:
                raise PlaceBusyError("this door is not open in this life")
            live.receipt = await messenger.post(job.at, reply, nonce=job.id)
        except PlaceBusyError as error:
            log.info("not announced, the outcome will be posted", job=job.id, error=type(error).__name__)
        else:
            reach("announce.posted")
        await self._store.announced(job.id, live.receipt)

    async def _settle(self, job: Job, reply: Reply) -> None:
        await self._store.keep_reply(job.id, reply)
        told, result = True, "ok"
        try:
            with DELIVERY_SECONDS.labels(job.at.door).time():
                await self._insist(job, reply)
        except DeliveryError as error:
            # Nobody is told here any more; the job list and the gallery keep it.
            told, result = False, type(error).__name__
            log.warning("outcome not delivered", job=job.id, door=job.at.door, error=result)
        DELIVERIES.labels(job.at.door, result).inc()
        reach("deliver.sent")
        await self._store.delivered(job.id, told)

    async def _insist(self, job: Job, reply: Reply) -> None:
        """Try for PATIENCE_S where the platform is only busy."""
        async for attempt in AsyncRetrying(
            retry=retry_if_exception_type(PlaceBusyError),
            stop=stop_after_delay(PATIENCE_S),
            wait=_patiently,
            sleep=self._rest,
            reraise=True,
        ):
            with attempt:
                await self._put(job, reply)

    async def _rest(self, pause_s: float) -> None:
        """The pause between two tries; where the house closes sooner, the next try is the next life's."""
        rest, closing = asyncio.create_task(self._clock.sleep(pause_s)), asyncio.create_task(self._closing.wait())
        try:
            await asyncio.wait((rest, closing), return_when=asyncio.FIRST_COMPLETED)
            if not rest.done() and pause_s > PARTING_S:
                raise AwayError()
            await rest
        finally:
            rest.cancel()
            closing.cancel()

    async def _put(self, job: Job, reply: Reply) -> None:
        messenger = self._messenger(job)
        record = await self._store.record(job.id)
        stale = record.receipt
        if not self.lease():
            raise AwayError()
        if stale is not None and not record.deleted:
            try:
                await messenger.edit(job.at, stale, reply)
            except PlaceGoneError:
                log.info("announcement is gone, posting anew", job=job.id)
                record = await self._store.record(job.id)
            else:
                return
        if record.deleted:  # by its person, while the platform was busy
            if stale is not None:
                await self._take_away(job, stale)  # with whatever came to it since
            return
        if not await self._store.posting(job.id):
            raise AwayError()
        fresh = await messenger.post(job.at, reply, nonce=job.id)
        await self._store.keep_receipt(job.id, fresh)
        if stale is not None and stale != fresh:
            await self._take_away(job, stale)  # else it would say for ever that the picture is being made
        if (await self._store.record(job.id)).deleted:
            await self._take_away(job, fresh)

    async def _refresh(self, live: _Live) -> None:
        async with live.turn:
            if live.job.id not in self._live or live.receipt is None or not self.lease():
                return
            standing, pause_s = live.standing, LAME_S
            try:
                messenger = self._messenger(live.job)
                pause_s = messenger.pace_s
                await messenger.edit(live.job.at, live.receipt, live.draw(standing))
            except PlaceBusyError as error:
                pause_s = max(pause_s, error.retry_after_s or LAME_S)
                log.info("progress not shown", job=live.job.id, error=type(error).__name__)
            except DeliveryError as error:
                pause_s = math.inf  # asking again and again would be held against the house; the outcome finds a way
                log.info("progress shown no more", job=live.job.id, error=type(error).__name__)
            except Exception:  # the outermost line of this task: one message must not stop the others
                log.exception("progress edit broke", job=live.job.id)
            live.shown = standing
            live.next_at = self._clock.steady() + pause_s

    async def _count_queues(self) -> None:
        try:
            before = {job: live.standing for job, live in self._live.items() if self._waits_or_is_away(live)}
            found = await self._store.whereabouts() if before else {}
            for job, standing in before.items():
                live, now = self._live.get(job), found.get(job)
                if live is None:
                    continue
                if now is None:  # it has ended: the postman has it, unless its person was quicker, at another process
                    if (await self._store.record(job)).deleted:
                        self._let_go(live)
                    continue
                moved = await self._store.job(job) if now.lane != live.job.provider else None
                if live.standing is standing:  # else there is fresher news
                    live.away = now.run_by not in (None, self._store.process)
                    live.standing = _as_found(standing, now)
                    if moved is not None:
                        live.job, live.standing = moved, replace(live.standing, job=moved)
        except Exception:  # the outermost line of this task: a count that fails is taken again
            log.exception("the open jobs were not looked at")

    @staticmethod
    def _waits_or_is_away(live: _Live) -> bool:
        """Whether its news comes from the store alone: what runs in this process tells by itself."""
        return live.away or live.standing.ahead is not None

    def _messenger(self, job: Job) -> Messenger:
        messenger = self.messengers.get(job.at.door)
        if messenger is None:
            raise PlaceShutError("this door is not open")
        return messenger


def _as_found(standing: Standing, now: Whereabouts) -> Standing:
    """The standing with what the store says of it."""
    began = now.ahead is None
    return replace(
        standing,
        ahead=now.ahead,
        pause=now.pause,
        since=now.started_at if began and now.started_at else standing.since,
        progress=Progress(now.word, now.fraction) if began and now.word else None,
        ticket=now.ticket,
        stopping=standing.stopping or now.cancel_asked,
    )


def _always() -> bool:
    return True


def _patiently(state: RetryCallState) -> float:
    """Seconds before the next try: the platform's own figure, else doubling from 1 to 60."""
    error = state.outcome.exception() if state.outcome is not None else None
    asked_s = error.retry_after_s if isinstance(error, DeliveryError) else None
    return asked_s if asked_s is not None else min(60.0, 2.0 ** (state.attempt_number - 1))
