"""What the wire tests of remote providers share: a clock that never waits, an order, a place for finished bytes."""

from __future__ import annotations

import hashlib
import io
from collections.abc import Iterable
from pathlib import Path

from PIL import Image

from bot.job import JobId, Progress
from bot.providers import Kit, Order
from bot.request import ImageId, Imagine, Request, Shape
from tests.clock import HeldClock

KEY = "bfl_secret-key-4711"


class HastyClock(HeldClock):
    """Time passes as fast as anybody wants to sleep; `naps` are the waits that were asked for."""

    def __init__(self) -> None:
        super().__init__()
        self.naps: list[float] = []

    async def sleep(self, seconds: float) -> None:
        if seconds > 0:
            self.naps.append(seconds)
            await self.advance(seconds)


class Shelf:
    """Takes finished bytes as the gallery does."""

    def __init__(self) -> None:
        self.kept: list[bytes] = []

    async def put(self, picture: bytes) -> ImageId:
        self.kept.append(picture)
        return ImageId(hashlib.sha256(picture).hexdigest())

    @property
    def picture(self) -> Image.Image:
        """The one picture that was kept, decoded."""
        (only,) = self.kept
        return decoded(only)


def decoded(picture: bytes) -> Image.Image:
    opened = Image.open(io.BytesIO(picture))
    opened.load()
    return opened


def png(width: int, height: int) -> bytes:
    file = io.BytesIO()
    Image.new("RGB", (width, height), "teal").save(file, "png")
    return file.getvalue()


def imagine(prompt: str = "a lighthouse at dusk", *, shape: Shape | None = None, seed: int = 7) -> Imagine:
    return Imagine(prompt=prompt, shape=shape or Shape(512, 384), seed=seed)


def order(request: Request, model: str, *, shelf: Shelf | None = None, pictures: Iterable[bytes] = ()) -> Order:
    reports: list[Progress] = []
    return Order(
        job=JobId("0" * 16),
        request=request,
        model=model,
        person="hash-of-ada",
        shelve=(shelf or Shelf()).put,
        report=reports.append,
        pictures=tuple(pictures),
    )


def kit(clock: HeldClock, folder: Path = Path("unused")) -> Kit:
    return Kit(clock=clock, data_dir=folder)
