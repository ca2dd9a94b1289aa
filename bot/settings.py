"""What the operator configured: config.toml read once, the environment over it, secrets apart; all frozen.

The only file that reads either. Its sentences are English and not in words/: they go to the operator's terminal before
anything else is open, and this file lies below words/.
"""

from __future__ import annotations

import asyncio
import difflib
import json
import os
import re
import threading
import tomllib
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Annotated, Any, Final, cast, get_args

import dotenv
from pydantic import (
    AfterValidator,
    BaseModel,
    Field,
    SecretStr,
    ValidationError,
    create_model,
)
from pydantic.fields import FieldInfo
from pydantic_settings import BaseSettings, EnvSettingsSource, InitSettingsSource, PydanticBaseSettingsSource

from bot.errors import Fact, HouseError, SettingsError
from bot.sections import Log, Names, Policy, Section, Store, names

PREFIX: Final = "IMAGEBOT__"
CONFIG_VARIABLE: Final = "IMAGEBOT_CONFIG"
CONFIG_FILE: Final = Path("config.toml")
ENV_FILE: Final = Path(".env")
WEB_TOKENS: Final = "IMAGEBOT_WEB_TOKENS"
SHORT_TOKEN: Final = 16
"""Characters; a shorter web token is taken, with a remark that it can be guessed."""

_SECRET_NAME: Final = re.compile(r"\w*(?:KEY(?:_ID)?|TOKENS?|SECRET|CLIENT_ID)\Z")
_ALLOWED: Final = {
    "bool_type": "must be true or false",
    "bool_parsing": "must be true or false",
    "int_type": "must be a whole number",
    "int_parsing": "must be a whole number",
    "int_from_float": "must be a whole number",
    "float_type": "must be a number",
    "float_parsing": "must be a number",
    "string_type": "must be text",
    "model_type": "must be a table",
    "dict_type": "must be a table",
    "too_short": "must name at least one",
}
"""By pydantic's kind of error; for the others its own words will do."""
_writing: Final = threading.Lock()


@dataclass(frozen=True, slots=True)
class WebToken:
    """One caller of the web door. An unnamed token is called "token-1", "token-2", ... by its place in the list."""

    name: str
    token: SecretStr
    admin: bool = False


@dataclass(frozen=True, slots=True)
class Remark:
    """Something the operator should know; `key` is in words/."""

    key: str
    facts: Mapping[str, Fact] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class Settings:
    """All that is configured. providers and doors hold, by name, the models that were handed to `load`."""

    source: Path | None
    """The file that was read, or None where there is none."""
    env_file: Path
    order: tuple[str, ...]
    """Providers, most wanted first; one that is not named is off."""
    fallback: bool
    """Whether the next of them takes over where one takes nothing."""
    providers: Mapping[str, BaseModel]
    doors: Mapping[str, BaseModel]
    store: Store
    policy: Policy
    log: Log
    secrets: Mapping[str, SecretStr]
    """By variable, from the environment and, where that is silent, from .env."""
    web_tokens: tuple[WebToken, ...]
    remarks: tuple[Remark, ...]


