"""Bytes to facts and back, off the event loop: look, admit what strangers send, verify what providers send, fit.

What a picture is, its content says; names and declared types count for nothing. Sizes come from the header and are
held against the limits before a single pixel is decoded. All work runs in a few threads of its own, so that many
pictures at once wait as files (megabytes), not as pixels (hundreds of megabytes).
"""

from __future__ import annotations

import asyncio
import io
import os
import struct
import zlib
from collections.abc import Callable, Collection
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass
from math import isqrt
from typing import TYPE_CHECKING, Any, Final, Literal, ParamSpec, TypeVar

from PIL import ExifTags, Image, ImageCms
from PIL.JpegImagePlugin import JpegImageFile, get_sampling
from PIL.PngImagePlugin import PngImageFile
from PIL.WebPImagePlugin import WebPImageFile

from bot.errors import (
    BrokenPictureError,
    FileTooLargeError,
    NotAPictureError,
    PictureTooLargeError,
    PictureTooSmallError,
)
from bot.request import Format

if TYPE_CHECKING:
    from collections.abc import Iterator

    from PIL.ImageFile import ImageFile

VERIFY_MAX_PIXELS: Final = 64_000_000
"""What a provider may send: four times the largest that any of them documents (about 16 megapixels)."""
MAX_SCANS: Final = 100
"""A progressive JPEG has about ten passes; thousands are an attack on our time (each one walks every pixel)."""
QUALITIES: Final = (92, 85, 75, 60)
"""Of WebP or JPEG, those that `fit` tries before it takes pixels away."""
PNG_BYTES: Final = 8 * 1024 * 1024
"""Above it an exact copy is no longer worth its size, and `exchange` writes a JPEG where it may."""
FIT_MIN_SIDE: Final = 512
"""Pixels of the longer side below which a picture is no longer worth showing."""

TURNS: Final = {
    2: Image.Transpose.FLIP_LEFT_RIGHT,
    3: Image.Transpose.ROTATE_180,
    4: Image.Transpose.FLIP_TOP_BOTTOM,
    5: Image.Transpose.TRANSPOSE,
    6: Image.Transpose.ROTATE_270,
    7: Image.Transpose.TRANSVERSE,
    8: Image.Transpose.ROTATE_90,
}
"""By EXIF's orientation, what makes a picture upright."""

_THREADS: Final = ThreadPoolExecutor(max_workers=min(4, os.cpu_count() or 1), thread_name_prefix="picture")

_DAMAGED: Final = (
    OSError, SyntaxError, ValueError, EOFError, IndexError, KeyError, TypeError, OverflowError, MemoryError,
    struct.error, zlib.error, Image.DecompressionBombError,
)  # fmt: skip
"""What Pillow raises for a damaged file; the fuzz test in tests/unit/test_images.py looks for more."""

Lossy = Literal[Format.WEBP, Format.JPEG]
P = ParamSpec("P")
T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Facts:
    """What the header says. width and height are as stored, before any EXIF rotation; mode is Pillow's word."""

    format: Format
    width: int
    height: int
    mode: str
    animated: bool
    size_bytes: int


@dataclass(frozen=True, slots=True)
class Admitted:
    """A picture made clean: `picture` holds pixels and nothing else, in sRGB, upright, one frame."""

    picture: bytes
    facts: Facts


async def inspect(picture: bytes) -> Facts:
    """Read the header alone. Raises NotAPictureError, BrokenPictureError."""
    return await _off_loop(_inspect, picture)


async def admit(
    picture: bytes,
    *,
    max_bytes: int,
    max_side: int,
    max_pixels: int,
    min_side: int = 1,
) -> Admitted:
    """Make a stranger's file ours: always decoded and written anew, so that nothing but the picture comes in.

    EXIF rotation is applied; EXIF, GPS, comments, further frames and whatever followed the picture are gone; other
    colour spaces become sRGB in RGB, RGBA or L with 8 bits. PNG comes back as PNG; lossless WebP as PNG; JPEG as JPEG
    with the source's own quantisation (no visible loss); lossy WebP as WebP of quality 95. Where that would exceed
    max_bytes, WebP of quality 92 or less. Sides in pixels.

    Raises FileTooLargeError, NotAPictureError, BrokenPictureError, PictureTooLargeError, PictureTooSmallError.
    """
    return await _off_loop(_admit, picture, max_bytes, max_side, max_pixels, min_side)


