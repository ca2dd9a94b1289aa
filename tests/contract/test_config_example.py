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
from bot.sections import Log, Policy, Store
from bot.settings import WEB_TOKENS, Settings, load
from bot.words import languages

HOUSE = Path(__file__).parents[2]
EXAMPLE = HOUSE / "config.example.toml"


def models(registry: Mapping[str, str]) -> dict[str, type[BaseModel]]:
    return {name: importlib.import_module(module).Settings for name, module in registry.items()}


def settings(path: Path | None) -> Settings:
    return load(path, providers=models(PROVIDERS), doors=models(DOORS), languages=languages())


def expected() -> dict[str, type[BaseModel]]:
    """Every table of the file and the model behind it."""
    providers = {f"providers.{name}": model for name, model in models(PROVIDERS).items()}
    return {**providers, **models(DOORS), "store": Store, "policy": Policy, "log": Log}


def table(name: str, text: str = "") -> dict[str, Any]:
    found: dict[str, Any] = tomllib.loads(text or EXAMPLE.read_text("utf-8"))
    for part in name.split("."):
        found = found[part]
    return found


def spelt_out() -> str:
    """The file with what it shows behind a "# ": a setting that is neither on nor off as long as nobody sets it."""
    return re.sub(r"(?m)^# (?=\w+ = \S+$)", "", EXAMPLE.read_text("utf-8"))


def undecided(model: type[BaseModel]) -> set[str]:
    """TOML has no word for None, so such a setting is shown behind a "# "."""
    return {name for name, setting in model.model_fields.items() if setting.default is None}


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
    model = expected()[name]
    assert set(table(name, spelt_out())) == set(model.model_fields)
    assert set(table(name)) == set(model.model_fields) - undecided(model)


@pytest.mark.parametrize("name", expected())
def test_what_is_shown_behind_a_mark_may_be_set_like_that(name: str) -> None:
    model = expected()[name]
    shown = {setting: table(name, spelt_out())[setting] for setting in undecided(model)}
    assert model.model_validate(shown).model_fields_set == set(shown)


@pytest.mark.parametrize("name", expected())
def test_every_table_is_frozen_and_knows_no_other_key(name: str) -> None:
    model = expected()[name]
    assert model.model_config.get("frozen")
    assert model.model_config.get("extra") == "forbid"


def test_every_setting_has_a_comment() -> None:
    assert [line for line, commented in told(spelt_out().splitlines()) if not commented] == []


def test_every_secret_is_named_and_empty() -> None:
    shown = dotenv.dotenv_values(HOUSE / ".env.example")
    providers = {importlib.import_module(module).VARIABLE for module in PROVIDERS.values()}
    needs = [need for model in models(DOORS).values() for need in getattr(model, "NEEDS", ())]
    doors = {variable for need in needs for variable in ((need,) if isinstance(need, str) else need)}
    assert (providers - {None}) | doors | {WEB_TOKENS} <= set(shown)
    assert set(shown.values()) == {""}
