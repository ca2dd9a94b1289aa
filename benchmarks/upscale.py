"""Enlarging without a key: the local provider's worker beside Pillow's Lanczos, and the event loop meanwhile."""

from __future__ import annotations

import asyncio
import hashlib
import io
import os
from statistics import median
from typing import Final

from PIL import Image

from benchmarks import photo
from benchmarks.figure import Figure, Ground, Scale
from benchmarks.gauge import Stopwatch, listen_to_loop, loop_delay_ms, percentile
from bot.job import Progress, Rendered, new_job_id
from bot.providers import Order
from bot.providers.local import Local, Settings
from bot.providers.local.enlarge import write
from bot.request import Format, ImageId, Upscale

ROUNDS: Final = 3
IDLE_S: Final = 1.0


class Bench:
    """The provider with a shelf in memory."""

    def __init__(self, local: Local) -> None:
        self._local = local
        self._shelf: dict[ImageId, bytes] = {}

    async def enlarge(self, picture: bytes, to: Format) -> tuple[bytes, str]:
        """Twice as large per side, and which engine did it."""
        order = Order(
            job=new_job_id(),
            request=Upscale(source=ImageId("0" * 64), factor=2, output_format=to),
            model="upscale",
            person="",
            shelve=self._shelve,
            report=_unheard,
            pictures=(picture,),
        )
        rendered: Rendered = await self._local.submit(order)
        shelf = rendered.shelf or ImageId("")
        return self._shelf.pop(shelf), rendered.notes.get("engine", "?")

    async def _shelve(self, picture: bytes) -> ImageId:
        name = ImageId(hashlib.sha256(picture).hexdigest())
        self._shelf[name] = picture
        return name


def _unheard(_progress: Progress) -> None:
    return


def _lanczos(picture: bytes, to: Format) -> bytes:
    """The peer: the same file in, the same kind of file out."""
    image = Image.open(io.BytesIO(picture)).convert("RGB")
    return write(image.resize((image.width * 2, image.height * 2), Image.Resampling.LANCZOS), to, icc_profile=None)


def measure(ground: Ground) -> list[Figure]:
    return asyncio.run(_measure(ground))


async def _measure(ground: Ground) -> list[Figure]:
    original = photo.load()
    whole = photo.png(original)
    half = photo.png(original.resize((original.width // 2, original.height // 2), Image.Resampling.BICUBIC))
    local = Local(Settings(), ground.data_dir, cores=os.cpu_count() or 1)
    try:
        bench = Bench(local)
        back, engine = await bench.enlarge(half, Format.PNG)  # the warm-up, too: it starts the worker
        plain_back = await asyncio.to_thread(_lanczos, half, Format.PNG)
        idle_ms: list[float] = []
        busy_ms: list[float] = []
        ours, plain = Stopwatch(), Stopwatch()
        for _ in range(ROUNDS):
            idle_ms += await loop_delay_ms(IDLE_S)
            listening = asyncio.create_task(listen_to_loop(busy_ms))
            with ours.running():
                await bench.enlarge(whole, Format.WEBP)
            listening.cancel()
            with plain.running():
                await asyncio.to_thread(_lanczos, whole, Format.WEBP)
    finally:
        await local.close()
    return [
        Figure(
            what=f"enlarge {original.width}x{original.height} to twice the sides ({engine}), PNG in, WebP out",
            ours=median(ours.wall_ms) / 1000,
            other=median(plain.wall_ms) / 1000,
            against="Pillow Lanczos, same file written",
            unit="s",
        ),
        Figure(
            what=f"quality of x2 ({engine}): PSNR of a photo made half as large and enlarged again",
            ours=photo.psnr_db(original, Image.open(io.BytesIO(back))),
            other=photo.psnr_db(original, Image.open(io.BytesIO(plain_back))),
            against="Pillow Lanczos",
            unit="dB",
            scale=Scale.DIFFERENCE,
        ),
        Figure(
            what="loop delay p99 while a worker enlarges",
            ours=percentile(busy_ms, 99),
            other=percentile(idle_ms, 99),
            against="the same loop at rest",
            unit="ms",
        ),
    ]
