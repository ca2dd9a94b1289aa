"""Bytes in, larger bytes out."""

from __future__ import annotations

import io
from typing import Any

import numpy as np
import pytest
from PIL import Image, ImageCms

from bot.errors import RejectedError
from bot.providers.local.engine import EngineName
from bot.providers.local.enlarge import enlarge
from bot.providers.local.lanczos import BackProjection
from bot.request import Format


def file_of(image: Image.Image, kind: str = "PNG", **how: Any) -> bytes:
    target = io.BytesIO()
    image.save(target, kind, **how)
    return target.getvalue()


def larger(picture: bytes, factor: int = 2, to: Format = Format.PNG, max_pixels: int = 1_000_000) -> Image.Image:
    enlarged = enlarge(picture, factor, to, BackProjection(), max_pixels=max_pixels, tick=lambda fraction: None)
    assert enlarged.engine is EngineName.LANCZOS
    return Image.open(io.BytesIO(enlarged.picture))


@pytest.mark.parametrize("factor", [2, 4])
@pytest.mark.parametrize("to", list(Format))
def test_it_is_truly_larger_in_the_format_asked(factor: int, to: Format) -> None:
    image = larger(file_of(Image.effect_noise((40, 30), 50).convert("RGB")), factor, to)
    assert image.size == (40 * factor, 30 * factor)
    assert image.format == to.name


def test_grey_stays_grey() -> None:
    assert larger(file_of(Image.effect_noise((40, 30), 50))).mode == "L"


def test_transparency_is_enlarged_too() -> None:
    source = Image.new("RGBA", (40, 40), (10, 200, 10, 255))
    source.paste((0, 0, 0, 0), (0, 0, 20, 40))
    image = larger(file_of(source))
    assert image.mode == "RGBA"
    alpha = np.asarray(image.getchannel("A"))
    assert (alpha[40, 10], alpha[40, 70]) == (0, 255)


def test_a_transparent_picture_as_jpeg_stands_on_white() -> None:
    image = larger(file_of(Image.new("RGBA", (40, 40), (0, 0, 0, 0))), to=Format.JPEG)
    assert image.getpixel((40, 40)) == (255, 255, 255)


def test_the_colour_profile_stays() -> None:
    profile = ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes()
    assert larger(file_of(Image.new("RGB", (40, 40)), icc_profile=profile)).info["icc_profile"] == profile


def test_a_turned_picture_comes_upright() -> None:
    exif = Image.Exif()
    exif[0x0112] = 6
    image = larger(file_of(Image.new("RGB", (40, 20)), "JPEG", exif=exif))
    assert image.size == (40, 80)
    assert not image.getexif()


@pytest.mark.parametrize(
    "picture", [b"", b"no picture", file_of(Image.new("RGB", (64, 64)))[:60], file_of(Image.new("RGB", (9, 9)), "GIF")]
)
def test_what_cannot_be_read_is_rejected(picture: bytes) -> None:
    with pytest.raises(RejectedError):
        larger(picture)


def test_what_is_too_large_is_rejected_before_it_is_decoded() -> None:
    with pytest.raises(RejectedError, match="101x100"):
        larger(file_of(Image.new("L", (101, 100))), max_pixels=10_000)


def test_progress_of_two_passes_goes_up_once() -> None:
    told: list[float] = []
    picture = file_of(Image.new("L", (16, 16)))
    enlarge(picture, 4, Format.PNG, BackProjection(), max_pixels=1000, tick=told.append)
    assert told == sorted(told)
    assert told[-1] == pytest.approx(1.0)
