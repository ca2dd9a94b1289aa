"""What a picture is turned into so that a place takes it: another type, less quality, fewer pixels."""

from __future__ import annotations

import pytest
from PIL import Image

from bot import images
from bot.errors import FileTooLargeError
from bot.request import Format
from tests.unit.scene import FORMATS, file_of, opened, scene

ELSEWHERE = (Format.PNG, Format.JPEG)


async def test_encode_changes_the_type_only_where_it_must() -> None:
    picture = file_of(scene(mode="RGBA"), "PNG")
    assert await images.encode(picture, Format.PNG) is picture
    for to in (Format.WEBP, Format.JPEG):
        assert (await images.inspect(await images.encode(picture, to))).format is to


async def test_a_jpeg_of_something_transparent_stands_on_white() -> None:
    picture = file_of(Image.new("RGBA", (20, 20), (0, 0, 0, 0)), "PNG")
    assert opened(await images.encode(picture, Format.JPEG)).getpixel((10, 10)) == (255, 255, 255)


@pytest.mark.parametrize("kind", ["PNG", "JPEG"])
async def test_exchange_leaves_alone_what_is_of_a_type_that_will_do(kind: str) -> None:
    picture = file_of(scene(), kind)
    exchanged, to = await images.exchange(picture, ELSEWHERE)
    assert exchanged is picture
    assert to.value == kind.lower()


async def test_exchange_is_exact_where_that_is_not_too_large() -> None:
    picture = file_of(scene(mode="RGBA"), "WEBP", lossless=True)
    exchanged, to = await images.exchange(picture, ELSEWHERE)
    assert to is Format.PNG
    assert opened(exchanged).tobytes() == opened(picture).tobytes()


async def test_exchange_keeps_every_pixel_of_a_picture_that_is_too_large_to_be_exact(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(images, "PNG_BYTES", 1000)
    picture = file_of(Image.effect_noise((300, 200), 60).convert("RGB"), "WEBP")
    exchanged, to = await images.exchange(picture, ELSEWHERE)
    assert to is Format.JPEG
    assert (opened(exchanged).format, opened(exchanged).size) == ("JPEG", (300, 200))
    exact, to = await images.exchange(picture, (Format.PNG,))
    assert (opened(exact).format, to) == ("PNG", Format.PNG)


async def test_fit_leaves_alone_what_fits() -> None:
    picture = file_of(scene(), "PNG")
    assert await images.fit(picture, max_bytes=len(picture)) is picture


async def test_fit_gives_up_quality_first_then_pixels() -> None:
    picture = file_of(Image.effect_noise((1000, 750), 60).convert("RGB"), "PNG")
    roomy = await images.fit(picture, max_bytes=len(picture) // 2)
    tight = await images.fit(picture, max_bytes=120_000)
    assert opened(roomy).size == (1000, 750)
    assert len(tight) <= 120_000
    assert 512 <= max(opened(tight).size) < 1000


async def test_fit_says_so_when_nothing_worth_showing_would_be_left() -> None:
    picture = file_of(Image.effect_noise((900, 900), 90).convert("RGB"), "PNG")
    with pytest.raises(FileTooLargeError):
        await images.fit(picture, max_bytes=2_000)


async def test_fit_may_be_told_to_write_a_jpeg() -> None:
    picture = file_of(Image.effect_noise((1000, 750), 60).convert("RGBA"), "PNG")
    fitted = await images.fit(picture, max_bytes=200_000, to=Format.JPEG)
    assert opened(fitted).format == "JPEG"
    assert len(fitted) <= 200_000


@pytest.mark.parametrize("kind", FORMATS)
async def test_fit_narrows_the_longer_side(kind: str) -> None:
    fitted = await images.fit(file_of(scene(2000, 500), kind), max_bytes=10_000_000, max_side=1000)
    assert opened(fitted).size == (1000, 250)
