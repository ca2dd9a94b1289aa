"""One interaction, from the person's act to every answer it got."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from enum import IntEnum
from typing import Any, Final

from tests.standins.discord.message import Message, walk
from tests.standins.discord.world import Channel, Guild, Person

FIRST_ANSWER_S: Final = 3.0
"""Within which the first answer must come."""
TOKEN_LIFE_S: Final = 15 * 60.0


class Asked(IntEnum):
    """An interaction's type."""

    COMMAND = 2
    COMPONENT = 3
    AUTOCOMPLETE = 4
    MODAL = 5


class Answer(IntEnum):
    """A callback's type."""

    MESSAGE = 4
    DEFERRED = 5
    DEFERRED_UPDATE = 6
    UPDATE = 7
    CHOICES = 8
    MODAL = 9


@dataclass(frozen=True, slots=True, kw_only=True)
class ModalField:
    """A field of a modal as people see it. kind is the component's type: 4 text, 3 select, 19 files, 21 radio, ..."""

    custom_id: str
    kind: int
    label: str = ""
    description: str = ""
    value: str = ""
    """What it is filled with."""
    required: bool = True
    options: Mapping[str, str] = field(default_factory=dict)
    chosen: tuple[str, ...] = ()
    """Values of the options that are on at first."""
    id: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Modal:
    custom_id: str
    title: str
    fields: tuple[ModalField, ...]
    components: list[dict[str, Any]]

    def field(self, named: str) -> ModalField:
        """The one whose custom_id or label that is. Raises LookupError naming those there are."""
        for one in self.fields:
            if named in (one.custom_id, one.label):
                return one
        raise LookupError(f"no field {named!r} among {[(one.custom_id, one.label) for one in self.fields]}")


@dataclass(frozen=True, slots=True, kw_only=True)
class Response:
    """The first answer: what kind, when by the stand-in's clock, how long after the act."""

    kind: Answer
    at: datetime
    after_s: float
    ephemeral: bool = False
    message: Message | None = None
    text: str = ""
    """Of that message as it was then; the message itself goes on changing."""


@dataclass(eq=False, slots=True, kw_only=True)
class Interaction:
    """message is the current original: the first answer's message, or the one that a component belongs to."""

    id: int
    token: str = field(repr=False)
    kind: Asked
    person: Person = field(repr=False)
    channel: Channel = field(repr=False)
    at: datetime
    owners: dict[str, str]
    payload: dict[str, Any] = field(repr=False)
    source: Message | None = field(default=None, repr=False)
    """The message whose button was pressed, or whose button led to this modal."""
    target: Message | None = field(default=None, repr=False)
    """The message that a context menu was opened on."""
    first: Response | None = None
    message: Message | None = None
    followups: list[Message] = field(default_factory=list)
    modal: Modal | None = None
    choices: list[dict[str, Any]] | None = None
    refusals: list[tuple[int, int]] = field(default_factory=list)
    """Status and code of each answer that Discord turned down."""
    answered_at: float = 0.0
    """The machine's own steady clock, in seconds: for the real time an answer took, which no held clock shows."""
    asked_at: float = 0.0

    @property
    def answer(self) -> Response:
        """The first answer, which is there by now."""
        assert self.first is not None, "not answered"
        return self.first

    @property
    def shown(self) -> Message:
        """The current original, which is there by now."""
        assert self.message is not None, "no message"
        return self.message

    @property
    def form(self) -> Modal:
        """The modal that it was answered with."""
        assert self.modal is not None, "no modal"
        return self.modal

    @property
    def guild(self) -> Guild | None:
        return self.channel.guild

    @property
    def by_person_alone(self) -> bool:
        """Whether only the person installed the app there."""
        return "0" not in self.owners

    @property
    def text(self) -> str:
        """Of the current original."""
        return self.message.text if self.message and not self.message.deleted else ""

    @property
    def ephemeral(self) -> bool:
        return bool(self.message and self.message.ephemeral)

    def late(self, now: datetime) -> bool:
        return self.first is None and now - self.at > timedelta(seconds=FIRST_ANSWER_S)

    def lapsed(self, now: datetime) -> bool:
        return now - self.at >= timedelta(seconds=TOKEN_LIFE_S)


def modal_of(body: Mapping[str, Any]) -> Modal:
    """A callback's data as the form that people see."""
    fields: list[ModalField] = []
    for part in walk(body["components"]):
        inner, label = (part["component"], part) if part["type"] == 18 else (part, part)
        if part["type"] in (1, 10) or "custom_id" not in inner:
            continue
        if part["type"] != 18 and any(one.custom_id == part["custom_id"] for one in fields):
            continue  # met within its label
        options = inner.get("options") or ()
        fields.append(
            ModalField(
                custom_id=inner["custom_id"],
                kind=inner["type"],
                label=label.get("label") or "",
                description=label.get("description") or "",
                value=inner.get("value") or "",
                required=bool(inner.get("required", True)),
                options={option["value"]: option["label"] for option in options},
                chosen=tuple(option["value"] for option in options if option.get("default")),
                id=inner.get("id") or 0,
            )
        )
    return Modal(
        custom_id=body["custom_id"], title=body["title"], fields=tuple(fields), components=list(body["components"])
    )
