"""What a message of a chat platform says, in the order in which it says it; each door writes it in its own marks.

People's words come as they were written: it is for the door to see that they ping nobody and mark nothing up.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Final

from bot.chat.form import Say
from bot.job import Status
from bot.message import Field, Reply, Tone
from bot.request import Imagine, Upscale
from bot.view import View

COMPLAINTS: Final = 4
FACTS: Final = 8
BAR: Final = 12
"""Signs of a progress bar."""
LISTS: Final = frozenset({"people", "models"})
"""Fields of which each line of the value stands for itself."""

_JOINERS: Final = "\u200c\u200d"
"""Unseen, and needed by Persian and by emoji made of several."""
_COMMAND: Final = re.compile(r"\A\s*(?:/imagine\b|/upscale\b.*)\s*", re.DOTALL)
"""What the title of the answer says already."""
_TYPED: Final = re.compile(r"(?P<typed>--\S.*?) {4,}(?P<meaning>.*)")
_EXAMPLE: Final = re.compile(r"(?P<before>(?:.*\s)?)(?P<typed>/[a-z].*)")
_PRINTED: Final = ("model", "factor", "size", "seed", "cost", "took")
"""The order of the small print; what a later house adds comes after."""
_HERE: Final = "\x1f"
"""Stands in a sentence for what a door writes in its own way."""
_STATUS: Final[Mapping[Status, str]] = {
    Status.QUEUED: "chat-job-queued",
    Status.RUNNING: "chat-job-running",
    Status.FINISHED: "chat-job-finished",
    Status.MODERATED: "chat-job-moderated",
    Status.FAILED: "chat-job-failed",
    Status.UNSURE: "chat-job-unsure",
    Status.CANCELLED: "chat-job-cancelled",
}


class Look(StrEnum):
    """How words stand out."""

    PLAIN = "plain"
    BOLD = "bold"
    CODE = "code"
    """To be typed or copied as it is."""


@dataclass(frozen=True, slots=True)
class Run:
    """Words of one look, on one line."""

    text: str
    look: Look = Look.PLAIN


@dataclass(frozen=True, slots=True)
class Moment:
    """Told as "2 minutes ago" by the platform, which keeps it up to date."""

    at: datetime


@dataclass(frozen=True, slots=True)
class Link:
    """An address of ours behind words of ours."""

    text: str
    address: str


@dataclass(frozen=True, slots=True)
class Line:
    """Its parts follow each other without a space. item: one of a list."""

    parts: tuple[Run | Moment | Link, ...] = ()
    item: bool = False


@dataclass(frozen=True, slots=True)
class Head:
    """What this is, who asked, and what for; each "" where nobody said."""

    title: str
    person: str
    prompt: str


@dataclass(frozen=True, slots=True)
class Asked:
    """One job in a list of jobs: how it stands and since when, its words, and that it went unheard."""

    standing: Line
    words: str
    untold: str


def head(reply: Reply) -> Head:
    """The prompt on one line."""
    asked = _value(reply.fields, "prompt") or _COMMAND.sub("", reply.asked)
    return Head(reply.title, reply.person, " ".join(asked.split()))


def sentences(reply: Reply) -> list[Line]:
    """What the message has to say; in help, what is to be typed stands out."""
    return _lesson(reply.body) if reply.tone is Tone.HELP else [_said(line) for line in reply.body.strip().split("\n")]


def progress(reply: Reply, say: Say) -> str:
    """How far it is; "" where it is not at work, or nobody can tell."""
    if reply.progress is None or reply.tone is not Tone.WORKING:
        return ""
    percent = round(100 * min(1.0, max(0.0, reply.progress)))
    filled = round(percent * BAR / 100)
    return say("chat-progress", bar="▰" * filled + "▱" * (BAR - filled), percent=percent)


def complaints(reply: Reply) -> list[Line]:
    """What the provider had against single values, unless the sentences say it."""
    told = [error for error in reply.errors if error.value not in reply.body][:COMPLAINTS]
    return [Line((Run(error.label, Look.BOLD), Run(f": {error.value}")), item=True) for error in told]


def notes(reply: Reply, say: Say) -> list[str]:
    """What to know about a finished picture; small below it, so that nothing stands between its words and itself.

    But for how to add a key: that is for whoever runs the bot, who reads it in the terminal.
    """
    return [line for line in reply.body.strip().split("\n") if line.strip() and line != say("note-add-key")]


def facts(reply: Reply, say: Say) -> list[Line]:
    """The small print: what it is made with, and since when."""
    fields = () if reply.tone is Tone.HELP else sorted(reply.fields, key=_rank)
    told = [fact for field in fields if (fact := _fact(field, say)).parts][:FACTS]
    if reply.since is not None and reply.tone is Tone.WORKING:
        before, _, after = say("chat-started", when=_HERE).partition(_HERE)
        told.append(Line((Run(before), Moment(reply.since), Run(after))))
    return told


def remark(reply: Reply, say: Say, *, whole: bool, shown: bool) -> str:
    """Whether what is seen is the picture itself; "" where it is. not whole: it was re-encoded to fit."""
    if reply.pictures and shown and not whole:
        picture = reply.pictures[0]
        pixels = f"{picture.width} × {picture.height}"
        return say("chat-refitted", pixels=pixels, size_bytes=picture.size_bytes or None)
    return say("chat-unshown") if reply.pictures and not shown and reply.tone is Tone.DONE else ""


def figures(reply: Reply) -> list[Line]:
    """What was asked for, where somebody asked what was spent: a line each, or a list below its label."""
    told: list[Line] = []
    for field in reply.fields if reply.tone is Tone.HELP else ():
        label = Run(field.label, Look.BOLD)
        if field.name in LISTS:
            told += [Line((label,)), *(Line((Run(each),), item=True) for each in field.value.split("\n"))]
        elif not _is_price(field):
            told.append(Line((label, Run(f": {field.value}"))))
    return told


def prices(reply: Reply, say: Say) -> list[Line]:
    """Below help: a title, and a line a model with the name that --model takes. None in other messages."""
    priced = [field for field in reply.fields if _is_price(field)] if reply.tone is Tone.HELP else []
    if not priced:
        return []
    models = [
        Line(
            (Run(each.label), Run(" "), Run(each.name.rpartition("/")[2], Look.CODE), Run(" · "), Run(each.value)), True
        )
        for each in priced
    ]
    return [Line((Run(say("chat-models"), Look.BOLD),)), *models]


def asked(view: View, say: Say, *, address: str) -> Asked:
    """One of a person's jobs. address: where its message stands, "" where nobody but its reader could open it."""
    standing: list[Run | Moment | Link] = [
        Run(say(_STATUS[view.status]), Look.BOLD),
        Run(" · "),
        Moment(view.accepted_at),
    ]
    if view.at.private:
        standing += [Run(" · "), Run(say("chat-job-private"))]
    elif address:
        standing += [Run(" · "), Link(say("chat-job-open"), address)]
    match view.request:
        case Imagine(prompt=prompt):
            words = prompt
        case Upscale(factor=factor):
            words = view.picture.alt if view.picture else say("chat-job-upscale", factor=factor)
    untold = say("chat-job-untold") if view.untold else ""
    return Asked(Line(tuple(standing)), " ".join(words.split()), untold)


