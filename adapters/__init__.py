"""The doors. REGISTRY says where `Settings` and `open_adapter(settings, desk, kit)` are; no door is imported here."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable, Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any, Final

from bot.clock import Clock, RealClock
from bot.errors import Fact

REGISTRY: Final[Mapping[str, str]] = {"discord": "adapters.discord", "web": "adapters.web"}
COMMANDS: Final[Mapping[str, str]] = {"discord": "Invite the bot to Discord, and bring its commands there."}
"""The doors that have a module `terminal`, with what `imagebot --help` says of it, so that help imports no door.

The module holds `commands`, a click group whose commands return an Errand, and `check`, an Errand for `imagebot check`.
"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Kit:
    """What the house lends to a door. secrets are by variable; metrics gives all figures in Prometheus' text format."""

    clock: Clock = field(default_factory=RealClock)
    secrets: Mapping[str, str] = field(default_factory=dict, repr=False)
    tokens: Sequence[tuple[str, str, bool]] = field(default=(), repr=False)
    """The web door's callers: name, token, whether an admin."""
    metrics: Callable[[], bytes] | None = None


class State(StrEnum):
    """How a line in the terminal looks."""

    WELL = "well"
    OFF = "off"
    FAULT = "fault"
    """Something is to be done; the exit code will say so."""
    ASIDE = "aside"
    """More about the line before."""
    SAID = "said"
    """What the command was asked for, without a mark, so that it can be copied or piped."""


@dataclass(frozen=True, slots=True)
class Finding:
    """One line in the terminal; `key` is in words/. listed: keys whose sentences become the fact `listed`, in a row."""

    state: State
    key: str
    facts: Mapping[str, Fact] = field(default_factory=dict)
    listed: Sequence[str] = ()


Errand = Callable[[Any, Kit], AsyncIterator[Finding]]
"""What a door does for the terminal, by its Settings and the kit: it tells as it goes, and needs no open house."""
