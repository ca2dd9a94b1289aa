"""A Reply as a Slack message: blocks of words, pictures and buttons, and a text for notifications. Pure; never pings.

A slack_file is shown only once Slack has looked at it, which takes a moment after its upload; that is upload.py's.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Final

from adapters.slack.event import DOOR, Handle, channel_of
from adapters.slack.markup import Json, escape, mrkdwn, plain, quote, rich
from bot.chat import caption
from bot.chat.caption import Head, Line, Look, Moment, Run, printable, shortened
from bot.chat.form import Say
from bot.chat.press import Press
from bot.message import Button, Field, Picture, Reply, Tone, Verb
from bot.view import View

LABEL_LIMIT: Final = 75
ALT_LIMIT: Final = 2000
CONFIRM_LIMIT: Final = 30
QUESTION_LIMIT: Final = 100
EXPLANATION_LIMIT: Final = 300
BUTTONS_LIMIT: Final = 25
PICTURES_LIMIT: Final = 20
HEADER_LIMIT: Final = 150
ASKED_LIMIT: Final = 10
"""Pictures among which somebody is asked to choose; a message takes as many files."""
JOBS_LIMIT: Final = 20
"""Up to four blocks each, in a page of 100."""
SPENT: Final = ("today", "month")
"""What the page shows of that; the rest of it says what the caps are."""
HOME_PICTURES: Final = 10
"""How many of the latest pictures stand on the page: each is a file that Slack must be given first."""

TITLE_LIMIT: Final = 150
NAME_LIMIT: Final = 100
QUOTE_LIMIT: Final = 2000
TOLD_LIMIT: Final = 2500
PRICES_LIMIT: Final = 2500
SMALL_LIMIT: Final = 1000
NOTES_LIMIT: Final = 9
EXCERPT_LIMIT: Final = 150
TEXT_LIMIT: Final = 800
"""All in characters before they are escaped, except NOTES_LIMIT, which counts sentences. Together they stay below
the 13,000 or so at which Slack finds a message's blocks too long."""


_STYLES: Final[Mapping[Verb, str]] = {Verb.UPSCALE: "primary", Verb.DELETE: "danger", Verb.RETRY: "danger"}


@dataclass(frozen=True, slots=True)
class Message:
    """What a call that posts takes: `text` is mrkdwn, and read where blocks are not, as in a notification."""

    text: str
    blocks: tuple[Json, ...]


def message(
    reply: Reply, *, say: Say, files: Sequence[str] = (), whole: bool = True, in_thread: bool = False, below: str = "",
    titled: bool = True,
) -> Message:  # fmt: skip
    """A reply as it stands in its channel.

    files are Slack's ids of reply.pictures in order, "" for one that is not shown; not whole: what is shown was
    re-encoded to fit. in_thread: the picture stands as a file in the message's thread. below is the ts of the message
    below which what the buttons ask for belongs, where theirs can't have a thread. Not titled: its title stands above.
    """
    sheet = _Sheet(say)
    head, done = caption.head(reply), reply.tone is Tone.DONE
    told = [] if done else _told(reply, say)
    sheet.write(_title(head) if titled else [], quote(head.prompt, QUOTE_LIMIT), rich(told, TOLD_LIMIT))
    if figures := caption.figures(reply):
        sheet.rule()
        sheet.write(rich(figures, TOLD_LIMIT))
    if prices := caption.prices(reply, say):
        sheet.rule()
        sheet.write(rich(prices, PRICES_LIMIT))
    several = len(reply.pictures) > 1
    sheet.hang(zip(reply.pictures, files, strict=False), {each.target: each.label for each in reply.buttons if several})
    sheet.print_small(caption.facts(reply, say))
    remark = caption.remark(reply, say, whole=whole, shown=any(files) or in_thread)
    where = say("slack-in-thread") if in_thread and reply.pictures else ""
    sheet.print_notes([*(caption.notes(reply, say) if done else ()), remark, where])
    sheet.offer(reply.buttons, below)
    return Message(_fallback(head, told), tuple(sheet.blocks))


