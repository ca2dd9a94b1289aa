"""The light of a picture: the colours of sky, sun, haze and lamps by hour, weather and mood."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Final

from numpy.random import RandomState

from bot.providers.local.sketch.canvas import Colour, ink, mix, times
from bot.providers.local.sketch.plan import Plan
from bot.providers.local.sketch.species import ANIMALS


@dataclass(frozen=True, slots=True, kw_only=True)
class Palette:
    """sky runs from the zenith to the horizon; light is what a white thing looks like; sun_height 0..1 of the sky."""

    sky: tuple[Colour, ...]
    sun: Colour
    haze: Colour
    near: Colour
    light: Colour
    lamp: Colour
    accents: tuple[Colour, ...]
    leaves: tuple[Colour, ...]
    sun_height: float
    dark: bool

    def shade(self, colour: Colour, distance: float = 0.0) -> Colour:
        """A thing's own colour under this light; far things (distance 1) drown in the haze."""
        return mix(times(colour, self.light), self.haze, distance)


def _inks(codes: str) -> tuple[Colour, ...]:
    return tuple(ink(code) for code in codes.split())


GREEN: Final = _inks("#3f6b3a #567d3c #2f5a3e #6d8f45")
AUTUMN: Final = _inks("#c9662b #dd9a34 #a8402a #e0b64a")
LAMPS: Final = _inks("#ffcf7a #ffe3ab #ffb45e")


def _light(sky: str, *, sun: str, haze: str, near: str, light: str, height: float, dark: bool = False) -> Palette:
    return Palette(
        sky=_inks(sky), sun=ink(sun), haze=ink(haze), near=ink(near), light=ink(light), lamp=LAMPS[0], accents=LAMPS,
        leaves=GREEN, sun_height=height, dark=dark,
    )  # fmt: skip


LIGHTS: Final[Mapping[str, tuple[Palette, ...]]] = {
    "noon": (
        _light(
            "#2a76bd #5ea6dc #a3d0ee #e6f3f4",
            sun="#fffbe6", haze="#b4cfe0", near="#20403c", light="#ffffff", height=0.7
        ),
        _light(
            "#3b86c4 #86bde2 #cfe4ea #f7efd6",
            sun="#fff6d8", haze="#c4d5dc", near="#2a4238", light="#fffaf0", height=0.55
        ),
    ),
    "dawn": (
        _light(
            "#5d7fb4 #a2b0d4 #f0c4c4 #ffe4bf",
            sun="#fff2d2", haze="#cdb9c8", near="#363a58", light="#e2cfd6", height=0.16
        ),
        _light(
            "#4b6fa5 #8fb0cf #ecd3bd #ffdb9e",
            sun="#fff0c4", haze="#c9c3bd", near="#2f3f50", light="#e6d6c6", height=0.2
        ),
    ),
    "dusk": (
        _light(
            "#1d2656 #57407f #c75f78 #ffb06c",
            sun="#ffe2a8", haze="#8a5c84", near="#1b1630", light="#b98a92", height=0.1
        ),
        _light(
            "#22345f #6d5786 #e2836a #ffd186",
            sun="#fff0b8", haze="#a0708a", near="#221b33", light="#c79a8e", height=0.14
        ),
    ),
    "night": (
        _light(
            "#050817 #0b1638 #1a2f5f #3c5083",
            sun="#f4f0d8", haze="#263a68", near="#060a17", light="#5a6a9a", height=0.72, dark=True,
        ),
        _light(
            "#06061a #120f3a #2a2460 #5a4a86",
            sun="#f7efdc", haze="#322c62", near="#080718", light="#645f98", height=0.68, dark=True,
        ),
    ),
}  # fmt: skip

NEON: Final = _inks("#ff3d9a #27e0ff #b35cff #ffd23d")
NEON_SKY: Final = _inks("#07031c #1a0b43 #4f1270 #d9347f")
MAGIC: Final = _inks("#8ff7e0 #b9a3ff #ffd98a #6fd3ff")
MAGIC_SKY: Final = _inks("#07102a #12284f #1f5a74 #63b3a4")
FOG: Final = ink("#c6cbd0")
STORM: Final = ink("#59626f")
SNOW_LIGHT: Final = ink("#e9eef5")


def choose(plan: Plan, random: RandomState) -> Palette:
    """The hour's light (one of two, by the seed), changed by moods and weather, tinted by colours that were named."""
    choices = LIGHTS[plan.hour]
    palette = choices[random.randint(len(choices))]
    if "autumn" in plan.moods:
        palette = replace(palette, leaves=AUTUMN)
    if "neon" in plan.moods:
        palette = replace(
            palette, sky=NEON_SKY, haze=ink("#4a1a78"), near=ink("#090418"), light=ink("#7a5aa8"),
            lamp=NEON[1], accents=NEON, dark=True,
        )  # fmt: skip
    elif "magic" in plan.moods and palette.dark:
        palette = replace(palette, sky=MAGIC_SKY, haze=ink("#2f6f7c"), light=ink("#6f9fb0"), accents=MAGIC)
    elif "magic" in plan.moods:
        palette = replace(palette, accents=MAGIC)
    elif "future" in plan.moods:
        palette = replace(palette, accents=(*LAMPS, *_inks("#5fe3ff #ff6fb1 #9fa8ff")))
    for weather, veil, part in (
        ("rain", STORM, 0.5),
        ("fog", FOG, 0.45),
        ("clouds", FOG, 0.2),
        ("snow", SNOW_LIGHT, 0.2),
    ):
        if weather in plan.weathers:
            palette = _veiled(palette, veil, part * (0.45 if palette.dark else 1.0))
    if plan.colours and plan.scene not in {*ANIMALS, "flowers", "portrait"}:
        tint = plan.colours[0]
        palette = replace(
            palette, haze=mix(palette.haze, tint, 0.35), sky=tuple(mix(colour, tint, 0.22) for colour in palette.sky),
            accents=(*plan.colours, *palette.accents),
        )  # fmt: skip
    return palette


def _veiled(palette: Palette, veil: Colour, part: float) -> Palette:
    veil = times(veil, mix(palette.light, (1, 1, 1), 0.35)) if not palette.dark else times(veil, palette.light)
    return replace(
        palette,
        sky=tuple(mix(colour, veil, part) for colour in palette.sky),
        haze=mix(palette.haze, veil, part),
        light=mix(palette.light, veil, part * 0.4),
    )
