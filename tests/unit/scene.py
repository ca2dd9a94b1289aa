"""A small picture for tests, and what it is as a file of any kind."""

from __future__ import annotations

import io
from typing import Any

from PIL import Image

FORMATS = ("PNG", "JPEG", "WEBP")


def scene(width: int = 96, height: int = 64, mode: str = "RGB") -> Image.Image:
    """Left half red, right half a ramp: enough to see rotations, colours and losses."""
    image = Image.linear_gradient("L").resize((width, height)).convert("RGB")
    image.paste((200, 30, 30), (0, 0, width // 2, height))
    return image.convert(mode)


def file_of(image: Image.Image, kind: str, **how: Any) -> bytes:
    target = io.BytesIO()
    image.save(target, kind, **how)
    return target.getvalue()


def opened(picture: bytes) -> Image.Image:
    image = Image.open(io.BytesIO(picture))
    image.load()
    return image
