"""Each kind of Reply as a Discord message, compared with golden/, and what no prompt may do to it.

`python -m tests.unit.adapters.discord.test_render` writes the golden files anew; read the difference.
"""

from __future__ import annotations

import asyncio
import re
from collections.abc import Iterator
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import Any, Final

import pytest
from discord import ui
from hypothesis import given, settings
from hypothesis import strategies as st

from adapters.discord import markup, render
from adapters.discord.event import Handle
from bot.job import Status
from bot.message import Button, Place, Receipt, Reply, Tone, Verb
from bot.request import Imagine, Shape
from tests.standins.spec import ABSENT, find
from tests.unit.chat import samples
from tests.unit.chat.samples import ANY_REPLY, HOSTILE, LANGUAGES, LARGE, PICTURE, REPLIES, ids, replies, say

GOLDEN: Final = Path(__file__).parent / "golden"
SPEC: Final = find("discord-openapi.json")
PLACE: Final = Place("discord", "300", str(Handle(person=7, guild=200)), within=("250",))
RECEIPT: Final = Receipt("discord", "300", "i400")
view = partial(samples.view, receipt=RECEIPT, at=PLACE)


def pages(locale: str) -> Iterator[tuple[str, ui.LayoutView]]:
    """Every kind of message in one language."""
    for name, reply in replies(locale).items():
        files = [f"{number}.webp" for number, _ in enumerate(reply.pictures)]
        yield name, render.message(reply, say=say(locale), files=files)
    fitted = replies(locale)["finished"]
    yield "re-encoded, covered", render.message(fitted, say=say(locale), files=["fox.webp"], spoiler=True, whole=False)
    yield "without its file", render.message(fitted, say=say(locale))
    yield "really delete?", render.confirm(fitted.buttons[-1], say=say(locale))
    yield "jobs", render.jobs(samples.views(locale, RECEIPT, PLACE), say=say(locale), files={LARGE: "fox.webp"})
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
    evil = samples.hostile(text)
    listed = view(Status.FINISHED, request=Imagine(prompt=text, shape=Shape(64, 64), seed=1), reply=evil, untold=True)
    for page in (
        *(render.message(replace(evil, tone=tone), say=say("en"), files=["a.webp"]) for tone in Tone),
        render.message(replace(evil, fields=()), say=say("en"), files=["a.webp"], whole=False),
        render.jobs([listed] * 12, say=say("en")),
    ):
        check_limits(page)
        check_calm(page)


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
            request=Imagine(prompt=reply.asked, shape=Shape(64, 64), seed=1),
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