def load(
    path: Path | None = None,
    *,
    providers: Mapping[str, type[BaseModel]],
    doors: Mapping[str, type[BaseModel]],
    languages: Sequence[str],
    env_file: Path = ENV_FILE,
) -> Settings:
    """Read everything once: `path`, else IMAGEBOT_CONFIG, else ./config.toml if present; then the environment.

    A model may name, in a ClassVar NEEDS, variables without which `enabled = true` cannot work; of several in one
    tuple, one will do. languages are those that there are words in. Raises SettingsError.
    """
    environ = _environment(env_file)
    source = _source(path, environ)
    composed = _compose(providers, doors)
    house = _validated(composed, _tables(source), environ, source)
    if not _spoken(house.policy.alert_language, languages):
        allowed = f"must be one of: {', '.join(languages)}"
        raise SettingsError(_sentence(composed, ("policy", "alert_language"), "value_error", allowed, environ, source))
    secrets, remarks = _secrets(environ)
    tokens = _web_tokens(secrets[WEB_TOKENS].get_secret_value()) if WEB_TOKENS in secrets else ()
    remarks += tuple(
        Remark("remark-short-token", {"name": token.name, "limit": SHORT_TOKEN})
        for token in tokens
        if len(token.token.get_secret_value()) < SHORT_TOKEN
    )
    if house.store.on_server and not house.store.pictures_url.get_secret_value():
        remarks += (Remark("remark-pictures-here", {"folder": str(house.store.data_dir)}),)
    sold = house.providers
    settings = Settings(
        source=source,
        env_file=env_file,
        order=sold.order,
        fallback=sold.fallback,
        providers={name: getattr(sold, name) for name in providers},
        doors={name: getattr(house, name) for name in doors},
        store=house.store,
        policy=house.policy,
        log=house.log,
        secrets=secrets,
        web_tokens=tokens,
        remarks=remarks,
    )
    for name, section in (*settings.providers.items(), *settings.doors.items()):
        _require(name, section, secrets, source)
    return settings


def missing(section: BaseModel, secrets: Collection[str]) -> str | None:
    """The first variable of the model's NEEDS that nobody set; of several that will do, the one named first."""
    for need in getattr(section, "NEEDS", ()):
        either = (need,) if isinstance(need, str) else need
        if not any(variable in secrets for variable in either):
            return str(either[0])
    return None


async def remember_key(variable: str, value: SecretStr, env_file: Path = ENV_FILE) -> None:
    """Write a secret to .env, readable to its owner alone. Raises HouseError where the file cannot be written."""
    plain = value.get_secret_value()
    if not plain.isprintable() or not re.fullmatch(r"[A-Z][A-Z0-9_]*", variable):
        raise ValueError("a variable is written in capitals, its value on one line")
    await asyncio.to_thread(_rewrite, env_file, lambda: dotenv.set_key(env_file, variable, plain, follow_symlinks=True))


async def forget_key(variable: str, env_file: Path = ENV_FILE) -> None:
    """Take a secret out of .env; nothing happens where it is not there. Raises HouseError."""
    await asyncio.to_thread(_rewrite, env_file, lambda: _unset(env_file, variable))


def _unset(env_file: Path, variable: str) -> None:
    if variable in dotenv.dotenv_values(env_file, interpolate=False):
        dotenv.unset_key(env_file, variable, follow_symlinks=True)


def _rewrite(env_file: Path, change: Callable[[], object]) -> None:
    """The file is private before the secret is in it: dotenv's own replacement keeps the mode that it finds."""
    try:
        with _writing:
            os.close(os.open(env_file, os.O_CREAT | os.O_RDONLY, 0o600))
            env_file.chmod(0o600)
            change()
    except OSError as error:
        raise HouseError(f"{env_file} cannot be written: {error.strerror}") from error


def _environment(env_file: Path) -> dict[str, str]:
    """.env under the process's own variables."""
    try:
        remembered = dotenv.dotenv_values(env_file, interpolate=False, encoding="utf-8-sig")
    except (OSError, UnicodeDecodeError) as error:
        raise SettingsError(f"{env_file} cannot be read: it must be a UTF-8 text file of NAME=value lines.") from error
    return {**{name: value for name, value in remembered.items() if value}, **os.environ}


def _source(path: Path | None, environ: Mapping[str, str]) -> Path | None:
    named = path or (Path(environ[CONFIG_VARIABLE]) if environ.get(CONFIG_VARIABLE) else None)
    if named is None:
        return CONFIG_FILE if CONFIG_FILE.exists() else None
    if not named.is_file():
        via = "--config" if path else CONFIG_VARIABLE
        raise SettingsError(f"{named}: there is no such file, and {via} must name a TOML file.")
    return named


