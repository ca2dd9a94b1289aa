"""Each kind of Reply as a Discord message, compared with golden/, and what no prompt may do to it.

`python -m tests.unit.adapters.discord.test_render` writes the golden files anew; read the difference.
"""

from __future__ import annotations

import asyncio
import re
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime
from decimal import Decimal
from functools import partial
from pathlib import Path
from typing import Any, Final

import pytest
from discord import ui
from hypothesis import given, settings
from hypothesis import strategies as st

from adapters.discord import markup, render
from adapters.discord.event import Handle
from bot.errors import BadValueError, OverdueError, RejectedError
from bot.job import Cancelled, Failed, Finished, Job, JobId, Moderated, Outcome, Progress, Status, Ticket, Where
from bot.message import Button, Field, Person, Picture, Place, Receipt, Reply, Tone, Verb
from bot.offer import Offer
from bot.reply import Replies, Standing
from bot.request import ImageId, Imagine, Kind, Shape, Upscale
from bot.view import View
from bot.words import Words
from tests.clock import HeldClock
from tests.standins.spec import ABSENT, find

GOLDEN: Final = Path(__file__).parent / "golden"
SPEC: Final = find("discord-openapi.json")
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
PLACE: Final = Place("discord", "300", str(Handle(person=7, guild=200)), within=("250",))
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


def say(locale: str) -> render.Say:
    return partial(WORDS.say, locale)


def job(locale: str, request: Imagine | Upscale | None = None, asked: str = "/imagine a fox at dawn") -> Job:
    return Job(
        id=JobId("0123456789abcdef"),
        request=request or Imagine(prompt=PROMPT, shape=Shape(1440, 960), seed=7),
        provider="flux",
        model="flux-dev",
        by=Person("discord", "7", "Ada_L", locale),
        at=PLACE,
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
    painted, enlarged = job(locale), job(locale, Upscale(source=SMALL, factor=4), asked="/upscale x4")
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
        "about": REPLIES.about(locale, (DEV, FREE), pictures_today=3, pictures_per_day=20, retry_at=AT),
        "which": REPLIES.which([replace(PICTURE, id=each) for each in ids(7)], Verb.UPSCALE, locale=locale, factor=4),
    }


def ids(count: int) -> list[ImageId]:
    return [ImageId(f"{number:064x}") for number in range(count)]


def view(status: Status, request: Imagine | Upscale | None = None, **changes: Any) -> View:
    asked = job("en", request)
    reply = REPLIES.working(asked, DEV, Standing(), None)
    made = View(
        id=asked.id, status=status, provider="flux", model="flux-dev", request=asked.request, by=asked.by, at=PLACE,
        receipt=Receipt("discord", "300", "i400"), deleted=False, untold=False, accepted_at=AT, ended_at=None, ahead=0,
        word="", task="", outcome=None, picture=None, cost_cents=None, reply=reply,
    )  # fmt: skip
    return replace(made, **changes)


def views(locale: str) -> list[View]:
    """Newest first, one of every sort."""
    told, own = replies(locale), replace(PLACE, private=True)
    listed = [
        view(Status.QUEUED, reply=told["queued"]),
        view(Status.RUNNING, Upscale(source=SMALL, factor=2), at=own, reply=told["enlarging"]),
        view(Status.FINISHED, picture=PICTURE, reply=told["finished"]),
        view(Status.FINISHED, picture=replace(PICTURE, id=LARGE), reply=told["finished"], untold=True, receipt=None),
        view(Status.MODERATED, reply=told["moderated"], untold=True, receipt=None),
        view(Status.UNSURE, reply=told["unsure"]),
        view(Status.CANCELLED, reply=told["cancelled"]),
    ]
    return [numbered(each, number) for number, each in enumerate(listed)]


def numbered(each: View, number: int) -> View:
    """With a job id of its own, also in its buttons."""
    id_ = JobId(f"{number:016x}")
    buttons = tuple(
        button if len(button.target) == 64 else replace(button, target=id_) for button in each.reply.buttons
    )
    return replace(each, id=id_, reply=replace(each.reply, buttons=buttons))


