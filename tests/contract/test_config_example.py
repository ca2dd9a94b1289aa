"""config.example.toml and .env.example show everything that can be set, with its default and a word about it."""

from __future__ import annotations

import importlib
import re
import tomllib
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import dotenv
import pytest
from pydantic import BaseModel

from adapters import REGISTRY as DOORS
from bot.providers import REGISTRY as PROVIDERS
from bot.settings import WEB_TOKENS, Log, Policy, Settings, Store, load

HOUSE = Path(__file__).parents[2]
EXAMPLE = HOUSE / "config.example.toml"


def models(registry: Mapping[str, str]) -> dict[str, type[BaseModel]]:
    return {name: importlib.import_module(module).Settings for name, module in registry.items()}


def settings(path: Path | None) -> Settings:
    return load(path, providers=models(PROVIDERS), doors=models(DOORS))


def expected() -> dict[str, type[BaseModel]]:
    """Every table of the file and the model behind it."""
    providers = {f"providers.{name}": model for name, model in models(PROVIDERS).items()}
    return {**providers, **models(DOORS), "store": Store, "policy": Policy, "log": Log}


def table(name: str) -> dict[str, Any]:
    found: dict[str, Any] = tomllib.loads(EXAMPLE.read_text("utf-8"))
    for part in name.split("."):
        found = found[part]
    return found


def told(lines: list[str]) -> Iterator[tuple[str, bool]]:
    """Each assignment, and whether a comment stands right above it."""
    for above, line in zip(["", *lines], lines, strict=False):
        if re.match(r"\w+ ?=", line):
            yield line, above.startswith("# ")


@pytest.fixture(autouse=True)
def _elsewhere(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A folder without config.toml and .env."""
    monkeypatch.chdir(tmp_path)


def test_the_example_is_what_holds_without_any_file() -> None:
    shown, plain = settings(EXAMPLE), settings(None)
    for part in ("order", "providers", "doors", "store", "policy", "log"):
        assert getattr(shown, part) == getattr(plain, part)


@pytest.mark.parametrize("name", expected())
def test_every_setting_is_shown(name: str) -> None:
    assert set(table(name)) == set(expected()[name].model_fields)


@pytest.mark.parametrize("name", expected())
def test_every_table_is_frozen_and_knows_no_other_key(name: str) -> None:
    model = expected()[name]
    assert model.model_config.get("frozen")
    assert model.model_config.get("extra") == "forbid"


def test_every_setting_has_a_comment() -> None:
    assert [line for line, commented in told(EXAMPLE.read_text("utf-8").splitlines()) if not commented] == []


def test_every_secret_is_named_and_empty() -> None:
    shown = dotenv.dotenv_values(HOUSE / ".env.example")
    providers = {importlib.import_module(module).VARIABLE for module in PROVIDERS.values()}
    assert (providers - {None}) | {WEB_TOKENS} <= set(shown)
    assert set(shown.values()) == {""}
