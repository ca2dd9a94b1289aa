"""Procedural sketches: words looked up, a scene composed from seeded noise, and no claim to be more than that.

The same prompt, seed and size give the same bytes in every process.
"""

from __future__ import annotations

import io
from collections.abc import Callable
from dataclasses import dataclass

from PIL import Image
from PIL.PngImagePlugin import PngInfo

from bot.providers.local.sketch import plan as planning
from bot.providers.local.sketch import styles
from bot.providers.local.sketch.canvas import Canvas
from bot.providers.local.sketch.noise import stream
from bot.providers.local.sketch.palette import choose
from bot.providers.local.sketch.scenes import SCENES
from bot.providers.local.sketch.sky import Easel, fall_of
from bot.request import Format, Shape

ORIGIN = "offline sketch, no AI model"


@dataclass(frozen=True, slots=True)
class Sketch:
    """The finished file, and the prompt's words that meant something to it."""

    picture: bytes
    understood: tuple[str, ...]


def sketch(prompt: str, shape: Shape, seed: int, to: Format, tick: Callable[[float], None]) -> Sketch:
    """Paint a prompt. `tick` is told 0..1 on the way and may raise to stop."""
    image, understood = paint(prompt, shape, seed, tick)
    return Sketch(_written(image, seed, to), understood)


def paint(prompt: str, shape: Shape, seed: int, tick: Callable[[float], None]) -> tuple[Image.Image, tuple[str, ...]]:
    """The picture itself, and the words understood."""
    plan = planning.read(prompt, stream(seed, prompt, "plan"))
    canvas = Canvas(shape.width, shape.height)
    easel = Easel(canvas, plan, choose(plan, stream(seed, prompt, "light")), stream(seed, prompt, "scene"))
    tick(0.05)
    SCENES[plan.scene](easel)
    tick(0.5)
    fall_of(easel)
    bloom = 0.75 if easel.palette.dark or plan.moods & {"neon", "magic"} else 0.35
    pixels = styles.finish(canvas.pixels, stream(seed, prompt, "grain"), bloom=bloom)
    tick(0.7)
    if plan.style:
        pixels = styles.STYLES[plan.style](pixels, stream(seed, prompt, "style"))
    tick(0.9)
    return Image.fromarray((pixels * 255 + 0.5).astype("uint8")), plan.heard


def _written(image: Image.Image, seed: int, to: Format) -> bytes:
    """As a file that says what it is: software, origin and seed, but none of the person's words."""
    target = io.BytesIO()
    match to:
        case Format.PNG:
            notes = PngInfo()
            for key, value in (("Software", "imagebot"), ("Source", ORIGIN), ("Seed", str(seed))):
                notes.add_text(key, value)
            image.save(target, "PNG", pnginfo=notes)
        case Format.WEBP:
            image.save(target, "WEBP", quality=90, method=3, exif=_exif(seed))
        case Format.JPEG:
            image.save(target, "JPEG", quality=92, subsampling=0, exif=_exif(seed))
    return target.getvalue()


def _exif(seed: int) -> Image.Exif:
    exif = Image.Exif()
    exif[0x010E] = f"{ORIGIN}; seed {seed}"  # ImageDescription
    exif[0x0131] = "imagebot"  # Software
    return exif