def home(
    about: Reply, views: Sequence[View], *, say: Say, workspace_url: str = "", files: Mapping[str, str] | None = None,
    spent: Sequence[Field] = (),
) -> Json:  # fmt: skip
    """The bot's own page for one person: what they have left and spent, what they asked for, what is on, and privacy.

    workspace_url is Slack's own of the workspace, "" where it is not known; files are Slack's ids by picture id.
    """
    sheet = _Sheet(say, calm=True)
    *first, last = about.body.strip().split("\n\n")
    sheet.title(about.title)
    sheet.write(rich(caption.sentences(replace(about, body="\n\n".join(first))), TOLD_LIMIT))
    sheet.print_notes([f"{field.label}: {field.value}" for field in spent if field.name in SPENT])
    sheet.rule()
    sheet.title(say("chat-jobs-title"))
    if not views:
        example = Line((Run(say("chat-jobs-example"), Look.CODE),))
        sheet.write(rich([Line((Run(say("slack-home-empty")),)), example], TOLD_LIMIT))
    for number, view in enumerate(sorted(views, key=lambda view: view.status.ended)[:JOBS_LIMIT]):
        if number:
            sheet.rule()
        _list(sheet, view, say, workspace_url, (files or {}).get(view.picture.id, "") if view.picture else "")
    sheet.rule()
    sheet.write(rich(caption.prices(about, say), PRICES_LIMIT))
    sheet.print_notes([last])
    return {"type": "home", "blocks": sheet.blocks}


def link(view: View, workspace_url: str) -> str:
    """Where the job's message stands; "" where nobody but its reader could open it, or its workspace is not known."""
    receipt = view.receipt
    if receipt is None or receipt.door != DOOR or view.at.private or not workspace_url:
        return ""
    channel = channel_of(receipt.place)
    address = f"{workspace_url.rstrip('/')}/archives/{channel}/p{receipt.handle.replace('.', '')}"
    thread = Handle.of(view.at).thread if receipt.place == view.at.id else ""
    return f"{address}?thread_ts={thread}&cid={channel}" if thread else address


class _Sheet:
    """The blocks of one message or page. What is empty takes no place, and no id comes twice.

    calm: no button stands out, since they come again and again.
    """

    def __init__(self, say: Say, *, calm: bool = False) -> None:
        self.blocks: list[Json] = []
        self._say = say
        self._calm = calm
        self._given: set[str] = set()

    def title(self, text: str) -> None:
        self.blocks.append({"type": "header", "text": plain(text, HEADER_LIMIT)})

    def write(self, *elements: Sequence[Json]) -> None:
        """What follows each other as one text."""
        written = [element for each in elements for element in each]
        if written:
            self.blocks.append({"type": "rich_text", "elements": written})

    def rule(self) -> None:
        self.blocks.append({"type": "divider"})

    def hang(self, pictures: Iterable[tuple[Picture, str]], titles: Mapping[str, str]) -> None:
        """titles are by picture id."""
        shown = [(picture, file) for picture, file in pictures if file]
        for picture, file in shown[:PICTURES_LIMIT]:
            alt = printable(picture.alt)[:ALT_LIMIT].strip() or picture.name
            block: Json = {"type": "image", "slack_file": {"id": file}, "alt_text": alt}
            title = titles.get(picture.id)
            self.blocks.append({**block, "title": plain(title, LABEL_LIMIT)} if title else block)

    def print_small(self, facts: Sequence[Line]) -> None:
        """One line of facts, and behind it what has a moment in it."""
        still = [line for line in facts if not any(isinstance(part, Moment) for part in line.parts)]
        joined = " · ".join("".join(part.text for part in line.parts if isinstance(part, Run)) for line in still)
        elements = [plain(joined, SMALL_LIMIT)] if joined.strip() else []
        elements += [mrkdwn(line) for line in facts if line not in still]
        if elements:
            self.blocks.append({"type": "context", "elements": elements})

    def print_notes(self, notes: Iterable[str]) -> None:
        told = [note for note in notes if printable(note).strip()]
        if told:
            elements = [plain(note, SMALL_LIMIT) for note in told[:NOTES_LIMIT]]
            self.blocks.append({"type": "context", "elements": elements})

    def offer(self, buttons: Iterable[Button], below: str = "") -> None:
        """The same picture twice in a message has one button, since Slack takes no id twice."""
        made = {str(Press.on(button)): button for button in buttons}
        new = [(id_, button) for id_, button in made.items() if id_ not in self._given][:BUTTONS_LIMIT]
        self._given.update(made)
        if new:
            value = {"value": below} if below else {}
            calm = self._calm or [button.verb for _, button in new].count(Verb.UPSCALE) > 1
            elements = [{**_button(button, id_, self._say, calm=calm), **value} for id_, button in new]
            self.blocks.append({"type": "actions", "elements": elements})


