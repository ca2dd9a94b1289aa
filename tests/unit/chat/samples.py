"""Every kind of Reply as the house makes it, and some that it never would: what each chat door has to show."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime
from decimal import Decimal
from functools import partial
from typing import Any, Final

from hypothesis import strategies as st

from bot import statement
from bot.chat.form import Say
from bot.errors import BadValueError, OverdueError, RejectedError
from bot.job import Cancelled, Failed, Finished, Job, JobId, Moderated, Outcome, Progress, Status, Ticket, Where
from bot.message import Button, Field, Person, Picture, Place, Receipt, Reply, Tone, Verb
from bot.offer import Offer
from bot.reply import Replies, Standing
from bot.request import ImageId, Imagine, Kind, Shape, Upscale
from bot.spending import Alert, Allowance, Share, Spending, Spent, Tab, TeamSpending, Unit
from bot.view import View
from bot.words import Words
from tests.clock import HeldClock

LANGUAGES: Final = ("de", "en")
WORDS: Final = Words.load(HeldClock(), strict=True)
REPLIES: Final = Replies(WORDS)
AT: Final = datetime(2026, 11, 21, 12, 0, tzinfo=UTC)
SMALL, LARGE = (ImageId(letter * 64) for letter in "ab")
PICTURE: Final = Picture(SMALL, f"{SMALL}.webp", "Picture for the words: a fox at dawn", 1440, 960, 3 << 20)
DEV: Final = Offer(
    provider="flux", model="flux-dev", kind=Kind.IMAGINE, title="FLUX.1 [dev]", price_cents=Decimal("2.5"), references=1
)
FREE: Final = Offer(
    provider="local", model="sketch", kind=Kind.IMAGINE, title="Offline sketch", price_cents=Decimal(0), free=True
)
LENS: Final = Offer(
    provider="stability", model="fast", kind=Kind.UPSCALE, title="Stability Fast Upscaler", price_cents=None
)
ALERT: Final = Alert(
    scope="team", period="2026-11", unit=Unit.CENTS, limit=Decimal(5000), percent=80, spent=Decimal(4002)
)
PROMPT: Final = "a fox at dawn, *very* soft light --no_text"
HOSTILE: Final = {
    "markup": "**bold** __under__ ~~gone~~ ||hidden|| `code` ```block``` [click](https://evil.test) # big\n> q\n- l",
    "line starts": "# heading",
    "small print": "-# small",
    "list": "1. first",
    "mentions": "@everyone @here <@123456789012345678> <@!1> <@&9> <#42> @EVERYONE",
    "tokens": "<:smile:123456789012345678> <a:x:1> <t:1:R> </imagine:1> <id:guide> :fox: https://evil.test/__a__",
    "backslashes": "\\" * 999,
    "backslash and mention": "\\<@123456789012345678> \\\\@everyone",
    "direction": "\u202eevil\u202c \u2066x\u2069 שלום عليكم",
    "long": "long words " * 200,
    "all to be escaped": "*" * 2000,
    "emoji": "👩‍👩‍👧‍👦" * 300,
    "halves": "\ud83e \x00\x07",
    "unseen": "\u200b\u2060\ufeff",
}
"""What a person might write to look like somebody else, to call everybody, or to break the page."""


def say(locale: str) -> Say:
    return partial(WORDS.say, locale)


def job(locale: str, at: Place, request: Imagine | Upscale | None = None, asked: str = "/imagine a fox at dawn") -> Job:
    return Job(
        id=JobId("0123456789abcdef"),
        request=request or Imagine(prompt=PROMPT, shape=Shape(1440, 960), seed=7),
        provider="flux",
        model="flux-dev",
        by=Person(at.door, "7", "Ada_L", locale),
        at=at,
        accepted_at=AT,
        deadline_s=60,
        reserved_cents=Decimal(4),
        event="e-1",
        asked=asked,
    )


def ended(job: Job, outcome: Outcome) -> Reply:
    return REPLIES.ended(
        job,
        outcome,
        offer=LENS if isinstance(job.request, Upscale) else DEV,
        ticket=Ticket("flux", "task-1"),
        picture=PICTURE if isinstance(outcome, Finished) else None,
        answers=None,
        took_s=12.34,
        other_providers_on=False,
        takes_references=True,
    )


def replies(locale: str) -> dict[str, Reply]:
    """Every kind of Reply, made as the house makes it."""
    at = Place("chat", "300")
    painted, enlarged = job(locale, at), job(locale, at, Upscale(source=SMALL, factor=4), asked="/upscale x4")
    working = partial(REPLIES.working, answers=None)
    sketch = Finished(image=SMALL, cost_cents=Decimal(0), notes={"understood": "fox, dawn"})
    return {
        "queued": working(painted, DEV, Standing(ahead=3)),
        "at work": working(painted, DEV, Standing(progress=Progress("Generating", 0.45), since=AT)),
        "at work, nobody knows how far": working(painted, DEV, Standing(progress=Progress("Pending"), since=AT)),
        "enlarging": working(enlarged, LENS, Standing(since=AT)),
        "stopping": working(painted, DEV, Standing(stopping=True, progress=Progress("Generating", 0.45))),
        "finished": ended(painted, Finished(image=SMALL, seed=9, cost_cents=Decimal("2.5"), word="Ready")),
        "finished as a sketch": ended(painted, sketch),
        "enlarged": ended(enlarged, Finished(image=SMALL, cost_cents=None)),
        "moderated": ended(painted, Moderated(where=Where.IMAGE, reasons=("Violence",))),
        "failed at a field": ended(painted, Failed.by(RejectedError(fields={"width": "must be a multiple of 32"}))),
        "unsure": ended(painted, replace(Failed.by(OverdueError(deadline_s=120.0)), unsure=True)),
        "cancelled": ended(painted, Cancelled(cost_cents=Decimal(4))),
        "refusal": REPLIES.notice(
            BadValueError(field="guidance", value="9", allowed="1.5–5"),
            locale=locale,
            asked="/imagine fox --guidance 9",
        ),
        "help": REPLIES.help(locale, (DEV, FREE, LENS)),
        "about": about(locale, at.door),
        "usage": spent(locale),
        "alert": statement.alert(ALERT, WORDS, locale),
        "which": REPLIES.which([replace(PICTURE, id=each) for each in ids(7)], Verb.UPSCALE, locale=locale, factor=4),
    }


def about(locale: str, door: str) -> Reply:
    return REPLIES.about(locale, (DEV, FREE), door=door, pictures_today=3, pictures_per_day=20, retry_at=AT)


def spent(locale: str) -> Reply:
    """What somebody reads who moderates the team, of whom one has a name that means harm."""
    few, many = Spent(3, Decimal("7.5")), Spent(40, Decimal(160))
    team = TeamSpending(
        day=few, month=many, days=(), models=(Share("flux/flux-dev", many),), unsure=Spent(1, Decimal(4)),
        people=(Share("Ada_L", many), Share("@everyone *Bob*", few)),
    )  # fmt: skip
    month = Tab("team", "2026-11", pictures=100, cents=Decimal(500))
    spending = Spending(
        day="2026-11-21", month="2026-11", today=few, this_month=many, days=(), team=team,
        allowances=[Allowance(month, many, datetime(2026, 12, 1, tzinfo=UTC))],
    )  # fmt: skip
    return statement.usage(spending, PICTURE, WORDS, locale)


def hostile(text: str) -> Reply:
    """A finished picture's message with the text wherever somebody's words can stand."""
    reply = replies("en")["finished"]
    return replace(
        reply,
        person=text,
        body=text,
        asked=text,
        fields=tuple(replace(field, value=text) for field in reply.fields),
        errors=(Field("steps", text, text + "!"),),
        pictures=(replace(PICTURE, alt=text),),
    )


def ids(count: int) -> list[ImageId]:
    return [ImageId(f"{number:064x}") for number in range(count)]


def view(status: Status, receipt: Receipt, at: Place, request: Imagine | Upscale | None = None, **changes: Any) -> View:
    asked = job("en", at, request)
    made = View(
        id=asked.id, status=status, provider="flux", model="flux-dev", request=asked.request, by=asked.by, at=at,
        receipt=receipt, deleted=False, untold=False, accepted_at=AT, ended_at=None, ahead=0, word="", task="",
        outcome=None, picture=None, cost_cents=None, reply=REPLIES.working(asked, DEV, Standing(), None),
    )  # fmt: skip
    return replace(made, **changes)


def views(locale: str, receipt: Receipt, at: Place) -> list[View]:
    """Newest first, one of every sort."""
    told, made = replies(locale), partial(view, receipt=receipt, at=at)
    listed = [
        made(Status.QUEUED, reply=told["queued"]),
        replace(made(Status.RUNNING, request=Upscale(source=SMALL, factor=2)), reply=told["enlarging"]),
        made(Status.FINISHED, picture=PICTURE, reply=told["finished"]),
        replace(
            made(Status.FINISHED, picture=replace(PICTURE, id=LARGE), reply=told["finished"], untold=True), receipt=None
        ),
        replace(made(Status.MODERATED, reply=told["moderated"], untold=True), receipt=None),
        made(Status.UNSURE, reply=told["unsure"]),
        made(Status.CANCELLED, reply=told["cancelled"]),
    ]
    listed[1] = replace(listed[1], at=replace(at, private=True))
    return [numbered(each, number) for number, each in enumerate(listed)]


def numbered(each: View, number: int) -> View:
    """With a job id of its own, also in its buttons."""
    id_ = JobId(f"{number:016x}")
    buttons = tuple(
        button if len(button.target) == 64 else replace(button, target=id_) for button in each.reply.buttons
    )
    return replace(each, id=id_, reply=replace(each.reply, buttons=buttons))


LINE: Final = st.text(max_size=4000) | st.sampled_from([text * 9 for text in HOSTILE.values()])
HEX: Final = st.text("0123456789abcdef", min_size=16, max_size=64)
BUTTONS: Final = st.builds(
    Button, st.sampled_from(Verb), st.text(max_size=200), HEX, st.none() | st.integers(min_value=2, max_value=8)
)
PICTURES: Final = st.builds(Picture, HEX.map(ImageId), HEX, st.text(max_size=2000), st.just(9), st.just(9), st.just(9))
NAMES: Final = st.sampled_from(["prompt", "model", "seed", "size", "cost", "by", "flux/flux-dev", "new", "people"])
FIELDS: Final = st.lists(st.builds(Field, NAMES, st.text(max_size=300), LINE), max_size=30).map(tuple)
ANY_REPLY: Final = st.builds(
    Reply,
    tone=st.sampled_from(Tone),
    title=LINE,
    body=LINE,
    asked=LINE,
    person=LINE,
    fields=FIELDS,
    pictures=st.lists(PICTURES, max_size=30).map(tuple),
    buttons=st.lists(BUTTONS, max_size=40).map(tuple),
    errors=FIELDS,
    progress=st.none() | st.floats(-1, 2),
    since=st.none() | st.just(AT),
)
"""Also what the house would never say."""