def pages(locale: str) -> Iterator[tuple[str, ui.LayoutView]]:
    """Every kind of message in one language."""
    for name, reply in replies(locale).items():
        files = [f"{number}.webp" for number, _ in enumerate(reply.pictures)]
        yield name, render.message(reply, say=say(locale), files=files)
    fitted = replies(locale)["finished"]
    yield "re-encoded, covered", render.message(fitted, say=say(locale), files=["fox.webp"], spoiler=True, whole=False)
    yield "without its file", render.message(fitted, say=say(locale))
    yield "really delete?", render.confirm(fitted.buttons[-1], say=say(locale))
    yield "jobs", render.jobs(views(locale), say=say(locale), files={LARGE: "fox.webp"})
    yield "no jobs", render.jobs([], say=say(locale))


def outline(component: dict[str, Any], depth: int = 0) -> Iterator[str]:
    """A component in a line, or as many as its text has."""
    start = "  " * depth
    match component["type"]:
        case 1:
            yield start + " ".join(
                f"[{button['label']}]({button['custom_id']}{'!' * (button['style'] == 1)})"
                for button in component["components"]
            )
        case 10:
            yield from (f"{start}| {line}".rstrip() for line in component["content"].split("\n"))
        case 12:
            for item in component["items"]:
                cover = " (covered)" if item["spoiler"] else ""
                yield f"{start}picture {item['media']['url']}{cover}: {item['description']}"
        case 14:
            yield f"{start}----"
        case 17:
            yield f"{start}box #{component['accent_color']:06x}"
            for child in component["components"]:
                yield from outline(child, depth + 1)
        case other:
            raise AssertionError(other)


def book(locale: str) -> str:
    chapters = (
        "\n".join([f"# {name}", *(line for part in page.to_components() for line in outline(part))])
        for name, page in pages(locale)
    )
    return "\n\n".join(chapters) + "\n"


def texts(page: ui.LayoutView) -> str:
    return "\n".join(item.content for item in page.walk_children() if isinstance(item, ui.TextDisplay))


def buttons(page: ui.LayoutView) -> list[ui.Button[Any]]:
    return [item for item in page.walk_children() if isinstance(item, ui.Button)]


def check_limits(page: ui.LayoutView) -> None:
    """What Discord would turn down, by its documentation and, where it is here, its own description."""
    parts = list(page.walk_children())
    assert len(parts) <= 40
    shown = [item.content for item in parts if isinstance(item, ui.TextDisplay)]
    assert sum(map(len, shown)) <= 4000
    assert all(text.strip() for text in shown)
    given = [button.custom_id for button in buttons(page)]
    assert len(given) == len(set(given))
    assert all(1 <= len(id_ or "") <= 100 for id_ in given)
    assert all(1 <= len(button.label or "") <= 80 for button in buttons(page))
    assert all(1 <= len(row.children) <= 5 for row in parts if isinstance(row, ui.ActionRow))
    galleries = [part.items for part in parts if isinstance(part, ui.MediaGallery)]
    assert all(1 <= len(items) <= 10 for items in galleries)
    assert all(len(item.description or "x") in range(1, 1025) for items in galleries for item in items)


def check_calm(page: ui.LayoutView) -> None:
    """No mention, emoji code, link or markup of a person's making."""
    assert not re.search(r"@(everyone|here|[!&]?\d)", texts(page), re.IGNORECASE)
    bare = re.sub(r"`[^`\n]+`", "", re.sub(r"\\[^\w\s]", "", texts(page)))
    assert not re.search(r"<(?!t:\d+:R>)", bare)
    assert not re.search(r"(?<!\()https?://|:\w+:(?!R>)", bare.replace("https://discord.com/channels", ""))
    assert not re.search(r"[\u202a-\u202e\u2066-\u2069]", bare)
    texts(page).encode()


@pytest.mark.parametrize("locale", LANGUAGES)
async def test_every_reply_looks_as_agreed(locale: str) -> None:
    assert book(locale) == (GOLDEN / f"messages.{locale}.txt").read_text("utf-8")


@pytest.mark.parametrize("locale", LANGUAGES)
async def test_every_message_keeps_the_limits_and_is_stopped(locale: str) -> None:
    for _, page in pages(locale):
        check_limits(page)
        assert page.is_finished()


