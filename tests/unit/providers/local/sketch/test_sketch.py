"""Sketches as files: the same each time, of any size, saying what they are."""

from __future__ import annotations

import io
import subprocess
import sys
from hashlib import sha256
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from bot.providers.local.sketch import Sketch, paint, sketch
from bot.providers.local.sketch.scenes import SCENES
from bot.providers.local.sketch.styles import STYLES
from bot.request import Format, Shape

ROOT = Path(__file__).parents[5]


def ignore(fraction: float) -> None:
    """No one listens."""


def sketch_of(prompt: str, *, shape: Shape = Shape(160, 128), seed: int = 7, to: Format = Format.PNG) -> Sketch:  # noqa: B008
    return sketch(prompt, shape, seed, to, ignore)


def lively(image: Image.Image) -> bool:
    """Neither empty nor all one tone."""
    values = np.asarray(image.convert("L"), np.float32)
    return float(values.std()) > 6 and len(np.unique(values)) > 8


@pytest.mark.parametrize("scene", sorted(SCENES))
@pytest.mark.parametrize(
    "light", ["at night", "at dawn in the fog", "in the rain at dusk", "in the snow, neon, autumn, magic"]
)
def test_every_scene_can_be_painted_in_every_light(scene: str, light: str) -> None:
    word = {"village": "village", "flowers": "flowers", "portrait": "portrait"}.get(scene, scene)
    image, understood = paint(f"{word} {light}", Shape(160, 128), 3, ignore)
    assert word in understood
    assert lively(image)


@pytest.mark.parametrize("style", sorted(STYLES))
def test_every_style_changes_the_picture(style: str) -> None:
    plain, _ = paint("a lighthouse", Shape(192, 128), 5, ignore)
    styled, understood = paint(f"a lighthouse, {style}", Shape(192, 128), 5, ignore)
    assert style in understood
    assert lively(styled)
    assert styled.tobytes() != plain.tobytes()


@pytest.mark.parametrize("scene", sorted(SCENES))
@pytest.mark.parametrize("shape", [Shape(64, 64), Shape(64, 1024), Shape(1024, 64), Shape(96, 160)], ids=str)
def test_every_scene_fits_every_shape(scene: str, shape: Shape) -> None:
    image, _ = paint(f"{scene}, watercolour" if shape.width == 64 else scene, shape, 11, ignore)
    assert image.size == (shape.width, shape.height)


@pytest.mark.parametrize("style", sorted(STYLES))
def test_styles_fit_the_narrowest_shapes(style: str) -> None:
    for shape in (Shape(64, 512), Shape(512, 64)):
        assert paint(f"city, {style}", shape, 1, ignore)[0].size == (shape.width, shape.height)


@pytest.mark.parametrize("to", list(Format))
def test_the_file_says_what_it_is_but_not_what_was_said(to: Format) -> None:
    drawn = sketch_of("a lighthouse for Petronella", seed=99, to=to)
    image = Image.open(io.BytesIO(drawn.picture))
    notes = " ".join(str(value) for value in [*image.info.values(), *image.getexif().values()])
    assert image.format == to.name
    assert "offline sketch, no AI model" in notes
    assert "imagebot" in notes
    assert "99" in notes
    assert b"Petronella" not in drawn.picture


def test_another_process_draws_the_same_bytes() -> None:
    script = """
from hashlib import sha256
from bot.providers.local.sketch import sketch
from bot.request import Format, Shape
print(sha256(sketch("a red fox in the snow, oil", Shape(160, 128), 7, Format.PNG, lambda f: None).picture).hexdigest())
"""
    done = subprocess.run([sys.executable, "-c", script], cwd=ROOT, capture_output=True, text=True, check=True)
    assert done.stdout.strip() == sha256(sketch_of("a red fox in the snow, oil").picture).hexdigest()


def test_seed_words_and_size_make_a_difference() -> None:
    pictures = {
        sketch_of("a forest").picture,
        sketch_of("a forest", seed=8).picture,
        sketch_of("a dark forest").picture,
        sketch_of("a forest", shape=Shape(128, 160)).picture,
        sketch_of("a dragon").picture,
        sketch_of("a griffin").picture,
    }
    assert len(pictures) == 6


def test_the_largest_seed_is_fine() -> None:
    assert sketch_of("the sea", seed=4_294_967_294).picture


def test_progress_grows_and_can_stop_it() -> None:
    told: list[float] = []
    sketch("a city", Shape(96, 64), 1, Format.WEBP, told.append)
    assert told == sorted(told)
    assert len(told) >= 3

    def stop(fraction: float) -> None:
        raise InterruptedError

    with pytest.raises(InterruptedError):
        sketch("a city", Shape(96, 64), 1, Format.WEBP, stop)


def test_a_nights_sky_is_darker_than_a_days() -> None:
    night, noon = (
        np.asarray(paint(f"the sea {hour}", Shape(160, 128), 4, ignore)[0]).mean() for hour in ("at night", "at noon")
    )
    assert night < noon * 0.6