def _tables(source: Path | None) -> dict[str, Any]:
    if source is None:
        return {}
    try:
        return tomllib.loads(source.read_text("utf-8-sig"))  # some editors put a mark before the first line
    except tomllib.TOMLDecodeError as error:
        place = re.search(r"\(at (.*)\)", str(error))
        where = place[1] if place else "its end"
        raise SettingsError(f"{source}: this is not TOML at {where}; config.example.toml shows how it looks.") from None
    except (OSError, UnicodeDecodeError) as error:
        raise SettingsError(f"{source} cannot be read: it must be a UTF-8 text file in TOML.") from error


class _Overrides(EnvSettingsSource):
    """IMAGEBOT__SECTION__KEY over the merged environment; lists may be JSON or words with commas."""

    def __init__(self, settings_cls: type[BaseSettings], environ: Mapping[str, str]) -> None:
        super().__init__(settings_cls, env_prefix=PREFIX, env_nested_delimiter="__", case_sensitive=False)
        self.env_vars = {name.lower(): value for name, value in environ.items()}

    def decode_complex_value(self, field_name: str, field: FieldInfo, value: Any) -> Any:
        """Text that is no JSON list or table is taken as names with commas; the section's own model judges it."""
        try:
            decoded = json.loads(value)
        except ValueError:
            return names(value)
        return decoded if isinstance(decoded, list | dict) else names(value)


def _compose(providers: Mapping[str, type[BaseModel]], doors: Mapping[str, type[BaseModel]]) -> type[BaseSettings]:
    """One model of all tables: the house's own, and those handed in under their names."""

    def known(order: tuple[str, ...]) -> tuple[str, ...]:
        if not order or len(set(order)) < len(order) or not set(order) <= set(providers):
            raise ValueError(f"must name one or more of, and each once: {', '.join(providers)}")
        return order

    sections: dict[str, Any] = {name: (model, Field(default_factory=model)) for name, model in providers.items()}
    order = Annotated[Names, AfterValidator(known)]
    head: dict[str, Any] = {"order": (order, tuple(providers)), "fallback": (bool, False)}
    shelf = create_model("Providers", __base__=Section, **head, **sections)
    tables: dict[str, type[BaseModel]] = {
        "providers": shelf, "store": Store, "policy": Policy, "log": Log, **doors,
    }  # fmt: skip
    fields: dict[str, Any] = {name: (model, Field(default_factory=model)) for name, model in tables.items()}
    return create_model("House", __base__=_House, **fields)


class _House(BaseSettings):
    model_config = {"extra": "forbid", "frozen": True, "hide_input_in_errors": True}

    @classmethod
    def settings_customise_sources(
        cls,
        settings_cls: type[BaseSettings],
        init_settings: PydanticBaseSettingsSource,
        env_settings: PydanticBaseSettingsSource,
        dotenv_settings: PydanticBaseSettingsSource,
        file_secret_settings: PydanticBaseSettingsSource,
    ) -> tuple[PydanticBaseSettingsSource, ...]:
        """`tables` and `environ` come as arguments; nothing is read behind our back."""
        given = cast("InitSettingsSource", init_settings).init_kwargs
        return _Overrides(settings_cls, given["environ"]), InitSettingsSource(settings_cls, given["tables"])


def _validated(
    composed: type[BaseSettings], tables: Mapping[str, Any], environ: Mapping[str, str], source: Path | None
) -> Any:
    for variable in environ:
        section = variable[len(PREFIX) :].split("__")[0].lower()
        if variable.upper().startswith(PREFIX) and section not in composed.model_fields:
            raise SettingsError(f"{variable}: {_no_such(section, composed.model_fields)}")
    try:
        return composed(tables=tables, environ=environ)
    except ValidationError as error:
        first = error.errors(include_url=False, include_input=False)[0]
        raise SettingsError(_sentence(composed, first["loc"], first["type"], first["msg"], environ, source)) from None


