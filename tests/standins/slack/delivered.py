"""One thing told to the app, from a person's act to every answer it got."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Any, Final

from tests.standins.slack.message import Message
from tests.standins.slack.view import View
from tests.standins.slack.world import Channel, Person, Workspace

ACK_S: Final = 3.0
"""Within which an acknowledgement must come."""
TRIGGER_S: Final = 3.0
"""How long a trigger_id may be exchanged for a view."""
RESPONSE_S: Final = 30 * 60.0
RESPONSES: Final = 5
"""How long, and how often, a response_url may be used."""


class Sort(StrEnum):
    """An envelope's type."""

    COMMAND = "slash_commands"
    INTERACTION = "interactive"
    EVENT = "events_api"


@dataclass(eq=False, slots=True, kw_only=True)
class Attempt:
    """One try to tell it. `at` is by the stand-in's clock, `sent_s` by the machine's; sent_s is 0 while it waits."""

    envelope: str
    at: datetime
    retry: int = 0
    reason: str = ""
    sent_s: float = 0.0
    socket: object = field(default=None, repr=False)
    ended: bool = False


@dataclass(eq=False, slots=True, kw_only=True)
class Delivered:
    """message is the current answer that the person sees to a command or button; `view` the modal that it opened."""

    id: str
    """Event id, or trigger id."""
    sort: Sort
    payload: dict[str, Any] = field(repr=False)
    workspace: Workspace = field(repr=False)
    person: Person | None = field(default=None, repr=False)
    channel: Channel | None = field(default=None, repr=False)
    at: datetime
    source: Message | View | None = field(default=None, repr=False)
    """What the button is in, or what the shortcut was opened on, or the view that was submitted."""
    attempts: list[Attempt] = field(default_factory=list, repr=False)
    asked_s: float = 0.0
    """The machine's own steady clock when it was first sent."""
    acked: bool = False
    acked_after_s: float | None = None
    """From its first try to its acknowledgement, in the machine's own seconds."""
    response: Any = None
    """What came with the acknowledgement."""
    status: int | None = None
    """Of the app's HTTP answer."""
    error: str = ""
    """What a person sees where no answer came: "dispatch_failed", "operation_timeout"; for events "given_up"."""
    late_acks: int = 0
    message: Message | None = None
    answers: list[Message] = field(default_factory=list)
    """Every message that it was answered with, by acknowledgement and by response_url."""
    view: View | None = None
    trigger_used: bool = False
    responses: int = 0
    """How often its response_url was used."""

    @property
    def settled(self) -> bool:
        return self.acked or bool(self.error)

    @property
    def kind(self) -> str:
        """The event's type, the command, or the interaction's type."""
        event = self.payload.get("event")
        return event["type"] if event else self.payload.get("command") or self.payload.get("type", "")

    @property
    def trigger_id(self) -> str:
        return self.payload.get("trigger_id", "")

    @property
    def response_url(self) -> str:
        return self.payload.get("response_url", "")

    @property
    def shown(self) -> Message:
        """The current answer, which is there by now."""
        assert self.message is not None, "no message"
        return self.message

    @property
    def form(self) -> View:
        """The modal that it opened, which is there by now."""
        assert self.view is not None, "no view"
        return self.view

    @property
    def text(self) -> str:
        """Of the current answer."""
        return self.message.text if self.message and not self.message.deleted else ""

    @property
    def ephemeral(self) -> bool:
        return bool(self.message and self.message.ephemeral)

    def trigger_lapsed(self, now: datetime) -> bool:
        return now - self.at > timedelta(seconds=TRIGGER_S)

    def response_lapsed(self, now: datetime) -> bool:
        return now - self.at >= timedelta(seconds=RESPONSE_S)
