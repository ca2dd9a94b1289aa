"""People's words between Discord's marks: they read as they were written, ping nobody, and fit."""

from __future__ import annotations

import re
from datetime import datetime
from typing import Final

from bot.chat import caption
from bot.chat.caption import Line, Link, Look, Moment, Run

_NAMES_SOMEBODY: Final = re.compile(r"@(?=everyone|here|[!&]?\d)", re.IGNORECASE)
_INLINE: Final = re.compile(r"[\\*_~|`\[\]<]|:(?=//|[\w~+-]+:)")
_LINE_START: Final = re.compile(r"^([ \t]*(?:\d+(?=[.)]\s)|(?=[-+#>])))", re.MULTILINE)


def escape(text: str) -> str:
    """Text that reads as it was written: no markup, no link, no emoji code, no mention, no change of direction."""
    lines = _INLINE.sub(r"\\\g<0>", printable(text))
    return _LINE_START.sub(r"\1\\", lines)


def code(text: str) -> str:
    """Text to be typed or copied as it is, on one line."""
    return f"`{' '.join(printable(text).replace('`', 'ˋ').split()) or ' '}`"


def shortened(markup: str, limit: int) -> str:
    """Escaped text in at most `limit` characters, with … where some is left out."""
    kept = markup[: max(0, limit - 1)]
    backslashes = len(kept) - len(kept.rstrip("\\"))  # the last of an odd number would disarm the …
    return markup if len(markup) <= limit else caption.shortened(markup, limit - backslashes % 2)


def line(said: Line, *, each: int = 4000) -> str:
    """A line of a caption; each of its parts in at most so many characters."""
    words = "".join(_part(part, each) for part in said.parts)
    return f"- {words}" if said.item else words


def ago(moment: datetime) -> str:
    """A moment that every reader's own Discord tells as "2 minutes ago" and keeps up to date."""
    return f"<t:{int(moment.timestamp())}:R>"


def printable(text: str) -> str:
    """Without what nobody sees, and with nobody's name that would ping."""
    return _NAMES_SOMEBODY.sub("@\u200b", caption.printable(text))


def _part(part: Run | Moment | Link, limit: int) -> str:
    match part:
        case Run():
            return _run(part, limit)
        case Moment(at=at):
            return ago(at)
        case Link(text=text, address=address):
            return f"[{escape(text)}]({address})"


def _run(run: Run, limit: int) -> str:
    match run.look:
        case Look.PLAIN:
            return shortened(escape(run.text), limit)
        case Look.BOLD:
            return f"**{shortened(escape(run.text), limit)}**"
        case Look.CODE:
            return code(run.text[:limit])
