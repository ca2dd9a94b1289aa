"""Chat-neutral words for a conversation; every door renders these values in its own way."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from datetime import datetime
from enum import StrEnum
from typing import Final

from bot.request import ImageId

DIRECT: Final = "dm"
"""In a list of open channels and in Place.within: direct messages."""


class Verb(StrEnum):
    """What a button can ask for."""

    UPSCALE = "upscale"
    AGAIN = "again"
    EDIT = "edit"
    REFERENCE = "reference"
    CANCEL = "cancel"
    DELETE = "delete"
    RETRY = "retry"
    """After an unsure end: try once more although it may be charged twice."""
    LOOK = "look"
    """After an unsure end: ask the provider again how it ended."""


class Tone(StrEnum):
    """How a Reply should feel."""

    WORKING = "working"
    DONE = "done"
    REFUSED = "refused"
    """A kind no: moderation, policy, a wrong value."""
    FAILED = "failed"
    UNSURE = "unsure"
    CANCELLED = "cancelled"
    HELP = "help"


@dataclass(frozen=True, slots=True)
class Person:
    """Who asked. `id` is unique within its door; `locale` is a BCP 47 tag such as "de" or "en-GB".

    roles hold "admin" and "moderator" (everywhere), "moderator:<place id>" (there), and the platform's own role ids
    that the operator named in the settings.
    """

    door: str
    id: str
    name: str
    locale: str = "en"
    roles: tuple[str, ...] = ()

    @property
    def key(self) -> str:
        """One string for one person over all doors, such as "web:ada"."""
        return f"{self.door}:{self.id}"

    def moderates(self, place: Place) -> bool:
        """Whether they may cancel and delete what others asked for there."""
        return not {"admin", "moderator", f"moderator:{place.id}"}.isdisjoint(self.roles)

    @property
    def unled(self) -> Person:
        """The same without a say over others."""
        own = tuple(role for role in self.roles if role.partition(":")[0] not in ("admin", "moderator"))
        return replace(self, roles=own)


@dataclass(frozen=True, slots=True)
class Place:
    """The channel, thread or address that an answer belongs to. `handle` is readable to its door alone.

    within names what it is a part of (a thread's channel, a channel's category), or DIRECT for a talk between one
    person and the bot: where that is open, this is. safety_ceiling is the highest safety_tolerance that may be asked
    for here; None: whatever the model takes.
    """

    door: str
    id: str
    handle: str = field(default="", repr=False)  # it may hold a platform's token
    private: bool = False
    within: tuple[str, ...] = ()
    safety_ceiling: int | None = None
    channel: str = ""
    """The channel's id as the operator knows it, where `id` is a thread's or has more to it."""


@dataclass(frozen=True, slots=True)
class Receipt:
    """Where a Reply was posted, so that it can be edited and a reply to it finds its picture."""

    door: str
    place: str
    handle: str


@dataclass(frozen=True, slots=True)
class Field:
    """A labelled value. `name` is a stable key such as "seed"; label and value are in the person's language."""

    name: str
    label: str
    value: str


@dataclass(frozen=True, slots=True)
class Picture:
    """A saved picture to show. `name` is its file name in the gallery, such as "<64 hex>.webp"."""

    id: ImageId
    name: str
    alt: str
    width: int
    height: int
    size_bytes: int = 0


@dataclass(frozen=True, slots=True)
class Button:
    """A label and what it asks; `target` is a job id, for UPSCALE and REFERENCE an image id.

    factor is how many times to enlarge, where the person said so before the button was made.
    """

    verb: Verb
    label: str
    target: str
    factor: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Reply:
    """A message as people see it, with no markup; `body` may hold line breaks.

    progress is 0..1, or None where nobody can tell; since is when work began, for an elapsed time that the door
    shows; details are for the curious: task id, the provider's own status word.
    """

    tone: Tone
    title: str
    locale: str = "en"
    """Of its sentences, for the words that a door adds."""
    body: str = ""
    asked: str = ""
    """What the person said, such as "/imagine a lighthouse --ar 16:9", shown above the answer."""
    job: str | None = None
    person: str = ""
    fields: tuple[Field, ...] = ()
    pictures: tuple[Picture, ...] = ()
    answers: Picture | None = None
    """The picture that this message replies to."""
    buttons: tuple[Button, ...] = ()
    details: tuple[Field, ...] = ()
    errors: tuple[Field, ...] = ()
    """A provider's complaints, named after request.py's fields."""
    progress: float | None = None
    since: datetime | None = None
