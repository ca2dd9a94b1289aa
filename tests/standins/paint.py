"""Real pictures of any size, made cheaply: what a stand-in delivers."""

from __future__ import annotations

import asyncio
import io
import random

from PIL import Image, ImageOps


async def paint(width: int, height: int, *, seed: int, file_type: str) -> bytes:
    """A two-coloured glow whose colours come from the seed, as png, jpeg or webp; made in a thread."""
    return await asyncio.to_thread(_paint, width, height, seed, file_type)


async def enlarge(picture: bytes, factor: int, *, file_type: str) -> bytes:
    """The same picture with `factor` times its sides; made in a thread."""
    return await asyncio.to_thread(_enlarge, picture, factor, file_type)


async def size_of(picture: bytes) -> tuple[int, int] | None:
    """Width and height, or None where it is no picture."""
    return await asyncio.to_thread(_size_of, picture)


def _paint(width: int, height: int, seed: int, file_type: str) -> bytes:
    dice = random.Random(seed)
    dark, light = ("#" + bytes(dice.randrange(low, low + 128) for _ in range(3)).hex() for low in (0, 128))
    glow = Image.radial_gradient("L").resize((width, height))
    return _saved(ImageOps.colorize(glow, dark, light), file_type)


def _enlarge(picture: bytes, factor: int, file_type: str) -> bytes:
    with Image.open(io.BytesIO(picture)) as source:
        return _saved(source.convert("RGB").resize((source.width * factor, source.height * factor)), file_type)


def _size_of(picture: bytes) -> tuple[int, int] | None:
    try:
        with Image.open(io.BytesIO(picture)) as source:
            return source.size
    except OSError:
        return None


def _saved(picture: Image.Image, file_type: str) -> bytes:
    file = io.BytesIO()
    if file_type == "webp":
        picture.save(file, file_type, method=0)
    else:
        picture.save(file, file_type)
    return file.getvalue()
