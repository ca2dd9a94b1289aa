"""The local provider whole: orders in, pictures on the shelf out."""

from __future__ import annotations

import asyncio
import io
import time
from collections.abc import AsyncIterator
from decimal import Decimal
from hashlib import sha256
from pathlib import Path

import pytest
from PIL import Image

from bot.errors import RejectedError, VanishedError, WorkerDiedError
from bot.job import Progress, Ticket, new_job_id
from bot.providers import Health, Kit, Order
from bot.providers.local import Local, Settings, open_provider
from bot.request import Format, ImageId, Imagine, Kind, Request, Shape, Upscale
from tests.clock import HeldClock
from tests.unit.providers.local.photo import photo


class Counter:
    """What the gallery and the announcement would see of an order."""

    def __init__(self) -> None:
        self.shelf: dict[ImageId, bytes] = {}
        self.told: list[Progress] = []
        self.busy = asyncio.Event()

    def order(self, request: Request, *pictures: bytes) -> Order:
        return Order(
            job=new_job_id(),
            request=request,
            model="any",
            person="nobody",
            shelve=self._shelve,
            report=self._hear,
            pictures=pictures,
        )

    def picture(self, image: ImageId | None) -> Image.Image:
        assert image
        return Image.open(io.BytesIO(self.shelf[image]))

    def _hear(self, progress: Progress) -> None:
        self.told.append(progress)
        if progress.fraction:
            self.busy.set()

    async def _shelve(self, picture: bytes) -> ImageId:
        image = ImageId(sha256(picture).hexdigest())
        self.shelf[image] = picture
        return image


def png(image: Image.Image) -> bytes:
    target = io.BytesIO()
    image.save(target, "PNG")
    return target.getvalue()


@pytest.fixture
def counter() -> Counter:
    return Counter()


@pytest.fixture
async def local(data_dir: Path) -> AsyncIterator[Local]:
    provider = open_provider(Settings(workers=1), None, Kit(clock=HeldClock(), data_dir=data_dir))
    yield provider
    await provider.close()


@pytest.fixture
async def plain(tmp_path: Path) -> AsyncIterator[Local]:
    """Without weights."""
    provider = open_provider(Settings(workers=1), None, Kit(clock=HeldClock(), data_dir=tmp_path))
    yield provider
    await provider.close()


async def test_a_sketch_is_on_the_shelf_when_submit_ends(local: Local, counter: Counter) -> None:
    request = Imagine(prompt="a lighthouse at dusk", shape=Shape(256, 192), seed=7)
    rendered = await local.submit(counter.order(request))
    picture = counter.picture(rendered.shelf)
    assert (picture.size, picture.format) == ((256, 192), "WEBP")
    assert (rendered.seed, rendered.cost_cents, rendered.word) == (7, Decimal(0), "Ready")
    assert rendered.notes == {"understood": "lighthouse, dusk"}
    assert counter.told[0] == Progress("Sketching", 0.0)


async def test_every_worker_draws_the_same_bytes(local: Local, plain: Local, counter: Counter) -> None:
    request = Imagine(prompt="a magical forest, watercolour", shape=Shape(320, 256), seed=42, output_format=Format.PNG)
    first, second = await local.submit(counter.order(request)), await plain.submit(counter.order(request))
    assert first.shelf == second.shelf


async def test_an_upscale_says_which_engine_ran(local: Local, counter: Counter) -> None:
    source = png(photo().resize((160, 120)).convert("RGB"))
    for factor in (2, 4):
        rendered = await local.submit(counter.order(Upscale(source=ImageId("a"), factor=factor), source))
        assert counter.picture(rendered.shelf).size == (160 * factor, 120 * factor)
        assert rendered.notes == {"engine": "ncnn"}
    fractions = [progress.fraction for progress in counter.told]
    assert fractions[0] == 0.0
    assert {progress.word for progress in counter.told} == {"Upscaling"}


async def test_without_weights_it_still_upscales_and_check_tells_the_way_out(plain: Local, counter: Counter) -> None:
    rendered = await plain.submit(counter.order(Upscale(source=ImageId("a"), factor=2), png(Image.new("L", (64, 48)))))
    assert rendered.notes == {"engine": "lanczos"}
    health = await plain.check()
    assert health.engine == "lanczos"
    assert "bot.providers.local.weights --data-dir" in health.remedy


async def test_check_names_the_engine(local: Local) -> None:
    assert await local.check() == Health(engine="ncnn")


async def test_cancelling_an_upscale_frees_the_worker_within_half_a_second(local: Local, counter: Counter) -> None:
    await local.check()
    source = png(photo())
    job = asyncio.ensure_future(local.submit(counter.order(Upscale(source=ImageId("a"), factor=4), source)))
    await counter.busy.wait()
    job.cancel()
    began = time.monotonic()
    with pytest.raises(asyncio.CancelledError):
        await job
    await local.check()
    assert time.monotonic() - began < 0.5


async def test_a_picture_that_takes_too_long_is_a_typed_error(tmp_path: Path, counter: Counter) -> None:
    settings = Settings(workers=1, upscale_limit_s=0.05)
    provider = open_provider(settings, None, Kit(clock=HeldClock(), data_dir=tmp_path))
    try:
        with pytest.raises(WorkerDiedError):
            await provider.submit(counter.order(Upscale(source=ImageId("a"), factor=4), png(photo())))
        sketch = Imagine(prompt="a cat", shape=Shape(64, 64), seed=1)
        assert (await provider.submit(counter.order(sketch))).shelf in counter.shelf
    finally:
        await provider.close()


async def test_what_it_cannot_do_is_rejected(plain: Local, counter: Counter) -> None:
    source = png(Image.new("L", (64, 48)))
    for order in (
        counter.order(Upscale(source=ImageId("a"), factor=3), source),
        counter.order(Upscale(source=ImageId("a"), factor=2)),
        counter.order(Upscale(source=ImageId("a"), factor=4), png(Image.new("L", (600, 600)))),
        counter.order(Upscale(source=ImageId("a"), factor=2), b"no picture"),
    ):
        with pytest.raises(RejectedError):
            await plain.submit(order)


async def test_there_is_nothing_to_poll_or_fetch(plain: Local) -> None:
    with pytest.raises(VanishedError):
        await plain.poll(Ticket("local", "1"))
    with pytest.raises(VanishedError):
        await plain.fetch("https://example.org/picture")


async def test_its_offers_are_free_and_bounded(plain: Local) -> None:
    sketch, upscale = plain.offers
    assert (sketch.name, sketch.kind, sketch.free, sketch.price_cents) == ("local/sketch", Kind.IMAGINE, True, 0)
    assert (upscale.name, upscale.kind, upscale.free, upscale.factors) == ("local/upscale", Kind.UPSCALE, True, (2, 4))
    assert upscale.intake
    assert upscale.intake.max_pixels == {2: 1024 * 1024, 4: 512 * 512}
    assert sketch.controls == ()


@pytest.mark.parametrize(("workers", "cores", "size"), [(0, 1, 1), (0, 2, 1), (0, 8, 7), (3, 2, 3)])
def test_one_core_is_left_to_the_conversation(workers: int, cores: int, size: int) -> None:
    assert Settings(workers=workers).crew_size(cores) == size
