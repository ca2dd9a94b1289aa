"""A Reply as a Discord message: one coloured box of words, pictures and buttons (components V2). Pure; never pings.

A view belongs to the running loop it is made in and comes back stopped, so that discord.py keeps no memory of it: the
buttons are known by their ids alone.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from typing import Any, Final, Protocol

import discord
from discord import ui

from adapters.discord.event import DOOR, Handle
from adapters.discord.markup import ago, code, escape, printable, shortened
from bot.job import Status
from bot.message import DIRECT, Button, Field, Picture, Reply, Tone, Verb
from bot.request import Imagine, Upscale
from bot.view import View

PARTS_LIMIT: Final = 40
"""Components of a message, nested ones included."""
TEXT_LIMIT: Final = 4000
"""Characters over all of a message's texts, as they are sent."""
GALLERY_LIMIT: Final = 10
ALT_LIMIT: Final = 1024
ROW_LIMIT: Final = 5
LABEL_LIMIT: Final = 80
BUTTONS_LIMIT: Final = 25
"""Five full rows: with their box, texts and galleries still within PARTS_LIMIT."""
JOBS_LIMIT: Final = 10

HEADING_LIMIT: Final = 150
NAME_LIMIT: Final = 100
QUOTE_LIMIT: Final = 1500
FACT_LIMIT: Final = 90
FACTS: Final = 8
COMPLAINT_LIMIT: Final = 250
COMPLAINTS: Final = 4
EXCERPT_LIMIT: Final = 80
"""All in characters of markup, except FACTS and COMPLAINTS, which count lines."""
BAR: Final = 12
"""Signs of a progress bar."""

COLOURS: Final[Mapping[Tone, int]] = {
    Tone.WORKING: 0x5865F2,
    Tone.DONE: 0x23A55A,
    Tone.REFUSED: 0xF0B232,
    Tone.FAILED: 0xDA373C,
    Tone.UNSURE: 0xE67E22,
    Tone.CANCELLED: 0x80848E,
    Tone.HELP: 0x5865F2,
}
PRESS: Final = re.compile(r"v1:(?P<verb>[a-z]+):(?P<target>[^:]*)(?::(?P<more>.+))?")
"""Every id that we give a button or form; `more` is an upscale's factor, or SURE."""
SURE: Final = "sure"
"""What the id of a button says that asks no more questions."""

_STATUS: Final[Mapping[Status, str]] = {
    Status.QUEUED: "chat-job-queued",
    Status.RUNNING: "chat-job-running",
    Status.FINISHED: "chat-job-finished",
    Status.MODERATED: "chat-job-moderated",
    Status.FAILED: "chat-job-failed",
    Status.UNSURE: "chat-job-unsure",
    Status.CANCELLED: "chat-job-cancelled",
}
_PRINTED: Final = ("model", "factor", "size", "seed", "cost", "took")
"""The order of the small print; what a later house adds comes after."""
_COMMAND: Final = re.compile(r"\A\s*(?:/imagine\b|/upscale\b.*)\s*", re.DOTALL)
"""What the title of the answer says already."""
_TYPED: Final = re.compile(r"(?P<typed>--\S.*?) {4,}(?P<meaning>.*)")
_EXAMPLE: Final = re.compile(r"(?P<before>(?:.*\s)?)(?P<typed>/[a-z].*)")


class Say(Protocol):
    """desk.say, in the reader's language."""

    def __call__(self, key: str, **facts: object) -> str: ...