@pytest.mark.skipif(SPEC is None, reason=ABSENT)
async def test_discords_own_description_allows_every_message() -> None:
    assert SPEC is not None
    for name, page in pages("en"):
        body = {"flags": 1 << 15, "components": page.to_components()}
        assert SPEC.faults_of_request("/channels/{channel_id}/messages", "application/json", body) == [], name


@pytest.mark.parametrize("name", HOSTILE)
async def test_no_prompt_or_name_breaks_out(name: str) -> None:
    text = HOSTILE[name]
    reply = replies("en")["finished"]
    evil = replace(
        reply,
        person=text,
        body=text,
        asked=text,
        fields=tuple(replace(field, value=text) for field in reply.fields),
        errors=(Field("steps", text, text + "!"),),
        pictures=(replace(PICTURE, alt=text),),
    )
    listed = view(Status.FINISHED, Imagine(prompt=text, shape=Shape(64, 64), seed=1), reply=evil, untold=True)
    for page in (
        *(render.message(replace(evil, tone=tone), say=say("en"), files=["a.webp"]) for tone in Tone),
        render.message(replace(evil, fields=()), say=say("en"), files=["a.webp"], whole=False),
        render.jobs([listed] * 12, say=say("en")),
    ):
        check_limits(page)
        check_calm(page)


LINE: Final = st.text(max_size=4000) | st.sampled_from([text * 9 for text in HOSTILE.values()])
HEX: Final = st.text("0123456789abcdef", min_size=16, max_size=64)
BUTTONS: Final = st.builds(
    Button, st.sampled_from(Verb), st.text(max_size=200), HEX, st.none() | st.integers(min_value=2, max_value=8)
)
PICTURES: Final = st.builds(Picture, HEX.map(ImageId), HEX, st.text(max_size=2000), st.just(9), st.just(9), st.just(9))
NAMES: Final = st.sampled_from(["prompt", "model", "seed", "size", "cost", "by", "flux/flux-dev", "new"])
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


@settings(max_examples=60, deadline=None)
@given(reply=ANY_REPLY, spoiler=st.booleans(), whole=st.booleans(), files=st.integers(0, 30))
def test_any_reply_makes_a_message_that_discord_takes(reply: Reply, spoiler: bool, whole: bool, files: int) -> None:
    names = [f"{number}.webp" for number in range(files)]

    async def rendered() -> ui.LayoutView:
        return render.message(reply, say=say("de"), files=names, spoiler=spoiler, whole=whole)

    page = asyncio.run(rendered())
    check_limits(page)
    check_calm(page)


@settings(max_examples=30, deadline=None)
@given(replies=st.lists(st.tuples(ANY_REPLY, st.booleans(), st.sampled_from(Status)), max_size=14))
def test_any_list_of_jobs_makes_a_message_that_discord_takes(replies: list[tuple[Reply, bool, Status]]) -> None:
    listed = [
        view(
            status,
            Imagine(prompt=reply.asked, shape=Shape(64, 64), seed=1),
            reply=reply,
            untold=untold,
            picture=reply.pictures[0] if reply.pictures else None,
        )
        for reply, untold, status in replies
    ]

    async def rendered() -> ui.LayoutView:
        return render.jobs(listed, say=say("de"), files={each.picture.id: "a.webp" for each in listed if each.picture})

    page = asyncio.run(rendered())
    check_limits(page)
    check_calm(page)


async def test_an_escaped_prompt_reads_as_it_was_typed() -> None:
    for text in ("a_b *c* [d](e) :f: <g> \\h", "# 1", "1. x", "16:9 --ar 4:3 state-of-the-art", "https://x.test/_y_"):
        assert re.sub(r"\\([^\w\s])|\\(?=_)", r"\1", markup.escape(text)) == text


async def test_a_seed_can_be_copied_and_a_prompt_is_not_said_twice() -> None:
    text = texts(render.message(replies("en")["finished"], say=say("en"), files=["a.webp"]))
    assert "Seed `9`" in text
    assert "/imagine a fox" not in text


@pytest.mark.parametrize("locale", LANGUAGES)
async def test_a_channel_is_not_asked_for_a_providers_key(locale: str) -> None:
    reply = replies(locale)["finished as a sketch"]
    assert "BFL_API_KEY" in reply.body
    assert "API" not in texts(render.message(reply, say=say(locale), files=["a.webp"]))


