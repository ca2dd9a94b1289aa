"""Request bodies read within bounds: JSON of a known depth and size, forms with a known number of parts."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Final, NoReturn

from aiohttp import BodyPartReader, web
from aiohttp.http_exceptions import HttpProcessingError

from adapters.web.answer import ThresholdError
from bot.errors import FileTooLargeError

JSON_LIMIT: Final = 64 * 1024
"""Bytes: a prompt of 2,000 characters, all escaped, is a fifth of it."""
FIELD_LIMIT: Final = 40_000
"""Bytes of one text field of a form."""
PART_LIMIT: Final = 32
READ_TIMEOUT_S: Final = 60.0
"""A body that drips in slower than this is cut off."""


@dataclass(frozen=True, slots=True)
class Form:
    """Text fields, stripped of nothing, and files by field name; a file that was left empty is absent."""

    texts: Mapping[str, str] = field(default_factory=dict)
    files: Mapping[str, bytes] = field(default_factory=dict)

    def text(self, name: str) -> str:
        return self.texts.get(name, "").strip()


async def json_object(request: web.Request) -> dict[str, Any]:
    """The body as one JSON object without NaN. Raises ThresholdError 400, 408, 413, 415."""
    if request.content_type != "application/json":
        raise ThresholdError(415, "page-api-wants-json")
    try:
        value = json.loads(await whole(request), parse_constant=_no_constant)
    except (ValueError, RecursionError):  # a number of 5,000 digits is a ValueError too
        raise ThresholdError(400, "page-api-bad-json") from None
    if not isinstance(value, dict):
        raise ThresholdError(400, "page-api-bad-json")
    return value


async def form(request: web.Request, *, files: frozenset[str] = frozenset(), max_file_bytes: int = 0) -> Form:
    """A multipart form; a file under a name not in `files` is read as text.

    Raises FileTooLargeError, and ThresholdError 400 (malformed, a name twice), 408, 413, 415.
    """
    if not request.body_exists:
        return Form()
    if request.content_type != "multipart/form-data":
        raise ThresholdError(415, "page-api-wants-form")
    texts: dict[str, str] = {}
    held: dict[str, bytes] = {}
    try:
        async with asyncio.timeout(READ_TIMEOUT_S):
            reader = await request.multipart()
            count = 0
            async for part in reader:
                count += 1
                if not isinstance(part, BodyPartReader) or not part.name or count > PART_LIMIT:
                    raise ThresholdError(400, "page-api-bad-form")
                if part.name in texts or part.name in held:
                    raise ThresholdError(400, "page-api-field-twice", field=part.name[:40])
                if part.name in files:
                    held[part.name] = await _file(part, max_file_bytes)
                else:
                    texts[part.name] = (await _bounded(part, FIELD_LIMIT)).decode()
    except TimeoutError:
        raise ThresholdError(408, "page-api-too-slow") from None
    except (ValueError, AssertionError, web.HTTPRequestEntityTooLarge, HttpProcessingError, web.RequestPayloadError):
        raise ThresholdError(400, "page-api-bad-form") from None
    return Form(texts, {name: content for name, content in held.items() if content})


async def whole(request: web.Request) -> bytes:
    """All of a small body. Raises ThresholdError 400, 408, 413."""
    held = bytearray()
    try:
        async with asyncio.timeout(READ_TIMEOUT_S):
            async for chunk in request.content.iter_chunked(16 * 1024):
                held += chunk
                if len(held) > JSON_LIMIT:
                    raise ThresholdError(413, "page-api-too-long", limit=JSON_LIMIT // 1024)
    except TimeoutError:
        raise ThresholdError(408, "page-api-too-slow") from None
    except web.RequestPayloadError:  # not what its Content-Encoding says, or cut off
        raise ThresholdError(400, "page-api-bad-request") from None
    return bytes(held)


async def _file(part: BodyPartReader, limit_bytes: int) -> bytes:
    try:
        return await _bounded(part, limit_bytes)
    except ThresholdError:
        raise FileTooLargeError(size_bytes=None, limit_bytes=limit_bytes) from None


async def _bounded(part: BodyPartReader, limit_bytes: int) -> bytes:
    held = bytearray()
    while chunk := await part.read_chunk(64 * 1024):
        held += chunk
        if len(held) > limit_bytes:
            raise ThresholdError(413, "page-api-too-long", limit=limit_bytes // 1024)
    return bytes(held)


def _no_constant(name: str) -> NoReturn:
    raise ValueError(f"{name} is not JSON")
