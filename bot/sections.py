"""The tables of config.toml that are the house's own, and what those of vendors and doors are made of."""

from __future__ import annotations

import re
from collections.abc import Mapping
from decimal import Decimal
from pathlib import Path
from typing import Annotated, Literal
from zoneinfo import ZoneInfo

from pydantic import (
    AfterValidator,
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    NonNegativeInt,
    PositiveInt,
    SecretStr,
    model_validator,
)


def names(value: object) -> object:
    """A list of names from TOML or JSON, or text with commas; numbers pass, since channel ids look like some."""
    if isinstance(value, str):
        return tuple(part.strip() for part in value.split(",") if part.strip())
    if isinstance(value, list | tuple):
        return tuple(str(part) if isinstance(part, int) else part for part in value)
    return (str(value),) if isinstance(value, int) else value


def _known_zone(name: str) -> str:
    try:
        ZoneInfo(name)
    except (KeyError, ValueError, OSError):
        raise ValueError('must be a time zone such as "UTC" or "Europe/Berlin"') from None
    return name


Names = Annotated[tuple[str, ...], BeforeValidator(names)]


class Section(BaseModel):
    """A table of config.toml: nothing in it goes unread, and nothing changes after the start."""

    model_config = ConfigDict(frozen=True, extra="forbid", hide_input_in_errors=True)


class Store(Section):
    """Where pictures and the book of jobs are kept."""

    data_dir: Path = Path("data")
    keep_days: NonNegativeInt = 0
    """After so many days the words and pictures of a job are forgotten; 0: never."""
    database_url: SecretStr = SecretStr("")
    """Empty: SQLite in data_dir. A URL may carry a password, so it is treated as one."""
    pictures_url: SecretStr = SecretStr("")
    """Empty: the folder gallery in data_dir. Else a bucket; a key written into it by mistake is in no message."""

    @property
    def on_server(self) -> bool:
        """Whether the database is one that other hosts may use, too."""
        return self.database_url.get_secret_value().startswith("postgres")


class Cap(Section):
    """No more than that of all that `of` names together, from midnight to midnight."""

    of: Literal["person", "role", "channel", "team"]
    id: str = ""
    """The role's or channel's, as in a door's `roles` and `channels`. Of channels, none means each for itself."""
    per: Literal["day", "month"]
    pictures: PositiveInt | None = None
    cents: Annotated[Decimal, Field(ge=0, allow_inf_nan=False)] | None = None
    """US cents; 0 leaves what is free."""

    @model_validator(mode="after")
    def _says_of_what(self) -> Cap:
        if self.of == "role" and not self.id:
            raise ValueError("id must name the role that is meant")
        if self.of in ("person", "team") and self.id:
            raise ValueError('id must be left out: a cap of "person" is everybody\'s own, and there is one "team"')
        if self.pictures is None and self.cents is None:
            raise ValueError("pictures or cents must say how many at most")
        return self


def _once_each(caps: tuple[Cap, ...]) -> tuple[Cap, ...]:
    if len({(cap.of, cap.id, cap.per) for cap in caps}) < len(caps):
        raise ValueError("must hold no two of the same of, id and per")
    return caps


def _door_and_id(places: tuple[str, ...]) -> tuple[str, ...]:
    if not all(re.fullmatch(r"(?!web:)[a-z]+:\S+", place) for place in places):
        raise ValueError('must be names of a chat platform and of a channel there, such as "slack:C0123ABCD"')
    return places


class Policy(Section):
    """Limits per person, 0 lifting one, and caps on what all spend."""

    jobs_per_minute: NonNegativeInt = 10
    concurrent_jobs: NonNegativeInt = 4
    pictures_per_day: NonNegativeInt = 100
    time_zone: Annotated[str, AfterValidator(_known_zone)] = "UTC"
    """Where days and months begin at midnight."""
    caps: Annotated[tuple[Cap, ...], AfterValidator(_once_each)] = ()
    unknown_price_cents: Annotated[Decimal, Field(gt=0, allow_inf_nan=False)] = Decimal(10)
    """What a picture of unpublished price is held to cost, where a cap is in money."""
    alert_places: Annotated[Names, AfterValidator(_door_and_id)] = ()
    """Where it is told that 50, 80 and 100 % of a cap of a team, role or channel are reached."""
    alert_language: str = "en"
    """In which language that is told."""
    unsure: Literal["ask", "resubmit"] = "ask"
    """What becomes of a purchase whose answer was lost on the way."""
    priorities: Mapping[str, Annotated[float, Field(gt=0, le=100)]] = Field(default_factory=dict)
    """By a role's id: the pictures by which its people go ahead of their turn."""


class Log(Section):
    """What the log holds and how it looks; format "auto" is console in a terminal, JSON elsewhere."""

    level: Literal["debug", "info", "warning", "error"] = "info"
    format: Literal["auto", "console", "json"] = "auto"
