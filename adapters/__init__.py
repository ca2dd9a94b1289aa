"""The doors. REGISTRY says where `Settings` and `open_adapter(settings, desk, kit)` are; no door is imported here."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from typing import TYPE_CHECKING, Any, Final

from bot.clock import Clock, RealClock
from bot.errors import Fact

if TYPE_CHECKING:
    import sqlalchemy as sa

REGISTRY: Final[Mapping[str, str]] = {
    "discord": "adapters.discord",
    "slack": "adapters.slack",
    "web": "adapters.web",
}
COMMANDS: Final[Mapping[str, str]] = {
    "discord": "Invite the bot to Discord, and bring its commands there.",
    "slack": "Make the Slack app, and keys for many workspaces.",
}
"""The doors that have a module `terminal`, with what `imagebot --help` says of it, so that help imports no door.

The module holds `commands`, a click group whose commands return an Errand, Keyless or not, and `check`, an Errand for
`imagebot check`.
"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Database:
    """The house's own, for a chat library that keeps tables there: in `reading` a transaction must not write."""

    reading: sa.Engine
    writing: sa.Engine


@dataclass(frozen=True, slots=True, kw_only=True)
class Kit:
    """What the house lends to a door. secrets are by variable; metrics gives all figures in Prometheus' text format."""

    clock: Clock = field(default_factory=RealClock)
    secrets: Mapping[str, str] = field(default_factory=dict, repr=False)
    tokens: Sequence[tuple[str, str, bool]] = field(default=(), repr=False)
    """The web door's callers: name, token, whether an admin."""
    metrics: Callable[[], bytes] | None = None
    roles: Collection[str] = ()
    """Ids of roles that the house's limits go by: a Person of such a role has it among their roles."""
    alert_places: Sequence[str] = ()
    """Where the house tells its admins something, such as "slack:C0123ABCD"."""
    database: Database | None = None
    """None in the terminal, where no house is open."""

    def alerted(self, door: str) -> list[str]:
        """The ids of those places that are that door's."""
        return [id_ for each in self.alert_places for name, _, id_ in [each.partition(":")] if name == door]


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
    HINT = "hint"
    """What to do with it; to standard error, where a pipe does not take it along."""


@dataclass(frozen=True, slots=True)
class Finding:
    """One line in the terminal; `key` is in words/. listed: keys whose sentences become the fact `listed`, in a row."""

    state: State
    key: str
    facts: Mapping[str, Fact] = field(default_factory=dict)
    listed: Sequence[str] = ()


@dataclass(frozen=True, slots=True)
class Verbatim:
    """Text that is no sentence, such as a file's: printed as it is, and all that a pipe takes along."""

    text: str = field(repr=False)


Errand = Callable[[Any, Kit], AsyncIterator[Finding | Verbatim]]
"""What a door does for the terminal, by its Settings and the kit: it tells as it goes, and needs no open house."""


@dataclass(frozen=True, slots=True)
class Keyless:
    """An errand that needs none of the door's secrets, such as one that tells how to come by them."""

    errand: Errand
