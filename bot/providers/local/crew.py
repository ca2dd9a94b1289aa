"""The worker processes, seen from the event loop: give one a job, hear how far it is, stop it, outlive its death.

Pebble keeps the processes (it can end one without the others); this adds seats, progress, and two steps of stopping:
a flag that the job looks at several times a second, and the end of its process two seconds later.
"""

from __future__ import annotations

import asyncio
import signal
from collections.abc import Callable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from concurrent.futures import TimeoutError as JobTimeoutError
from concurrent.futures.process import BrokenProcessPool
from contextlib import contextmanager, suppress
from multiprocessing import get_context
from typing import Any, Final, TypeVar

import structlog
from pebble import ProcessExpired, ProcessPool

from bot.errors import WorkerDiedError
from bot.providers.local import worker

LOOK_S: Final = 0.1
"""Seconds between two looks at a job's progress."""
GRACE_S: Final = 2.0
"""Seconds a job that was called off has for stopping by itself."""
WARM_UP_S: Final = 20.0
"""Beyond its time limit, how long a job may take because a new worker is still starting; then the crew is replaced."""
JOBS_PER_LIFE: Final = 50
"""Jobs after which a worker is replaced, so that nothing can pile up in it."""

T = TypeVar("T")
log = structlog.get_logger(__name__)


class Crew:
    """`size` workers, started with the first job and kept warm. One seat for each; who finds none waits in line."""

    def __init__(self, setup: worker.Setup, *, size: int) -> None:
        self._setup = setup
        self._size = size
        self._context = get_context("spawn")
        self._board = worker.Board(self._context.RawArray("d", 2 * size))
        self._seats: asyncio.Queue[int] = asyncio.Queue()
        for seat in range(size):
            self._seats.put_nowait(seat)
        self._pool: ProcessPool | None = None
        self._keeper = ThreadPoolExecutor(max_workers=1, thread_name_prefix="crew")  # starts and ends pools, in order
        self._jobs: set[Future[Any]] = set()
        self._closed = False

    async def do(
        self,
        work: Callable[..., T],
        *args: object,
        limit_s: float,
        heard: Callable[[float], None] = lambda fraction: None,
    ) -> T:
        """Run `work(seat, *args)` in a worker; `heard` gets its progress, 0..1.

        A cancelled call returns at once; its worker stops at the next tick, or is ended after GRACE_S, and the seat
        stays taken until then. Raises WorkerDiedError for a death, a closed crew, or limit_s exceeded, and whatever
        `work` raises.
        """
        for attempt in (1, 2):
            try:
                return await self._once(work, args, limit_s, heard)
            except BrokenProcessPool as error:
                # An idle worker was found dead: nobody had begun this job, so a fresh crew may.
                if attempt == 2:
                    raise WorkerDiedError("workers do not start") from error
                log.warning("workers replaced")
        raise WorkerDiedError

    async def close(self) -> None:
        """End all workers, at work or not; a second call does nothing."""
        if self._closed:
            return
        self._closed = True
        await asyncio.get_running_loop().run_in_executor(self._keeper, self._end)
        self._keeper.shutdown(wait=False)

    async def _once(
        self, work: Callable[..., T], args: tuple[object, ...], limit_s: float, heard: Callable[[float], None]
    ) -> T:
        loop = asyncio.get_running_loop()
        seat = await self._seats.get()
        try:
            if self._closed:
                raise WorkerDiedError("closed")
            self._board.clear(seat)
            beginning = loop.run_in_executor(self._keeper, self._begin, seat, work, args, limit_s)
            future = await asyncio.shield(beginning)
        except asyncio.CancelledError:
            # Called off while a pool was starting: the job may have begun without us.
            beginning.add_done_callback(lambda begun: self._abandon(seat, begun))
            raise
        except BaseException:
            self._seats.put_nowait(seat)
            raise
        job = asyncio.wrap_future(future)
        job.add_done_callback(lambda ended: self._free(seat, future, ended))
        try:
            await self._attend(seat, job, limit_s, heard)
        except asyncio.CancelledError:
            self._board.call_off(seat)
            loop.call_later(GRACE_S, future.cancel)
            raise
        if not job.done():
            log.warning("worker hangs", limit_s=limit_s)
            await loop.run_in_executor(self._keeper, self._end)
            raise WorkerDiedError("no answer")
        return self._result(job)

    async def _attend(self, seat: int, job: asyncio.Future[T], limit_s: float, heard: Callable[[float], None]) -> None:
        """Until the job is done, or far beyond its limit; Pebble ends it at the limit itself."""
        last = 0.0
        for _ in range(int((limit_s + WARM_UP_S) / LOOK_S)):
            await asyncio.wait({job}, timeout=LOOK_S)
            fraction = self._board.progress(seat)
            if fraction != last:
                heard(fraction)
                last = fraction
            if job.done():
                return

    def _result(self, job: asyncio.Future[T]) -> T:
        try:
            return job.result()
        except asyncio.CancelledError:
            raise WorkerDiedError("closed") from None
        except BrokenProcessPool:
            raise
        except JobTimeoutError as error:
            raise WorkerDiedError("out of time") from error
        except MemoryError as error:
            raise WorkerDiedError("out of memory") from error
        except ProcessExpired as error:
            raise WorkerDiedError(f"ended with code {error.exitcode}") from error

    def _free(self, seat: int, future: Future[Any], ended: asyncio.Future[Any]) -> None:
        self._jobs.discard(future)
        self._seats.put_nowait(seat)
        if not ended.cancelled():
            ended.exception()  # seen, so that an abandoned job's end is not reported as lost

    def _abandon(self, seat: int, begun: asyncio.Future[Future[Any]]) -> None:
        if begun.cancelled() or begun.exception():
            self._seats.put_nowait(seat)
            return
        future = begun.result()
        asyncio.wrap_future(future).add_done_callback(lambda ended: self._free(seat, future, ended))
        self._board.call_off(seat)
        asyncio.get_running_loop().call_later(GRACE_S, future.cancel)

    def _begin(self, seat: int, work: Callable[..., T], args: tuple[object, ...], limit_s: float) -> Future[T]:
        """In the keeper's thread: hand the job to the pool, starting or replacing the pool first."""
        with _deaf_to_interrupts():
            for _ in range(2):
                if self._pool is None:
                    self._pool = ProcessPool(
                        max_workers=self._size,
                        max_tasks=JOBS_PER_LIFE,
                        initializer=worker.warm,
                        initargs=(self._setup, self._board),
                        context=self._context,
                    )
                try:
                    future: Future[T] = self._pool.schedule(work, args=(seat, *args), timeout=limit_s)
                except RuntimeError:  # Pebble's word for a pool that broke since the last job
                    self._end()
                    continue
                self._jobs.add(future)
                return future
        raise BrokenProcessPool

    def _end(self) -> None:
        """In the keeper's thread: stop the pool; jobs that it leaves without an answer are cancelled."""
        pool, self._pool = self._pool, None
        if pool is not None:
            pool.stop()  # type: ignore[no-untyped-call]
            pool.join()
        for future in tuple(self._jobs):
            with suppress(RuntimeError):
                future.cancel()


@contextmanager
def _deaf_to_interrupts() -> Iterator[None]:
    """Threads and processes started in here never see Ctrl-C, from their first instruction on: it is the parent's."""
    if not hasattr(signal, "pthread_sigmask"):
        yield
        return
    before = signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGINT})
    try:
        yield
    finally:
        signal.pthread_sigmask(signal.SIG_SETMASK, before)