async def verify(picture: bytes, *, max_pixels: int = VERIFY_MAX_PIXELS) -> Facts:
    """Decode a provider's picture to its end, leaving the bytes as they are.

    Raises NotAPictureError, BrokenPictureError, PictureTooLargeError.
    """
    return await _off_loop(_verify, picture, max_pixels)


async def encode(picture: bytes, to: Format, *, quality: int = 95) -> bytes:
    """The same picture as another file type; the same bytes if it is that type already. JPEG stands on white."""
    return await _off_loop(_encode, picture, to, quality)


async def exchange(picture: bytes, formats: Collection[Format]) -> tuple[bytes, Format]:
    """The same pixels as one of these types: as they are, else exact as PNG, else as JPEG or WebP of quality 95.

    Where a JPEG may be written, a PNG of more than PNG_BYTES is not; it stands on white.
    """
    return await _off_loop(_exchange, picture, formats)


async def fit(picture: bytes, *, max_bytes: int, max_side: int = 4096, to: Lossy = Format.WEBP) -> bytes:
    """The same bytes if they fit, else that type, else fewer pixels; max_side in pixels, longer side.

    Raises FileTooLargeError where it would take less than 512 px.
    """
    return await _off_loop(_fit, picture, max_bytes, max_side, to)


async def _off_loop(work: Callable[P, T], *args: P.args, **kwargs: P.kwargs) -> T:
    return await asyncio.get_running_loop().run_in_executor(_THREADS, lambda: work(*args, **kwargs))


def _inspect(picture: bytes) -> Facts:
    with _opened(picture) as image:
        return _facts(image, picture)


def _facts(image: ImageFile, picture: bytes) -> Facts:
    return Facts(
        format=_format_of(picture),
        width=image.width,
        height=image.height,
        mode=image.mode,
        animated=bool(getattr(image, "is_animated", False)),
        size_bytes=len(picture),
    )


def _admit(picture: bytes, max_bytes: int, max_side: int, max_pixels: int, min_side: int) -> Admitted:
    if len(picture) > max_bytes:
        raise FileTooLargeError(size_bytes=len(picture), limit_bytes=max_bytes)
    with _bounded(picture, max_side=max_side, max_pixels=max_pixels, min_side=min_side) as (image, _):
        keep = _writer_like(image, picture)
        clean = _plain(image)
    written = _written(clean, **keep)
    if len(written) > max_bytes:
        written = _smaller(clean, max_bytes)
    return Admitted(written, _inspect(written))


def _verify(picture: bytes, max_pixels: int) -> Facts:
    with _bounded(picture, max_side=2**16, max_pixels=max_pixels, min_side=1) as (image, facts):
        image.load()
    return facts


def _encode(picture: bytes, to: Format, quality: int) -> bytes:
    if _format_of(picture) is to:
        return picture
    with _bounded(picture, max_side=2**16, max_pixels=VERIFY_MAX_PIXELS, min_side=1) as (image, _):
        clean = _plain(image)
    match to:
        case Format.PNG:
            return _written(clean, format="PNG")
        case Format.WEBP:
            return _written(clean, format="WEBP", quality=quality)
        case Format.JPEG:
            return _written(_on_white(clean), format="JPEG", quality=quality)


def _exchange(picture: bytes, formats: Collection[Format]) -> tuple[bytes, Format]:
    kind = _format_of(picture)
    if kind in formats:
        return picture, kind
    if Format.PNG in formats:
        exact = _encode(picture, Format.PNG, 0)
        if len(exact) <= PNG_BYTES or Format.JPEG not in formats:
            return exact, Format.PNG
    to = Format.JPEG if Format.JPEG in formats else Format.WEBP
    return _encode(picture, to, 95), to


