"""A Reply as a Discord message: one coloured box of words, pictures and buttons (components V2). Pure; never pings.

A view belongs to the running loop it is made in and comes back stopped, so that discord.py keeps no memory of it: the
buttons are known by their ids alone.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from typing import Any, Final

import discord
from discord import ui

from adapters.discord.event import DOOR, Handle
from adapters.discord.markup import code, escape, line, printable, shortened
from bot.chat import caption
from bot.chat.form import Say
from bot.chat.press import SURE, Press
from bot.message import DIRECT, Button, Picture, Reply, Tone, Verb
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
FIGURE_LIMIT: Final = 200
COMPLAINT_LIMIT: Final = 250
EXCERPT_LIMIT: Final = 80
"""All in characters of markup."""

COLOURS: Final[Mapping[Tone, int]] = {
    Tone.WORKING: 0x5865F2,
    Tone.DONE: 0x23A55A,
    Tone.REFUSED: 0xF0B232,
    Tone.FAILED: 0xDA373C,
    Tone.UNSURE: 0xE67E22,
    Tone.CANCELLED: 0x80848E,
    Tone.HELP: 0x5865F2,
}


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
    prices = [line(each, each=FACT_LIMIT) for each in caption.prices(reply, say)]
    listed = [*(line(each, each=FIGURE_LIMIT) for each in caption.figures(reply)), *prices]
    room = TEXT_LIMIT - len(head) - len(foot)
    told = _notes(reply, say, room) if done else _told(reply, say, room)
    sheet.write(head)
    sheet.write("" if done else told)
    if listed and (text := _within(listed, TEXT_LIMIT - len(head) - len(foot) - len(told))):
        sheet.rule()
        sheet.write(text)
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
    entries = [_job(view, say) for view in listed]
    room = TEXT_LIMIT - HEADING_LIMIT - sum(map(len, entries))
    spare = PARTS_LIMIT - 2 - len(listed) - sum(map(bool, names))
    for view, entry, name in zip(listed, entries, names, strict=True):
        story = _within(map(escape, view.reply.body.strip().split("\n")), room // 2) if view.untold and not name else ""
        room -= len(story)
        sheet.write(f"{entry}\n{story}" if story else entry)
        if view.picture and name:
            sheet.hang([(view.picture, name)], spoiler=Handle.of(view.at).spoiler)
        buttons = view.reply.buttons[:ROW_LIMIT] if view.untold or not view.status.ended else ()
        if buttons and len(buttons) < spare:
            sheet.offer(buttons)
            spare -= len(buttons) + 1
    return sheet.view()


def confirm(button: Button, *, say: Say) -> ui.LayoutView:
    """The question before what can't be taken back (cancel, delete, retry): a button of the same id, SURE."""
    sheet = _Sheet(Tone.REFUSED)
    question = f"**{escape(say(f'button-{button.verb.value}-confirm'))}**"
    note = f"\n{escape(say('discord-delete-note'))}" if button.verb is Verb.DELETE else ""
    sheet.write(question + note)
    sheet.row([_button(button.label, str(replace(Press.on(button), more=SURE)), discord.ButtonStyle.danger)])
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
            id_ = str(Press.on(button))
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
    head = caption.head(reply)
    title = f"**{shortened(escape(head.title), HEADING_LIMIT) or '…'}**"
    name = shortened(escape(head.person), NAME_LIMIT)
    quote = shortened(escape(head.prompt), QUOTE_LIMIT)
    lines = [f"{title} · {name}" if name else title]
    return "\n".join([*lines, f"> {quote}"] if quote else lines)


def _told(reply: Reply, say: Say, room: int) -> str:
    """The sentences, how far it is, and what the provider complained about; in `room` characters."""
    tail = [escape(caption.progress(reply, say))]
    tail += [shortened(line(each), COMPLAINT_LIMIT) for each in caption.complaints(reply)]
    told = "\n".join(filter(None, tail))
    sentences = _within(map(line, caption.sentences(reply)), room - len(told) - 1)
    return "\n".join(filter(None, (sentences, told)))


def _notes(reply: Reply, say: Say, room: int) -> str:
    return _within((f"-# {escape(note)}" for note in caption.notes(reply, say)), room - 1)


def _foot(reply: Reply, say: Say, *, whole: bool, shown: bool) -> str:
    """The small print: what it was made with, and whether what is seen is the picture itself."""
    facts = " · ".join(line(fact, each=FACT_LIMIT) for fact in caption.facts(reply, say))
    remark = escape(caption.remark(reply, say, whole=whole, shown=shown))
    return "\n".join(f"-# {each}" for each in (facts, remark) if each)


def _job(view: View, say: Say) -> str:
    """One job in two or three lines."""
    asked = caption.asked(view, say, address=link(view))
    lines = [line(asked.standing), f"> {shortened(escape(asked.words), EXCERPT_LIMIT)}", escape(asked.untold)]
    return "\n".join(filter(None, lines))


def _within(lines: Iterable[str], room: int) -> str:
    """As many whole lines as fit into `room` characters; of the first at least its beginning."""
    kept: list[str] = []
    left = room
    for each in lines:
        if len(each) + 1 > left - 2:
            kept.append("…" if kept else shortened(each, left) if left > 0 else "")
            break
        kept.append(each)
        left -= len(each) + 1
    return "\n".join(kept).strip("\n")


def _button(label: str, id_: str, style: discord.ButtonStyle) -> ui.Button[Any]:
    return ui.Button(label=printable(label)[:LABEL_LIMIT] or "…", custom_id=id_, style=style)


def _style(verb: Verb) -> discord.ButtonStyle:
    """One thing to do stands out; what takes something away asks before it does, so it need not shout."""
    match verb:
        case Verb.UPSCALE:
            return discord.ButtonStyle.primary
        case Verb.AGAIN | Verb.EDIT | Verb.REFERENCE | Verb.CANCEL | Verb.DELETE | Verb.RETRY | Verb.LOOK:
            return discord.ButtonStyle.secondary