def _title(head: Head) -> list[Json]:
    title = Run(shortened(printable(head.title).strip(), TITLE_LIMIT) or "…", Look.BOLD)
    name = shortened(printable(head.person).strip(), NAME_LIMIT)
    return rich([Line((title, Run(f" · {name}")) if name else (title,))], TITLE_LIMIT + NAME_LIMIT + 9)


def _told(reply: Reply, say: Say) -> list[Line]:
    """How far it is, the sentences, and what the provider complained about."""
    progress = caption.progress(reply, say)
    return [
        *caption.sentences(reply),
        *([Line((Run(progress),))] if progress else ()),
        *caption.complaints(reply),
    ]


def _list(sheet: _Sheet, view: View, say: Say, workspace_url: str, file: str) -> None:
    """A job among a person's others: the picture where there is one, and what can be done about it."""
    asked = caption.asked(view, say, address=link(view, workspace_url))
    unheard = [Line((Run(asked.untold),))] if asked.untold else []
    story = caption.sentences(view.reply) if view.untold and not file else []
    words = quote(asked.words, EXCERPT_LIMIT)
    sheet.write(rich([asked.standing], TOLD_LIMIT), words, rich([*unheard, *story], EXCERPT_LIMIT * 4))
    if view.picture:
        sheet.hang([(view.picture, file)], {})
    sheet.offer(view.reply.buttons)


def _fallback(head: Head, told: Iterable[Line]) -> str:
    """Who reads a notification wants to know what became of what."""
    title = " · ".join(filter(None, (head.title, head.person)))
    sentences = ("".join(part.text for part in line.parts if isinstance(part, Run)) for line in told)
    return escape(shortened("\n".join(filter(str.strip, (title, head.prompt, *sentences))), TEXT_LIMIT)) or "…"


def _button(button: Button, id_: str, say: Say, *, calm: bool) -> Json:
    """One thing to do stands out; what takes something away asks first, in Slack's own dialog."""
    made: Json = {"type": "button", "text": plain(button.label, LABEL_LIMIT), "action_id": id_}
    if not calm and button.verb in _STYLES:
        made["style"] = _STYLES[button.verb]
    match button.verb:
        case Verb.DELETE:
            return {**made, "confirm": _question(say("button-delete-confirm"), say("slack-delete-note"), button, say)}
        case Verb.RETRY:
            return {**made, "confirm": _question(button.label, say("button-retry-confirm"), button, say)}
        case Verb.UPSCALE | Verb.AGAIN | Verb.EDIT | Verb.REFERENCE | Verb.CANCEL | Verb.LOOK:
            return made


def _question(title: str, explanation: str, button: Button, say: Say) -> Json:
    return {
        "title": plain(title, QUESTION_LIMIT),
        "text": plain(explanation, EXPLANATION_LIMIT),
        "confirm": plain(button.label, CONFIRM_LIMIT),
        "deny": plain(say("slack-confirm-deny"), CONFIRM_LIMIT),
        "style": "danger",
    }
