"""One file per scene; SCENES names what paints each subject of the vocabulary."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Final

from bot.providers.local.sketch.scenes import city, desert, forest, lighthouse, mountain, sea, space
from bot.providers.local.sketch.sky import Easel

SCENES: Final[Mapping[str, Callable[[Easel], None]]] = {
    "lighthouse": lighthouse.paint,
    "sea": sea.paint,
    "city": city.paint,
    "forest": forest.paint,
    "mountain": mountain.paint,
    "desert": desert.paint,
    "space": space.paint,
}
