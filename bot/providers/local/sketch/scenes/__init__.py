"""One file per scene; SCENES names what paints each subject of the vocabulary."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Final

from bot.providers.local.sketch.scenes import (
    abstract,
    animal,
    city,
    desert,
    flowers,
    forest,
    lighthouse,
    mountain,
    portrait,
    sea,
    space,
    village,
)
from bot.providers.local.sketch.sky import Easel
from bot.providers.local.sketch.species import ANIMALS

SCENES: Final[Mapping[str, Callable[[Easel], None]]] = {
    "lighthouse": lighthouse.paint,
    **dict.fromkeys(ANIMALS, animal.paint),
    "portrait": portrait.paint,
    "flowers": flowers.paint,
    "village": village.paint,
    "city": city.paint,
    "space": space.paint,
    "mountain": mountain.paint,
    "forest": forest.paint,
    "desert": desert.paint,
    "sea": sea.paint,
    "abstract": abstract.paint,
}
