"""Pictures by strangers and providers: what is taken, what is refused, and what it costs."""

from __future__ import annotations

import asyncio
import io
import struct
import subprocess
import sys
import time
import zipfile
import zlib
from contextlib import suppress
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from PIL import Image, ImageCms, PngImagePlugin

from bot import images
from bot.errors import (
    BrokenPictureError,
    FileTooLargeError,
    NotAPictureError,
    PictureTooLargeError,
    PictureTooSmallError,
    RefusedError,
)
from bot.images import Admitted
from bot.request import Format
from tests.unit.scene import FORMATS, file_of, opened, scene

QUICK_S = 1.0


async def admit(picture: bytes, **limits: int) -> Admitted:
    given_limits = {"max_bytes": 10_000_000, "max_side": 4096, "max_pixels": 16_777_216} | limits
    return await images.admit(picture, **given_limits)


def png_claiming(width: int, height: int) -> bytes:
    """A PNG whose header promises far more than the file holds."""
    header = struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
    return (
        b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", header) + chunk(b"IDAT", zlib.compress(bytes(1000))) + chunk(b"IEND", b"")
    )


def chunk(kind: bytes, body: bytes) -> bytes:
    return struct.pack(">I", len(body)) + kind + body + struct.pack(">I", zlib.crc32(kind + body))


def jpeg_claiming(width: int, height: int) -> bytes:
    picture = bytearray(file_of(scene(), "JPEG"))
    at = picture.index(b"\xff\xc0")
    picture[at + 5 : at + 9] = struct.pack(">HH", height, width)
    return bytes(picture)


def webp_claiming(width: int, height: int) -> bytes:
    body = b"\x00" * 4 + (width - 1).to_bytes(3, "little") + (height - 1).to_bytes(3, "little")
    rest = b"WEBPVP8X" + (10).to_bytes(4, "little") + body + file_of(scene(), "WEBP")[12:]
    return b"RIFF" + len(rest).to_bytes(4, "little") + rest


@pytest.mark.parametrize("kind", FORMATS)
async def test_the_header_tells_format_and_size(kind: str) -> None:
    picture = file_of(scene(96, 64), kind)
    facts = await images.inspect(picture)
    assert (facts.format, facts.width, facts.height) == (Format(kind.lower()), 96, 64)
    assert facts.size_bytes == len(picture)
    assert not facts.animated


@pytest.mark.parametrize(
    "picture",
    [
        b"",
        b"hello",
        b'<svg xmlns="http://www.w3.org/2000/svg" width="9" height="9"/>',
        b'<?xml version="1.0"?><svg onload="alert(1)"/>',
        file_of(scene(), "GIF"),
        file_of(scene(), "BMP"),
        file_of(scene(), "TIFF"),
        b"%PDF-1.7\n" + file_of(scene(), "PNG"),
        b"<html>" + file_of(scene(), "JPEG"),
        b"RIFF\x00\x00\x00\x00AVI LIST" + bytes(40),
    ],
)
async def test_other_files_are_no_pictures_whatever_they_are_called(picture: bytes) -> None:
    for look in (images.inspect, images.verify, admit):
        with pytest.raises(NotAPictureError) as refused:
            await look(picture)
        assert refused.value.facts["allowed"] == "PNG, JPEG, WebP"


@pytest.mark.parametrize("kind", FORMATS)
@pytest.mark.parametrize("part", [0.01, 0.3, 0.8])
async def test_a_file_that_ends_early_is_broken(kind: str, part: float) -> None:
    picture = file_of(Image.effect_noise((200, 200), 90).convert("RGB"), kind)
    cut = picture[: max(14, int(len(picture) * part))]
    for look in (images.verify, admit):
        with pytest.raises(BrokenPictureError):
            await look(cut)


@pytest.mark.parametrize(
    "picture",
    [
        png_claiming(120_000, 120_000),
        png_claiming(2**31 - 1, 2**31 - 1),
        jpeg_claiming(65_000, 65_000),
        webp_claiming(16_383, 16_383),
    ],
    ids=["png", "png-huge", "jpeg", "webp"],
)
async def test_a_bomb_is_refused_by_its_header(picture: bytes) -> None:
    began = time.monotonic()
    with pytest.raises(PictureTooLargeError) as refused:
        await admit(picture)
    assert time.monotonic() - began < QUICK_S
    assert refused.value.facts["limit"] == "4096x4096"
    with pytest.raises(PictureTooLargeError):
        await images.verify(picture)