def _sentence(
    model: type[BaseModel],
    loc: tuple[int | str, ...],
    kind: str,
    complaint: str,
    environ: Mapping[str, str],
    source: Path | None,
) -> str:
    """File or variable, key, and what is allowed; never the value, which may be a secret in the wrong place."""
    keys = [str(part) for part in loc if isinstance(part, str)]
    variables = {name.upper(): name for name in environ}
    spelt = [PREFIX + "__".join(keys[:length]).upper() for length in range(len(keys), 0, -1)]
    deeper = (
        real
        for name, real in variables.items()
        if name.startswith(f"{spelt[0]}__") and (kind != "value_error" or name.rpartition("__")[2].lower() in complaint)
    )  # what is wrong with a whole table says which of its keys it is about
    variable = next((variables[name] for name in spelt if name in variables), next(deeper, None))
    where = variable or f"{source}: {'.'.join(keys)}"
    if kind == "extra_forbidden":
        for key in keys[:-1]:
            annotation = model.model_fields[key].annotation
            inner = next(iter(get_args(annotation)), annotation)  # of a list of tables, the table
            model = inner if isinstance(inner, type) and issubclass(inner, BaseModel) else model
        return f"{where}: {_no_such(keys[-1], model.model_fields)}"
    allowed = _ALLOWED.get(kind) or complaint.removeprefix("Value error, ").removeprefix("Input ")
    return f"{where}: {'it ' if allowed.startswith(('must ', 'should ')) else ''}{allowed.removesuffix('.')}."


def _no_such(name: str, possible: Mapping[str, object]) -> str:
    near = difflib.get_close_matches(name, possible, n=1)
    meant = f'did you mean "{near[0]}", of' if near else "possible are"
    return f"there is no setting of this name; {meant} {', '.join(sorted(possible))}."


def _spoken(tag: str, languages: Sequence[str]) -> bool:
    """Whether there are words for a tag such as "de" or "de-AT"."""
    return bool(re.fullmatch(rf"({'|'.join(languages)})([-_][a-z0-9]{{2,8}}){{0,3}}", tag, re.IGNORECASE))


def _secrets(environ: Mapping[str, str]) -> tuple[Mapping[str, SecretStr], tuple[Remark, ...]]:
    secrets = {
        name: SecretStr(value.strip())
        for name, value in environ.items()
        if value.strip() and _SECRET_NAME.match(name) and not name.startswith(PREFIX)
    }
    if "API_KEY" not in secrets or "STABILITY_API_KEY" in secrets:
        return secrets, ()
    secrets["STABILITY_API_KEY"] = secrets["API_KEY"]
    return secrets, (Remark("remark-old-key", {"old": "API_KEY", "variable": "STABILITY_API_KEY"}),)


def _web_tokens(listed: str) -> tuple[WebToken, ...]:
    """`token`, `name:token` or `name:token:admin`, with commas between."""
    entries = [entry.strip() for entry in listed.split(",")]
    tokens = []
    for place, entry in enumerate(entries, start=1):
        found = re.fullmatch(r"(?:(?P<name>[\w.-]+):)?(?P<token>[^\s:]+?)(?P<admin>:admin)?", entry)
        if not found:
            raise SettingsError(f"{WEB_TOKENS}: entry {place} must be token, name:token or name:token:admin.")
        tokens.append(WebToken(found["name"] or f"token-{place}", SecretStr(found["token"]), bool(found["admin"])))
    if len({token.name for token in tokens}) < len(tokens):
        raise SettingsError(f"{WEB_TOKENS}: each name must appear once, since limits are counted per name.")
    return tuple(tokens)


def _require(name: str, section: BaseModel, secrets: Mapping[str, SecretStr], source: Path | None) -> None:
    variable = missing(section, secrets)
    if variable and "enabled" in section.model_fields_set and getattr(section, "enabled", False):
        raise SettingsError(
            f"{source or PREFIX + name.upper() + '__ENABLED'}: {name} is enabled and needs {variable}, "
            f"which must be set in the environment or in .env."
        )