def message(
    reply: Reply, *, say: Say, files: Sequence[str] = (), spoiler: bool = False, whole: bool = True
) -> ui.LayoutView:
    """A reply as it stands in its channel.

    files are the names of the attached files of reply.pictures in order, "" for one that is not attached; not whole:
    what is attached was re-encoded to fit.
    """
    sheet = _Sheet(reply.tone)
    done = reply.tone is Tone.DONE
    head = _head(reply)
    foot = _foot(reply, say, whole=whole, shown=any(files))
    prices = reply.fields if reply.tone is Tone.HELP else ()
    room = TEXT_LIMIT - len(head) - len(foot)
    told = _notes(reply, say, room) if done else _told(reply, say, room)
    sheet.write(head)
    sheet.write("" if done else told)
    if prices and (listed := _price_list(prices, say, TEXT_LIMIT - len(head) - len(foot) - len(told))):
        sheet.rule()
        sheet.write(listed)
    sheet.hang(zip(reply.pictures, files, strict=False), spoiler=spoiler)
    sheet.write("\n".join(filter(None, (foot, told if done else ""))))
    sheet.offer(reply.buttons[:BUTTONS_LIMIT])
    return sheet.view()


def jobs(views: Sequence[View], *, say: Say, files: Mapping[str, str] | None = None) -> ui.LayoutView:
    """What a person asked for lately, running jobs with a way to stop them.

    files are attached names by picture id: those of jobs that ended unheard, which are shown here with their buttons.
    """
    sheet = _Sheet(Tone.HELP)
    sheet.write(f"**{escape(say('chat-jobs-title'))}**")
    if not views:
        sheet.write(f"{escape(say('chat-jobs-empty'))}\n{code(say('chat-jobs-example'))}")
        return sheet.view()
    listed = views[:JOBS_LIMIT]
    names = [(files or {}).get(view.picture.id, "") if view.picture and view.untold else "" for view in listed]
    lines = [_job(view, say) for view in listed]
    room = TEXT_LIMIT - HEADING_LIMIT - sum(map(len, lines))
    spare = PARTS_LIMIT - 2 - len(listed) - sum(map(bool, names))
    for view, line, name in zip(listed, lines, names, strict=True):
        story = _within(_plain_lines(view.reply.body), room // 2) if view.untold and not name else ""
        room -= len(story)
        sheet.write(f"{line}\n{story}" if story else line)
        if view.picture and name:
            sheet.hang([(view.picture, name)], spoiler=Handle.of(view.at).spoiler)
        buttons = view.reply.buttons[:ROW_LIMIT] if view.untold or not view.status.ended else ()
        if buttons and len(buttons) < spare:
            sheet.offer(buttons)
            spare -= len(buttons) + 1
    return sheet.view()


def confirm(button: Button, *, say: Say) -> ui.LayoutView:
    """The question before what can't be taken back (cancel, delete, retry): a button of the same id with SURE added."""
    sheet = _Sheet(Tone.REFUSED)
    question = f"**{escape(say(f'button-{button.verb.value}-confirm'))}**"
    note = f"\n{escape(say('discord-delete-note'))}" if button.verb is Verb.DELETE else ""
    sheet.write(question + note)
    sheet.row([_button(button.label, f"{custom_id(button)}:{SURE}", discord.ButtonStyle.danger)])
    return sheet.view()


def link(view: View) -> str:
    """Where the job's message stands; "" where nobody but its reader could open it, or nobody knows its server."""
    receipt = view.receipt
    if receipt is None or receipt.door != DOOR or view.at.private:
        return ""
    here = receipt.place == view.at.id
    guild = Handle.of(view.at).guild if here else 0
    if here and not guild and DIRECT not in view.at.within:
        return ""
    return f"https://discord.com/channels/{guild or '@me'}/{receipt.place}/{receipt.handle.removeprefix('i')}"


def custom_id(button: Button) -> str:
    """What Discord hands back when the button is pressed; PRESS reads it."""
    plain = f"v1:{button.verb.value}:{button.target}"
    return plain if button.factor is None else f"{plain}:{button.factor}"


class _Sheet:
    """The box of one message. A picture or text that is not there takes no place, and no id comes twice."""

    def __init__(self, tone: Tone) -> None:
        self._box: ui.Container[Any] = ui.Container(accent_colour=COLOURS[tone])
        self._given: set[str] = set()

    def write(self, markup: str) -> None:
        if markup.strip():
            self._box.add_item(ui.TextDisplay(markup))

    def rule(self) -> None:
        self._box.add_item(ui.Separator())

    def hang(self, pictures: Iterable[tuple[Picture, str]], *, spoiler: bool) -> None:
        shown = [
            discord.MediaGalleryItem(
                f"attachment://{name}", description=printable(picture.alt)[:ALT_LIMIT] or None, spoiler=spoiler
            )
            for picture, name in pictures
            if name
        ]
        for start in range(0, min(len(shown), BUTTONS_LIMIT), GALLERY_LIMIT):
            self._box.add_item(ui.MediaGallery(*shown[start : start + GALLERY_LIMIT]))

    def offer(self, buttons: Iterable[Button]) -> None:
        """The same picture twice in a message has one button, since Discord takes no id twice."""
        made = []
        for button in buttons:
            id_ = custom_id(button)
            if id_ not in self._given:
                self._given.add(id_)
                made.append(_button(button.label, id_, _style(button.verb)))
        for start in range(0, len(made), ROW_LIMIT):
            self.row(made[start : start + ROW_LIMIT])

    def row(self, buttons: Sequence[ui.Button[Any]]) -> None:
        self._box.add_item(ui.ActionRow(*buttons))

    def view(self) -> ui.LayoutView:
        view = ui.LayoutView(timeout=None)
        view.add_item(self._box)
        view.stop()
        return view


def _head(reply: Reply) -> str:
    """What this is, who asked, and what for."""
    title = f"**{shortened(escape(reply.title), HEADING_LIMIT) or '…'}**"
    name = shortened(escape(reply.person), NAME_LIMIT)
    asked = _value(reply.fields, "prompt") or _COMMAND.sub("", reply.asked)
    quote = shortened(escape(" ".join(asked.split())), QUOTE_LIMIT)
    lines = [f"{title} · {name}" if name else title]
    return "\n".join([*lines, f"> {quote}"] if quote else lines)


def _told(reply: Reply, say: Say, room: int) -> str:
    """The sentences, how far it is, and what the provider complained about; in `room` characters."""
    tail = []
    if reply.progress is not None and reply.tone is Tone.WORKING:
        percent = round(100 * min(1.0, max(0.0, reply.progress)))
        filled = round(percent * BAR / 100)
        tail.append(escape(say("chat-progress", bar="▰" * filled + "▱" * (BAR - filled), percent=percent)))
    complaints = [error for error in reply.errors if error.value not in reply.body][:COMPLAINTS]
    tail += [shortened(f"- **{escape(error.label)}**: {escape(error.value)}", COMPLAINT_LIMIT) for error in complaints]
    lines = _lesson(reply.body) if reply.tone is Tone.HELP else _plain_lines(reply.body)
    return "\n".join(each for each in (_within(lines, room - len("\n".join(tail)) - 1), *tail) if each)


def _notes(reply: Reply, say: Say, room: int) -> str:
    """What to know about a finished picture, as small print, so that nothing stands between its words and itself.

    But for how to add a key: that is for whoever runs the bot, who reads it in the terminal.
    """
    lines = (line for line in _plain_lines(reply.body) if line.strip() and line != escape(say("note-add-key")))
    return _within((f"-# {line}" for line in lines), room - 1)


def _foot(reply: Reply, say: Say, *, whole: bool, shown: bool) -> str:
    """The small print: what it was made with, and whether what is seen is the picture itself."""
    fields = () if reply.tone is Tone.HELP else sorted(reply.fields, key=_rank)
    facts = [fact for field in fields if (fact := _fact(field, say))][:FACTS]
    if reply.since is not None and reply.tone is Tone.WORKING:
        facts.append(say("chat-started", when=ago(reply.since)))
    lines = [" · ".join(facts)] if facts else []
    if reply.pictures and shown and not whole:
        picture = reply.pictures[0]
        pixels = f"{picture.width} × {picture.height}"
        lines.append(escape(say("chat-refitted", pixels=pixels, size_bytes=picture.size_bytes or None)))
    elif reply.pictures and not shown and reply.tone is Tone.DONE:
        lines.append(escape(say("chat-unshown")))
    return "\n".join(f"-# {line}" for line in lines)


def _rank(field: Field) -> int:
    return _PRINTED.index(field.name) if field.name in _PRINTED else len(_PRINTED)


def _fact(field: Field, say: Say) -> str:
    """Model, size and what is free speak for themselves; "" for what stands above already."""
    value = shortened(escape(field.value), FACT_LIMIT)
    match field.name:
        case "prompt" | "by":
            return ""
        case "model" | "factor" | "size":
            return value
        case "cost" if field.value == say("cost-free"):
            return value
        case "seed":
            return f"{escape(field.label)} {code(field.value[:FACT_LIMIT])}"
        case _:
            return shortened(f"{escape(field.label)} {value}", FACT_LIMIT)


def _price_list(prices: Sequence[Field], say: Say, room: int) -> str:
    """A line a model, with the name that --model takes."""
    lines = [
        f"- {shortened(escape(each.label), FACT_LIMIT)} {code(each.name.rpartition('/')[2][:FACT_LIMIT])}"
        f" · {shortened(escape(each.value), FACT_LIMIT)}"
        for each in prices
    ]
    return _within([f"**{escape(say('chat-models'))}**", *lines], room)


def _job(view: View, say: Say) -> str:
    """One job in two or three lines: how it stands and since when, its words, and that it went unheard."""
    facts = [f"**{escape(say(_STATUS[view.status]))}**", ago(view.accepted_at)]
    if view.at.private:
        facts.append(escape(say("chat-job-private")))
    elif address := link(view):
        facts.append(f"[{escape(say('chat-job-open'))}]({address})")
    match view.request:
        case Imagine(prompt=prompt):
            words = prompt
        case Upscale(factor=factor):
            words = view.picture.alt if view.picture else say("chat-job-upscale", factor=factor)
    lines = [" · ".join(facts), f"> {shortened(escape(' '.join(words.split())), EXCERPT_LIMIT)}"]
    if view.untold:
        lines.append(escape(say("chat-job-untold")))
    return "\n".join(lines)


def _plain_lines(body: str) -> list[str]:
    return escape(body.strip()).split("\n")


def _lesson(body: str) -> list[str]:
    """Help as lines in which what is to be typed stands out.

    That is the first of two lines, what wide spaces divide from its meaning, and the end of a line from a slash on.
    """
    lines: list[str] = []
    for paragraph in body.split("\n\n"):
        said = paragraph.strip().split("\n")
        if len(said) == 2:
            lines += [code(said[0]), escape(said[1])]
        else:
            lines += map(_lesson_line, said)
        lines.append("")
    return lines[:-1]


def _lesson_line(line: str) -> str:
    if flag := _TYPED.fullmatch(line):
        return f"- {code(flag['typed'])} {escape(flag['meaning'])}"
    if example := _EXAMPLE.fullmatch(line):
        return f"{escape(example['before'])}{code(example['typed'])}"
    return escape(line)


def _within(lines: Iterable[str], room: int) -> str:
    """As many whole lines as fit into `room` characters; of the first at least its beginning."""
    kept: list[str] = []
    left = room
    for line in lines:
        if len(line) + 1 > left - 2:
            kept.append("…" if kept else shortened(line, left) if left > 0 else "")
            break
        kept.append(line)
        left -= len(line) + 1
    return "\n".join(kept).strip("\n")


def _button(label: str, id_: str, style: discord.ButtonStyle) -> ui.Button[Any]:
    return ui.Button(label=printable(label)[:LABEL_LIMIT] or "…", custom_id=id_, style=style)


def _style(verb: Verb) -> discord.ButtonStyle:
    """One thing to do stands out; what takes something away asks before it does, so it need not shout."""
    match verb:
        case Verb.UPSCALE:
            return discord.ButtonStyle.primary
        case Verb.AGAIN | Verb.EDIT | Verb.REFERENCE | Verb.CANCEL | Verb.DELETE | Verb.RETRY:
            return discord.ButtonStyle.secondary


def _value(fields: Iterable[Field], name: str) -> str:
    return next((field.value for field in fields if field.name == name), "")