@pytest.mark.skipif(sys.platform != "linux", reason="limits a process's memory the Linux way")
def test_bombs_cost_no_memory(tmp_path: Path) -> None:
    bombs = [png_claiming(120_000, 120_000), jpeg_claiming(65_000, 65_000), webp_claiming(16_383, 16_383)]
    bombs.append(file_of(Image.new("1", (20_000, 20_000)), "PNG"))
    for index, bomb in enumerate(bombs):
        (tmp_path / f"{index}.bomb").write_bytes(bomb)
    script = """
import asyncio, resource, sys
from pathlib import Path
from bot import images
from bot.errors import PictureTooLargeError
resource.setrlimit(resource.RLIMIT_DATA, (200_000_000, 200_000_000))
async def main():
    for path in Path(sys.argv[1]).iterdir():
        try:
            await images.admit(path.read_bytes(), max_bytes=10_000_000, max_side=4096, max_pixels=16_777_216)
        except PictureTooLargeError:
            print("refused")
asyncio.run(main())
"""
    done = subprocess.run([sys.executable, "-c", script, str(tmp_path)], capture_output=True, text=True, check=False)
    assert done.stdout.split() == ["refused"] * len(bombs), done.stderr


async def test_a_bomb_within_a_text_chunk_is_broken() -> None:
    picture = file_of(scene(), "PNG")
    bomb = chunk(b"zTXt", b"Comment\x00\x00" + zlib.compress(bytes(80_000_000)))
    with pytest.raises(BrokenPictureError):
        await admit(picture[:33] + bomb + picture[33:])


async def test_a_jpeg_of_thousands_of_scans_is_not_decoded() -> None:
    picture = file_of(scene(), "JPEG", progressive=True)
    with pytest.raises(BrokenPictureError):
        await admit(picture[:-2] + b"\xff\xda\x00\x08\x01\x01\x00\x00\x3f\x00" * 2000 + picture[-2:])


async def test_a_line_is_too_large_and_a_dot_too_small() -> None:
    with pytest.raises(PictureTooLargeError) as large:
        await admit(file_of(Image.new("L", (1, 100_000)), "PNG"))
    assert (large.value.facts["width"], large.value.facts["height"]) == (1, 100_000)
    with pytest.raises(PictureTooSmallError) as small:
        await admit(file_of(Image.new("L", (300, 8)), "PNG"), min_side=32)
    assert small.value.facts["limit"] == "32x32"


async def test_limits_name_the_square_that_would_fit() -> None:
    picture = file_of(scene(600, 600), "PNG")
    with pytest.raises(PictureTooLargeError) as by_side:
        await admit(picture, max_side=512)
    with pytest.raises(PictureTooLargeError) as by_area:
        await admit(picture, max_pixels=256 * 256)
    assert (by_side.value.facts["limit"], by_area.value.facts["limit"]) == ("512x512", "256x256")


async def test_a_large_file_is_not_looked_into() -> None:
    with pytest.raises(FileTooLargeError) as refused:
        await admit(b"anything at all", max_bytes=10)
    assert refused.value.facts == {"size_bytes": 15, "limit_bytes": 10}


@pytest.mark.parametrize("kind", ["PNG", "WEBP"])
async def test_of_an_animation_the_first_frame_stays(kind: str) -> None:
    frames = [Image.new("RGB", (40, 40), colour) for colour in ("red", "lime", "blue")]
    picture = file_of(frames[0], kind, save_all=True, append_images=frames[1:], lossless=True)
    assert (await images.inspect(picture)).animated
    admitted = await admit(picture)
    assert not admitted.facts.animated
    red, green, blue = opened(admitted.picture).convert("RGB").getpixel((20, 20))  # type: ignore[misc]
    assert (red, green < 5, blue < 5) == (255, True, True)


@pytest.mark.parametrize("kind", FORMATS)
async def test_of_a_polyglot_only_the_picture_stays(kind: str) -> None:
    archive = io.BytesIO()
    with zipfile.ZipFile(archive, "w") as packed:
        packed.writestr("run.sh", "echo no")
    picture = file_of(scene(), kind) + archive.getvalue()
    assert zipfile.is_zipfile(io.BytesIO(picture))
    admitted = await admit(picture)
    assert not zipfile.is_zipfile(io.BytesIO(admitted.picture))
    assert b"run.sh" not in admitted.picture


@pytest.mark.parametrize("kind", FORMATS)
async def test_a_phone_picture_is_turned_upright_and_forgets_where_it_was_taken(kind: str) -> None:
    exif = Image.Exif()
    exif[0x0112] = 6  # a quarter turn clockwise
    exif[0x010F] = "Camera"
    exif.get_ifd(0x8825)[1] = "N"
    picture = file_of(scene(96, 64), kind, exif=exif)
    admitted = await admit(picture)
    upright = opened(admitted.picture)
    assert (admitted.facts.width, admitted.facts.height) == upright.size == (64, 96)
    red, _, _ = upright.convert("RGB").getpixel((32, 10))  # type: ignore[misc]
    assert red > 150  # what was on the left is on top
    assert not upright.getexif()
    assert b"Camera" not in admitted.picture


