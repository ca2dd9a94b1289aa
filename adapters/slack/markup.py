"""People's words on Slack: in plain and rich text, of which Slack reads no mark, so they read as they were written.

Where it does read marks (mrkdwn), there are only words of ours: it has no sign that would disarm one.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from datetime import UTC, datetime
from itertools import groupby
from typing import Any, Final

from bot.chat.caption import Line, Link, Look, Moment, Run, printable, shortened

Json = dict[str, Any]

_ENTITIES: Final = str.maketrans({"&": "&amp;", "<": "&lt;", ">": "&gt;"})
_CALLS_ALL: Final = re.compile(r"@(?=everyone|here|channel)", re.IGNORECASE)
_AGO: Final = "{ago}"
_BREAK: Final = Run("\n")


def plain(text: str, limit: int) -> Json:
    """A text object of 1 to `limit` characters in which nothing is read but the words."""
    return {"type": "plain_text", "text": shortened(printable(text), limit).strip() or "…", "emoji": False}


def escape(text: str) -> str:
    """For where Slack insists on mrkdwn: no mention, no link, nobody called. Up to five times as long."""
    return _CALLS_ALL.sub("@\u200b", printable(text)).translate(_ENTITIES)


def mrkdwn(said: Line) -> Json:
    """A line of words of ours, in which moments live."""
    return {"type": "mrkdwn", "text": "".join(map(_marked, said.parts))}


def ago(moment: datetime) -> str:
    """A moment that every reader's own Slack tells as "2 minutes ago" and keeps up to date."""
    return f"<!date^{int(moment.timestamp())}^{_AGO}|{_written(moment)}>"


def rich(lines: Iterable[Line], room: int) -> list[Json]:
    """Lines as the elements of a rich_text block, in at most `room` characters."""
    elements: list[Json] = []
    for item, group in groupby(_within(lines, room), key=lambda line: line.item):
        if item:
            sections = [section for line in group if (section := _section([line]))["elements"]]
            elements.append({"type": "rich_text_list", "style": "bullet", "elements": sections})
        else:
            elements.append(_section(group))
    return [element for element in elements if element["elements"]]


def quote(text: str, limit: int) -> list[Json]:
    """Words set off as somebody's own, as an element of a rich_text block; none for no words."""
    words = shortened(printable(text), limit).strip()
    return [{"type": "rich_text_quote", "elements": [{"type": "text", "text": words}]}] if words else []


def _section(lines: Iterable[Line]) -> Json:
    """Lines below each other; neighbours that look alike are one element."""
    elements: list[Json] = []
    for number, line in enumerate(lines):
        for part in (_BREAK, *line.parts) if number else line.parts:
            element = _element(part)
            if "text" in element and not element["text"]:
                continue
            if elements and element.keys() == elements[-1].keys() == {"type", "text"}:
                elements[-1]["text"] += element["text"]
            else:
                elements.append(element)
    return {"type": "rich_text_section", "elements": elements}


def _element(part: Run | Moment | Link) -> Json:
    match part:
        case Run(text=text, look=look):
            element = {"type": "text", "text": printable(text)}
            return element if look is Look.PLAIN else {**element, "style": {look.value: True}}
        case Moment(at=at):
            return {"type": "date", "timestamp": int(at.timestamp()), "format": _AGO, "fallback": _written(at)}
        case Link(text=text, address=address):
            return {"type": "link", "url": address, "text": text}


def _marked(part: Run | Moment | Link) -> str:
    match part:
        case Run(text=text):
            return escape(text)
        case Moment(at=at):
            return ago(at)
        case Link(text=text, address=address):
            return f"<{address}|{escape(text)}>"


def _within(lines: Iterable[Line], room: int) -> list[Line]:
    """As many whole lines as fit; of the next one its beginning, without what stood out in it."""
    kept: list[Line] = []
    for line in lines:
        words = "".join(part.text for part in line.parts if not isinstance(part, Moment))
        if len(words) >= room:
            kept.append(Line((Run(shortened(f"{words}…", max(1, room))),), line.item))
            break
        kept.append(line)
        room -= len(words) + 1
    return kept


def _written(moment: datetime) -> str:
    """For a Slack that can't count: "2026-11-21 12:00 UTC"."""
    return f"{moment.astimezone(UTC):%Y-%m-%d %H:%M} UTC"
