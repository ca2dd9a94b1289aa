"""A picture's bytes in, the same picture larger out; runs inside the worker."""

from __future__ import annotations

import io
from dataclasses import dataclass

import numpy as np
from PIL import Image, ImageOps, UnidentifiedImageError

from bot.errors import RejectedError
from bot.providers.local.engine import Engine, EngineName, Tick
from bot.request import Format

PASSES = {2: 1, 4: 2}
"""How often each factor doubles."""


@dataclass(frozen=True, slots=True)
class Enlarged:
    """The finished file and the engine that made it."""

    picture: bytes
    engine: EngineName


def enlarge(picture: bytes, factor: int, to: Format, engine: Engine, *, max_pixels: int, tick: Tick) -> Enlarged:
    """`factor` times per side. Transparency goes by Lanczos, grey stays grey, a colour profile is kept.

    Raises RejectedError for a picture of more than max_pixels, or one that cannot be read.
    """
    image = _open(picture, max_pixels)
    profile = image.info.get("icc_profile")
    grey = image.mode in ("1", "L", "LA", "I", "I;16", "F")
    alpha = image.convert("RGBA").getchannel("A") if image.has_transparency_data else None
    if image.mode not in ("RGB", "RGBA", "L", "LA", "P"):
        profile = None  # it describes another colour space than the one that we write
    values = np.asarray(image.convert("RGB"), np.float32) / np.float32(255)
    passes = PASSES[factor]
    for done in range(passes):
        values = engine.double(values, _part_of(tick, done, passes))
    large = Image.fromarray((values * 255 + np.float32(0.5)).astype(np.uint8))
    del values
    if grey:
        large = large.convert("L")
    if alpha is not None:
        large.putalpha(alpha.resize(large.size, Image.Resampling.LANCZOS))
    return Enlarged(write(large, to, icc_profile=profile), engine.name)


def write(image: Image.Image, to: Format, *, icc_profile: bytes | None) -> bytes:
    """The picture as a file, of a quality that nobody can tell from the original. JPEG stands on white."""
    target = io.BytesIO()
    match to:
        case Format.WEBP:
            image.save(target, "WEBP", quality=92, method=3, icc_profile=icc_profile)
        case Format.PNG:
            image.save(target, "PNG", compress_level=6, icc_profile=icc_profile)
        case Format.JPEG:
            if image.has_transparency_data:
                paper = Image.new("RGB", image.size, "white")
                paper.paste(image.convert("RGB"), mask=image.getchannel("A"))
                image = paper
            image.save(target, "JPEG", quality=92, subsampling=0, icc_profile=icc_profile)
    return target.getvalue()


def _open(picture: bytes, max_pixels: int) -> Image.Image:
    try:
        image = Image.open(io.BytesIO(picture), formats=("PNG", "JPEG", "WEBP"))
        if image.width * image.height > max_pixels:
            raise RejectedError(said=f"{image.width}x{image.height} is too large to enlarge")
        image.load()
        return ImageOps.exif_transpose(image)
    except (OSError, SyntaxError, ValueError, UnidentifiedImageError, Image.DecompressionBombError) as error:
        raise RejectedError(said="the picture cannot be read") from error


def _part_of(tick: Tick, done: int, passes: int) -> Tick:
    """The second of two passes has four times the pixels of the first."""
    whole = (4**passes - 1) / 3
    begin, share = (4**done - 1) / 3 / whole, 4**done / whole
    return lambda fraction: tick(begin + share * fraction)