async def test_what_there_is_to_know_of_a_picture_stands_small_below_it() -> None:
    page = render.message(replies("en")["finished as a sketch"], say=say("en"), files=["a.webp"])
    kinds = [type(item) for item in page.walk_children()]
    below = [item.content for item in page.walk_children() if isinstance(item, ui.TextDisplay)][-1]
    assert kinds.index(ui.MediaGallery) < len(kinds) - 1 - kinds[::-1].index(ui.TextDisplay)
    assert all(line.startswith("-# ") for line in below.split("\n"))
    assert "No AI model was used" in below


@pytest.mark.parametrize("locale", LANGUAGES)
async def test_a_button_fits_on_a_phone(locale: str) -> None:
    labels = {button.label or "" for _, page in pages(locale) for button in buttons(page)}
    assert [label for label in labels if len(label) > 20] == []


async def test_a_refusal_shows_the_words_again_without_the_command() -> None:
    text = texts(render.message(replies("en")["refusal"], say=say("en")))
    assert "> fox --guidance 9" in text
    assert "/upscale" not in texts(render.message(replies("en")["enlarged"], say=say("en")))


async def test_the_task_and_the_providers_own_words_stay_out_of_the_channel() -> None:
    text = texts(render.message(replies("en")["finished"], say=say("en"), files=["a.webp"]))
    assert "task-1" not in text
    assert "Ready" not in text


async def test_the_same_picture_twice_has_one_button_and_many_have_rows() -> None:
    several = [replace(PICTURE, id=each) for each in ids(7)]
    asked = REPLIES.which([*several, several[0]], Verb.UPSCALE, locale="en", factor=None)
    page = render.message(asked, say=say("en"))
    assert [button.label for button in buttons(page)] == [f"Picture {number}" for number in range(1, 8)]
    assert [len(row.children) for row in page.walk_children() if isinstance(row, ui.ActionRow)] == [5, 2]


@pytest.mark.parametrize(
    ("button", "verb", "target", "more"),
    [
        (Button(Verb.AGAIN, "", "0123456789abcdef"), "again", "0123456789abcdef", None),
        (Button(Verb.UPSCALE, "", SMALL, 4), "upscale", SMALL, "4"),
    ],
)
def test_an_id_is_read_as_it_was_written(button: Button, verb: str, target: str, more: str | None) -> None:
    found = render.PRESS.fullmatch(render.custom_id(button))
    assert found is not None
    assert found.group("verb", "target", "more") == (verb, target, more)


async def test_a_confirmed_button_says_so() -> None:
    page = render.confirm(Button(Verb.DELETE, "Delete", "0123456789abcdef"), say=say("en"))
    assert [button.custom_id for button in buttons(page)] == ["v1:delete:0123456789abcdef:sure"]
    assert "Really delete?" in texts(page)
    assert "can’t be undone" in texts(page)


@pytest.mark.parametrize(
    ("changes", "address"),
    [
        ({}, "https://discord.com/channels/200/300/400"),
        ({"receipt": Receipt("discord", "300", "401")}, "https://discord.com/channels/200/300/401"),
        ({"receipt": Receipt("discord", "999", "401")}, "https://discord.com/channels/@me/999/401"),
        (
            {"at": replace(PLACE, handle=str(Handle(person=7)), within=("dm",))},
            "https://discord.com/channels/@me/300/400",
        ),
        ({"at": replace(PLACE, handle=str(Handle(person=7)))}, ""),
        ({"at": replace(PLACE, private=True)}, ""),
        ({"receipt": None}, ""),
        ({"receipt": Receipt("web", "/", "1")}, ""),
    ],
    ids=["an answer", "a post", "told in a direct message", "asked there", "not invited", "private", "nowhere", "web"],
)
def test_a_link_leads_where_the_reader_can_go(changes: dict[str, Any], address: str) -> None:
    assert render.link(view(Status.FINISHED, **changes)) == address


async def write_anew() -> None:
    GOLDEN.mkdir(exist_ok=True)
    for locale in LANGUAGES:
        (GOLDEN / f"messages.{locale}.txt").write_text(book(locale), "utf-8")


if __name__ == "__main__":
    asyncio.run(write_anew())
