"""The import rule covers the whole house: lint-imports (in `make check`) reads the floors that are checked here."""

from __future__ import annotations

import re
import tomllib
from pathlib import Path

HOUSE = Path(__file__).parents[2]


def floors() -> str:
    settings = tomllib.loads((HOUSE / "pyproject.toml").read_text())
    return "\n".join(settings["tool"]["importlinter"]["contracts"][0]["layers"])


def rooms(package: str) -> set[str]:
    inside = (HOUSE / package).iterdir()
    found = {path.stem for path in inside if path.suffix == ".py" or (path / "__init__.py").exists()}
    return {f"{package}.{name}" for name in found - {"__init__"}}


def test_every_room_stands_on_a_floor() -> None:
    assert rooms("bot") | rooms("adapters") <= set(re.findall(r"[\w.]+", floors()))


def test_a_door_in_brackets_is_really_not_built_yet() -> None:
    assert not set(re.findall(r"\(([\w.]+)\)", floors())) & (rooms("bot") | rooms("adapters"))
