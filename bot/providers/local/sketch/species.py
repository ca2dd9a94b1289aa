"""How the animals differ, as data."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final


@dataclass(frozen=True, slots=True, kw_only=True)
class Animal:
    """How a species differs; lengths as parts of the head's half width."""

    fur: str
    belly: str
    dark: str
    """Ear tips, feet, outlines."""
    ears: str
    muzzle: float
    cheeks: float
    body: float
    tail: str
    eyes: str
    tabby: bool = False


ANIMALS: Final[Mapping[str, Animal]] = {
    "fox": Animal(
        fur="#d9692b", belly="#f7efe4", dark="#3a2420",
        ears="sharp", muzzle=0.5, cheeks=1.3, body=0.95, tail="brush", eyes="#e3a93a",
    ),
    "wolf": Animal(
        fur="#7f858d", belly="#e4e4e2", dark="#33363d",
        ears="sharp", muzzle=0.56, cheeks=1.24, body=1.1, tail="brush", eyes="#e8c34a",
    ),
    "dog": Animal(
        fur="#b98552", belly="#f2e4cd", dark="#4a3222",
        ears="drop", muzzle=0.58, cheeks=1.06, body=1.1, tail="thin", eyes="#4a2d18",
    ),
    "cat": Animal(
        fur="#8e8478", belly="#efe8de", dark="#45403c",
        ears="cat", muzzle=0.36, cheeks=1.1, body=0.92, tail="thin", eyes="#8fc15a", tabby=True,
    ),
    "rabbit": Animal(
        fur="#a98f78", belly="#f3ece2", dark="#5c4a3e",
        ears="long", muzzle=0.38, cheeks=1.08, body=0.95, tail="puff", eyes="#32211a",
    ),
    "bear": Animal(
        fur="#6d4a33", belly="#b08a63", dark="#2e1f18",
        ears="round", muzzle=0.56, cheeks=1.06, body=1.35, tail="none", eyes="#2a1a12",
    ),
}  # fmt: skip
