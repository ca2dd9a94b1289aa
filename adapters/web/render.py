"""A Reply as an HTML fragment: pure, escaped by the template engine, the same for the page and for the stream."""

from __future__ import annotations

import re
import zlib
from collections.abc import Callable
from datetime import datetime
from functools import cache
from typing import Final, Protocol

from jinja2 import Environment, PackageLoader, StrictUndefined

from bot.message import Field, Picture, Reply, Tone, Verb

BOX: Final = (720, 560)
"""Pixels that a picture may take in the channel; its full size is a click away."""
HUES: Final = 8
"""Colours of the round initials, hue-0 to hue-7 in the style sheet."""
INTERNAL: Final = frozenset({"prompt", "by"})
"""Fields that the caption sets apart from the row of small facts."""

_PARTS: Final = re.compile(
    r"(?P<command>^/\w+)|(?P<flag>(?<!\S)--[a-z][\w-]*(?:[ =](?!--)\S+)?)|(?P<words>(?:(?!(?<!\S)--[a-z]).)+)",
    re.DOTALL,
)


class Say(Protocol):
    """desk.say, in the viewer's language."""

    def __call__(self, key: str, **facts: object) -> str: ...


@cache
def templates() -> Environment:
    """All pages and fragments; every value is escaped, and a missing one is an error instead of a hole."""
    environment = Environment(
        loader=PackageLoader("adapters.web", "pages/templates"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.filters |= {"fitted": fitted, "hue": hue, "initial": initial, "millis": millis, "spoken": spoken}
    return environment


def message(reply: Reply, *, id: str, posted_at: datetime, say: Say) -> str:  # noqa: A002 - it is the element's id
    """A message of the channel, ready to be put in or swapped by `id`."""
    return _macro("message.html")(
        reply=reply,
        id=id,
        posted_at=posted_at,
        prompt=_of(reply.fields, "prompt"),
        who=reply.person or _of(reply.fields, "by"),
        facts=[field for field in reply.fields if field.name not in INTERNAL],
        working=reply.tone is Tone.WORKING,
        verbs=Verb,
        say=say,
    )


def notice(reply: Reply, *, say: Say, paint: str = "", fields: dict[str, str] | None = None) -> str:
    """A private word to one person; `paint` is the line that its button would say for them."""
    listed = any("/" not in field.name for field in reply.fields)  # those of models stand in a row
    return _macro("notice.html")(reply=reply, paint=paint, fields=fields or {}, listed=listed, say=say)


def fitted(picture: Picture, box: tuple[int, int] = BOX) -> tuple[int, int]:
    """Width and height to show a picture at: it is shrunk into the box and never blown up."""
    scale = min(1.0, box[0] / picture.width, box[1] / picture.height)
    return max(1, round(picture.width * scale)), max(1, round(picture.height * scale))


def spoken(line: str) -> list[tuple[str, str]]:
    """What a person typed as ("command" | "flag" | "words", text) parts, so that the words can stand out."""
    return [(str(found.lastgroup), found[0].strip()) for found in _PARTS.finditer(line) if found[0].strip()]


def hue(name: str) -> int:
    """A colour that stays with a name."""
    return zlib.crc32(name.encode()) % HUES


def initial(name: str) -> str:
    return next((character.upper() for character in name if character.isalnum()), "?")


def millis(moment: datetime) -> int:
    """Milliseconds since 1970, as scripts count."""
    return int(moment.timestamp() * 1000)


def _of(fields: tuple[Field, ...], name: str) -> str:
    return next((field.value for field in fields if field.name == name), "")


def _macro(name: str) -> Callable[..., str]:
    return templates().get_template(name).render