def printable(text: str) -> str:
    """Without what nobody sees: controls but line breaks, marks of direction, halves of a character."""
    return "".join(each for each in text if each == "\n" or _is_seen(each))


def shortened(text: str, limit: int) -> str:
    """Text in at most `limit` characters, with … where some is left out."""
    return text if len(text) <= limit else text[: max(0, limit - 1)].rstrip(_JOINERS + " ") + "…"


def _rank(field: Field) -> int:
    return _PRINTED.index(field.name) if field.name in _PRINTED else len(_PRINTED)


def _fact(field: Field, say: Say) -> Line:
    """Model, size and what is free speak for themselves; empty for what stands above already."""
    match field.name:
        case "prompt" | "by":
            return Line()
        case "model" | "factor" | "size":
            return _said(field.value)
        case "cost" if field.value == say("cost-free"):
            return _said(field.value)
        case "seed":
            return Line((Run(f"{field.label} "), Run(field.value, Look.CODE)))
        case _:
            return _said(f"{field.label} {field.value}")


def _lesson(body: str) -> list[Line]:
    """Of two lines the first is to be typed, and what wide spaces divide from its meaning, and from a slash on.

    But for a first line that begins like a sentence: that is a heading.
    """
    lines: list[Line] = []
    for paragraph in body.split("\n\n"):
        said = paragraph.strip().split("\n")
        if len(said) == 2:
            look = Look.BOLD if said[0][:1].isupper() else Look.CODE
            lines += [Line((Run(said[0], look),)), _said(said[1])]
        else:
            lines += map(_lesson_line, said)
        lines.append(Line())
    return lines[:-1]


def _lesson_line(line: str) -> Line:
    if flag := _TYPED.fullmatch(line):
        return Line((Run(flag["typed"], Look.CODE), Run(f" {flag['meaning']}")), item=True)
    if example := _EXAMPLE.fullmatch(line):
        return Line((Run(example["before"]), Run(example["typed"], Look.CODE)))
    return _said(line)


def _is_price(field: Field) -> bool:
    """A model's: such a field is named as its offer is."""
    return "/" in field.name


def _said(words: str) -> Line:
    return Line((Run(words),)) if words else Line()


def _value(fields: Iterable[Field], name: str) -> str:
    return next((field.value for field in fields if field.name == name), "")


def _is_seen(character: str) -> bool:
    kind = unicodedata.category(character)
    flag_letter = "\U000e0020" <= character <= "\U000e007f"
    return kind not in ("Cc", "Cs", "Cf") or character in _JOINERS or flag_letter