@pytest.mark.filterwarnings("ignore::UserWarning:PIL")
@pytest.mark.parametrize("wrong_type", [5, 12])  # a fraction, a number
@pytest.mark.parametrize("kind", FORMATS)
async def test_a_phone_picture_with_damaged_notes_is_turned_upright_all_the_same(kind: str, wrong_type: int) -> None:
    exif = Image.Exif()
    exif[0x0112] = 6
    exif[0x010F] = "Camera"
    text = bytes.fromhex("010f 0002")  # the maker's name, announced as text
    notes = exif.tobytes()
    assert text in notes
    damaged = notes.replace(text, text[:3] + bytes([wrong_type]))
    admitted = await admit(file_of(scene(96, 64), kind, exif=damaged))
    assert (admitted.facts.width, admitted.facts.height) == (64, 96)


@pytest.mark.parametrize(
    ("mode", "kind", "becomes"),
    [
        ("CMYK", "JPEG", "RGB"),
        ("L", "JPEG", "L"),
        ("I;16", "PNG", "L"),
        ("1", "PNG", "L"),
        ("LA", "PNG", "RGBA"),
        ("P", "PNG", "RGB"),
        ("RGBA", "PNG", "RGBA"),
        ("RGBA", "WEBP", "RGBA"),
    ],
)
async def test_other_colour_modes_become_plain_ones(mode: str, kind: str, becomes: str) -> None:
    source = scene(mode="L" if mode == "I;16" else mode)
    if mode == "I;16":
        source = source.convert("I").point(lambda value: value * 257).convert("I;16")
    if mode == "RGBA":
        source.putalpha(200)
    admitted = await admit(file_of(source, kind))
    assert admitted.facts.mode == becomes
    got = opened(admitted.picture).convert("L")
    wanted = scene(mode=mode if mode != "I;16" else "L").convert("L")
    difference = [abs(one - two) for one, two in zip(got.tobytes(), wanted.tobytes(), strict=True)]
    assert sum(difference) / len(difference) < 12  # CMYK by Pillow is only near


async def test_transparency_of_a_palette_stays() -> None:
    source = scene(mode="P")
    source.info["transparency"] = source.getpixel((0, 0))
    admitted = await admit(file_of(source, "PNG", transparency=source.info["transparency"]))
    assert opened(admitted.picture).getpixel((0, 0))[3] == 0  # type: ignore[index]


async def test_colour_profiles_are_applied_and_dropped_and_broken_ones_ignored() -> None:
    profile = ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes()
    for icc in (profile, b"not a profile"):
        admitted = await admit(file_of(scene(), "PNG", icc_profile=icc))
        kept = opened(admitted.picture)
        assert "icc_profile" not in kept.info
        assert kept.tobytes() == scene().tobytes()


async def test_a_png_keeps_every_pixel_and_a_jpeg_nearly() -> None:
    source = Image.effect_noise((128, 128), 40).convert("RGB")
    assert opened((await admit(file_of(source, "PNG"))).picture).tobytes() == source.tobytes()
    assert opened((await admit(file_of(source, "WEBP", lossless=True))).picture).tobytes() == source.tobytes()
    before = file_of(source, "JPEG", quality=80)
    after = (await admit(before)).picture
    worst = max(abs(one - two) for one, two in zip(opened(before).tobytes(), opened(after).tobytes(), strict=True))
    assert worst <= 8
    assert len(after) < len(before) * 1.2


async def test_what_grew_by_being_cleaned_becomes_webp() -> None:
    source = file_of(Image.effect_noise((600, 600), 90).convert("RGB"), "WEBP", lossless=True)
    admitted = await admit(source, max_bytes=len(source))
    assert admitted.facts.format is Format.WEBP
    assert len(admitted.picture) <= len(source)


async def test_verify_gives_facts_and_no_new_bytes() -> None:
    facts = await images.verify(file_of(scene(), "WEBP"))
    assert (facts.format, facts.width, facts.height) == (Format.WEBP, 96, 64)


async def test_the_event_loop_goes_on_meanwhile() -> None:
    picture = file_of(Image.effect_noise((2000, 2000), 60).convert("RGB"), "PNG")
    work = asyncio.ensure_future(admit(picture, max_bytes=20_000_000))
    turns = 0
    while not work.done():
        await asyncio.sleep(0.005)
        turns += 1
    await work
    assert turns > 5


@pytest.mark.filterwarnings("ignore")  # Pillow warns of odd metadata
@settings(max_examples=150, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(kind=st.sampled_from(FORMATS), seed=st.integers(0, 2**32), hits=st.integers(1, 12))
def test_damaged_bytes_are_taken_or_refused_but_never_crash(kind: str, seed: int, hits: int) -> None:
    exif = Image.Exif()
    exif[0x0112] = 3
    picture = bytearray(file_of(scene(), kind, exif=exif))
    for hit in range(hits):
        seed = (seed * 6364136223846793005 + hit) % 2**64
        picture[seed % len(picture)] = (seed >> 32) % 256
    with suppress(RefusedError):
        asyncio.run(admit(bytes(picture)))


def test_no_text_chunk_survives() -> None:
    notes = PngImagePlugin.PngInfo()
    notes.add_text("Comment", "secret place")
    admitted = asyncio.run(admit(file_of(scene(), "PNG", pnginfo=notes)))
    assert b"secret" not in admitted.picture
