"""Pictures without a key or a network: procedural sketches, and upscales by a small neural net, in worker processes."""

from __future__ import annotations

import os
import re
from collections.abc import Callable
from decimal import Decimal
from pathlib import Path
from typing import Final

from pydantic import BaseModel, ConfigDict, Field

from bot.errors import RejectedError, VanishedError
from bot.job import Progress, Rendered, Ticket
from bot.offer import Grid, Intake, Offer
from bot.providers import Health, Kit, Order, Reading
from bot.providers.local import worker
from bot.providers.local.crew import Crew
from bot.providers.local.engine import EngineName, expected
from bot.request import Imagine, Kind, Shape, Upscale

NAME: Final = "local"
TITLE: Final = "This computer"
VARIABLE: Final = None

SKETCH_SHAPES: Final = Grid(low=64, high=2048, step=32, default=Shape(1024, 768), max_pixels=2048 * 2048)
NEURAL_PIXELS: Final = {2: 1024 * 1024, 4: 512 * 512}
"""By factor: about 3 s each on one core (docs/decisions/local-upscaler.md)."""
NUMPY_PIXELS: Final = {factor: pixels // 4 for factor, pixels in NEURAL_PIXELS.items()}
"""The same net takes five times as long in NumPy."""


class Settings(BaseModel):
    """[providers.local]"""

    model_config = ConfigDict(extra="forbid", frozen=True)

    enabled: bool = True
    workers: int = Field(default=0, ge=0, le=64, description="Worker processes; 0: one less than there are cores.")
    memory_mb: int = Field(default=1024, ge=256, description="What a worker may take (Linux only).")
    sketch_limit_s: float = Field(default=15, gt=0, le=600)
    upscale_limit_s: float = Field(default=60, gt=0, le=600)

    def crew_size(self, cores: int) -> int:
        return self.workers or max(1, cores - 1)


def open_provider(settings: Settings, key: str | None, kit: Kit) -> Local:
    """Needs no key; the workers start with the first job or `check`."""
    del key
    return Local(settings, kit.data_dir, cores=os.cpu_count() or 1)


class Local:
    """The provider that is always there. Nothing is ever ticketed: submit does the work."""

    def __init__(self, settings: Settings, data_dir: Path, *, cores: int) -> None:
        self._settings = settings
        self._data_dir = data_dir
        self._size = settings.crew_size(cores)
        setup = worker.Setup(
            data_dir=data_dir,
            threads=max(1, min(4, cores // self._size)),
            memory_bytes=settings.memory_mb * 1024 * 1024,
        )
        self._crew = Crew(setup, size=self._size)
        self._engine = expected(data_dir)

    @property
    def name(self) -> str:
        return NAME

    @property
    def offers(self) -> tuple[Offer, ...]:
        """What can be had here; how large a picture an upscale takes depends on the engine."""
        return (
            Offer(
                provider=NAME, model="sketch", kind=Kind.IMAGINE, title="Offline sketch", price_cents=Decimal(0),
                free=True, shapes=SKETCH_SHAPES, typical_s=1.0, deadline_s=60.0, slots=self._size,
            ),
            Offer(
                provider=NAME, model="upscale", kind=Kind.UPSCALE, title="Offline upscale", price_cents=Decimal(0),
                free=True, factors=(2, 4), typical_s=3.0, deadline_s=180.0, slots=self._size,
                intake=Intake(min_side=8, min_pixels=64, max_side=4096, max_pixels=self._max_pixels()),
            ),
        )  # fmt: skip

    async def submit(self, order: Order) -> Rendered:
        """Do the work at once; cancelled, its worker stops in half a second. Raises WorkerDiedError, RejectedError."""
        match order.request:
            case Imagine():
                return await self._sketch(order, order.request)
            case Upscale():
                return await self._upscale(order, order.request)

    async def poll(self, ticket: Ticket) -> Reading:
        """Raises VanishedError: no ticket was ever given out."""
        raise VanishedError(provider=NAME)

    async def fetch(self, link: str) -> bytes:
        """Raises VanishedError: no link was ever given out."""
        raise VanishedError(provider=NAME)

    async def check(self) -> Health:
        """Start a worker where none runs, and tell which engine it upscales with."""
        self._engine = await self._crew.do(worker.engine_name, limit_s=self._settings.sketch_limit_s)
        fetch = f"python -m bot.providers.local.weights --data-dir {self._data_dir}"
        return Health(engine=self._engine.value, remedy=fetch if self._engine is EngineName.LANCZOS else "")

    async def close(self) -> None:
        await self._crew.close()

    async def _sketch(self, order: Order, request: Imagine) -> Rendered:
        order.report(Progress("Sketching", 0.0))
        drawn = await self._crew.do(
            worker.paint,
            request.prompt,
            request.shape,
            request.seed,
            request.output_format,
            limit_s=self._settings.sketch_limit_s,
            heard=_as("Sketching", order),
        )
        return Rendered(
            shelf=await order.shelve(drawn.picture),
            seed=request.seed,
            cost_cents=Decimal(0),
            word="Ready",
            notes={"understood": ", ".join(_as_written(word, request.prompt) for word in drawn.understood)},
        )

    async def _upscale(self, order: Order, request: Upscale) -> Rendered:
        if request.factor not in NEURAL_PIXELS or len(order.pictures) != 1:
            raise RejectedError(said=f"x{request.factor} of {len(order.pictures)} pictures")
        order.report(Progress("Upscaling", 0.0))
        enlarged = await self._crew.do(
            worker.upscale,
            order.pictures[0],
            request.factor,
            request.output_format,
            self._max_pixels()[request.factor],
            limit_s=self._settings.upscale_limit_s,
            heard=_as("Upscaling", order),
        )
        return Rendered(
            shelf=await order.shelve(enlarged.picture),
            cost_cents=Decimal(0),
            word="Ready",
            notes={"engine": enlarged.engine.value},
        )

    def _max_pixels(self) -> dict[int, int]:
        return dict(NUMPY_PIXELS if self._engine is EngineName.NUMPY else NEURAL_PIXELS)


def _as_written(word: str, prompt: str) -> str:
    """A word that was understood, with the capitals that its person gave it, as German nouns have them."""
    found = re.search(rf"\b{re.escape(word)}\b", prompt, re.IGNORECASE)
    return found[0] if found else word


def _as(word: str, order: Order) -> Callable[[float], None]:
    return lambda fraction: order.report(Progress(word, fraction))