def _fit(picture: bytes, max_bytes: int, max_side: int, to: Lossy) -> bytes:
    with _bounded(picture, max_side=2**16, max_pixels=VERIFY_MAX_PIXELS, min_side=1) as (image, facts):
        if len(picture) <= max_bytes and max(facts.width, facts.height) <= max_side:
            return picture
        image.draft("RGB", (max_side, max_side))  # a JPEG may skip the pixels that we would throw away
        clean = _plain(image)
    clean.thumbnail((max_side, max_side), Image.Resampling.LANCZOS)
    return _smaller(clean if to is Format.WEBP else _on_white(clean), max_bytes, to)


def _smaller(image: Image.Image, max_bytes: int, to: Lossy = Format.WEBP) -> bytes:
    """WebP or JPEG of at most max_bytes: less quality first, then three quarters of each side at a time."""
    while True:
        for quality in QUALITIES:
            written = _written(image, format=to.value.upper(), quality=quality)
            if len(written) <= max_bytes:
                return written
        side = max(image.size) * 3 // 4
        if side < FIT_MIN_SIDE:
            raise FileTooLargeError(size_bytes=len(written), limit_bytes=max_bytes)
        image = image.copy()
        image.thumbnail((side, side), Image.Resampling.LANCZOS)


def _format_of(picture: bytes) -> Format:
    """The file type by its first bytes. Raises NotAPictureError."""
    if picture.startswith(b"\x89PNG\r\n\x1a\n"):
        return Format.PNG
    if picture.startswith(b"\xff\xd8\xff"):
        return Format.JPEG
    if picture[:4] == b"RIFF" and picture[8:12] == b"WEBP":
        return Format.WEBP
    raise NotAPictureError(allowed="PNG, JPEG, WebP")


@contextmanager
def _bounded(picture: bytes, *, max_side: int, max_pixels: int, min_side: int) -> Iterator[tuple[ImageFile, Facts]]:
    """The picture opened as `_opened` does, once, its header held against the limits before anything is decoded."""
    if _format_of(picture) is Format.WEBP:
        # Pillow's decoder reserves two canvases as soon as it is opened, so a huge one must not get that far.
        _bound_size(*_webp_canvas(picture), max_side, max_pixels, min_side)
    with _opened(picture) as image:
        facts = _facts(image, picture)
        _bound_size(facts.width, facts.height, max_side, max_pixels, min_side)
        if facts.format is Format.JPEG and picture.count(b"\xff\xda") > MAX_SCANS:
            raise BrokenPictureError("too many scans")
        yield image, facts


def _bound_size(width: int, height: int, max_side: int, max_pixels: int, min_side: int) -> None:
    if max(width, height) > max_side or width * height > max_pixels:
        side = min(max_side, isqrt(max_pixels))
        raise PictureTooLargeError(width=width, height=height, limit=f"{side}x{side}")
    if min(width, height) < min_side:
        raise PictureTooSmallError(width=width, height=height, limit=f"{min_side}x{min_side}")


def _webp_canvas(picture: bytes) -> tuple[int, int]:
    """Width and height by the WebP container's first chunk (RFC 9649). Raises BrokenPictureError."""
    kind, body = picture[12:16], picture[20:30]
    if len(body) == 10:
        if kind == b"VP8X":
            return 1 + int.from_bytes(body[4:7], "little"), 1 + int.from_bytes(body[7:10], "little")
        if kind == b"VP8L" and body[0] == 0x2F:
            bits = int.from_bytes(body[1:5], "little")
            return 1 + (bits & 0x3FFF), 1 + (bits >> 14 & 0x3FFF)
        if kind == b"VP8 " and body[3:6] == b"\x9d\x01\x2a":
            return int.from_bytes(body[6:8], "little") & 0x3FFF, int.from_bytes(body[8:10], "little") & 0x3FFF
    raise BrokenPictureError("no WebP header")


@contextmanager
def _opened(picture: bytes) -> Iterator[ImageFile]:
    """The picture, header read; what Pillow says of a damaged file here or while it decodes, in our words.

    The reader is chosen by our own signature table: Image.open would try others (a JPEG from a phone may open as MPO).
    """
    source = io.BytesIO(picture)
    kind = _format_of(picture)
    try:
        match kind:
            case Format.PNG:
                image: ImageFile = PngImageFile(source)
            case Format.JPEG:
                image = JpegImageFile(source)
            case Format.WEBP:
                _webp_canvas(picture)
                image = WebPImageFile(source)
        yield image
    except _DAMAGED as error:
        raise BrokenPictureError(type(error).__name__) from error


def _plain(image: ImageFile) -> Image.Image:
    """Upright pixels in sRGB: L, RGB or RGBA, 8 bits, with no metadata left."""
    image.load()  # the first frame of an animated file
    plain = _in_srgb(_upright(image), image.info.get("icc_profile"))
    plain.info = {}
    return plain


def _upright(image: ImageFile) -> Image.Image:
    """Turned as EXIF says. Not ImageOps.exif_transpose: it writes all tags anew, and fails where one is damaged."""
    try:
        turn = TURNS.get(image.getexif().get(ExifTags.Base.Orientation, 1))
    except (*_DAMAGED, AttributeError):
        return image  # damaged notes are no reason to refuse the picture
    return image if turn is None else image.transpose(turn)


def _in_srgb(image: Image.Image, profile: bytes | None) -> Image.Image:
    image, mode = _eight_bits(image)
    if profile and image.mode in ("RGB", "RGBA", "L", "CMYK"):
        try:
            source = ImageCms.ImageCmsProfile(io.BytesIO(profile))
            describe: Callable[[ImageCms.ImageCmsProfile], str] = ImageCms.getProfileDescription
            named = describe(source)
            if "srgb" not in named.lower():
                image = (
                    ImageCms.profileToProfile(image, source, ImageCms.createProfile("sRGB"), outputMode=mode) or image
                )
        except (ImageCms.PyCMSError, OSError, ValueError, TypeError):
            pass  # a damaged profile is no reason to refuse the picture; it is read as sRGB
    return image if image.mode == mode else image.convert(mode)


def _eight_bits(image: Image.Image) -> tuple[Image.Image, str]:
    """The picture ready for colour management, and the mode that it shall end in."""
    clear = image.has_transparency_data
    match image.mode:
        case "I;16" | "I;16B" | "I;16L" | "I;16N" | "I":
            return image.convert("I").point(lambda value: value / 256).convert("L"), "L"
        case "F":
            return image.convert("L"), "L"
        case "1" | "L":
            return (image.convert("RGBA"), "RGBA") if clear else (image.convert("L"), "L")
        case "CMYK":
            return image, "RGB"
        case "RGB" if not clear:
            return image, "RGB"
        case _:
            mode = "RGBA" if clear else "RGB"
            return image.convert(mode), mode


def _writer_like(image: ImageFile, picture: bytes) -> dict[str, Any]:
    """How to write the picture so that it stays what it was; asked while the source is still open."""
    match _format_of(picture):
        case Format.PNG:
            return {"format": "PNG"}
        case Format.WEBP if b"VP8L" in picture[12:64]:
            return {"format": "PNG"}  # Pillow writes PNG several times faster than lossless WebP
        case Format.WEBP:
            return {"format": "WEBP", "quality": 95}
        case Format.JPEG:
            tables = getattr(image, "quantization", {})
            if image.mode in ("RGB", "L") and 1 <= len(tables) <= 3:
                sampling_of: Callable[[Image.Image], int] = get_sampling
                sampling = sampling_of(image)
                return {"format": "JPEG", "qtables": tables, "subsampling": max(sampling, 0), "optimize": True}
            return {"format": "JPEG", "quality": 95, "subsampling": 0}


def _written(image: Image.Image, **how: Any) -> bytes:
    target = io.BytesIO()
    image.save(target, **how)
    return target.getvalue()


def _on_white(image: Image.Image) -> Image.Image:
    if image.mode != "RGBA":
        return image
    paper = Image.new("RGB", image.size, "white")
    paper.paste(image, mask=image.getchannel("A"))
    return paper
