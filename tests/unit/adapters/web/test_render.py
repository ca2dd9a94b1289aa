"""Each kind of Reply as HTML, compared with golden/; `python -m tests.unit.adapters.web.test_render` writes it anew."""

from __future__ import annotations

from datetime import UTC, datetime
from functools import partial
from html.parser import HTMLParser
from pathlib import Path
from typing import Final

import pytest

from adapters.web.render import BOX, fitted, hue, initial, message, notice, spoken
from bot.message import Button, Field, Picture, Reply, Tone, Verb
from bot.request import ImageId
from bot.words import Words

GOLDEN: Final = Path(__file__).parent / "golden"
AT: Final = datetime(2026, 11, 21, 12, 0, tzinfo=UTC)
SAY: Final = partial(Words.load(strict=True).say, "en")
EVIL: Final = "<script>alert('1')</script> & \"quotes\""
SMALL: Final = Picture(ImageId("a" * 64), "a" * 64 + ".webp", "A fox & friends", 1024, 768)
LARGE: Final = Picture(ImageId("b" * 64), "b" * 64 + ".webp", EVIL, 2048, 4096)
CAPTION: Final = (
    Field("prompt", "Prompt", "A fox"), Field("model", "Model", "FLUX.1 [dev]"), Field("seed", "Seed", "7"),
    Field("size", "Size", "1024 × 768"), Field("cost", "Cost", "$0.025"), Field("by", "Asked by", "Ada"),
)  # fmt: skip
DETAILS: Final = (Field("task", "Task", "task-7"), Field("status", "Status", "Ready"))

MESSAGES: Final = {
    "queued": Reply(
        tone=Tone.WORKING, title="Painting", body="You’re next.", asked="/imagine A fox", person="Ada", since=AT
    ),
    "working": Reply(
        tone=Tone.WORKING, title="Painting", body="In the making.", asked="/imagine A fox --seed 7", person="Ada",
        since=AT, progress=0.4567, buttons=(Button(Verb.CANCEL, "Cancel", "j1"),), details=DETAILS[:1],
    ),
    "done": Reply(
        tone=Tone.DONE, title="Here is your picture", asked="/imagine A fox --seed 7", person="Ada", fields=CAPTION,
        pictures=(SMALL,), details=DETAILS, buttons=tuple(
            Button(verb, verb.value.title(), "j1")
            for verb in (Verb.UPSCALE, Verb.AGAIN, Verb.EDIT, Verb.REFERENCE, Verb.DELETE)
        ),
    ),
    "upscaled": Reply(
        tone=Tone.DONE, title="Here it is", body="Enlarged by a neural network.", person="Bo", answers=SMALL,
        pictures=(LARGE,), fields=(Field("factor", "Factor", "x2"),), buttons=(Button(Verb.DELETE, "Delete", "j1"),),
    ),
    "moderated": Reply(
        tone=Tone.REFUSED, title="Not this one", body="The words were declined.\nThe reason: violence.", person="Ada",
        asked=f"/imagine {EVIL}", buttons=(Button(Verb.EDIT, "Edit prompt", "j1"),),
    ),
    "failed": Reply(
        tone=Tone.FAILED, title="No picture this time", body="A setting was not accepted.", person="",
        errors=(Field("steps", "Steps", EVIL),), buttons=(Button(Verb.AGAIN, "Again", "j1"),),
    ),
    "unsure": Reply(
        tone=Tone.UNSURE, title="Not sure", body="It may have been charged.", person="Ada",
        buttons=(Button(Verb.RETRY, "Try again", "j1"),),
    ),
}  # fmt: skip
NOTICES: Final = {
    "notice": (Reply(tone=Tone.REFUSED, title="That didn’t work", body="Steps: no.", asked=EVIL,
                     errors=(Field("steps", "Steps", "no"),)), ""),
    "usage": (Reply(tone=Tone.HELP, title="What was spent", pictures=(SMALL,),
                    fields=(Field("today", "You, today", "nothing"), Field("people", "By person", f"A: 1\n{EVIL}: 2"))),
              ""),
    "plain-words": (Reply(tone=Tone.HELP, title="Shall I paint that?", asked="a fox"), f"/imagine {EVIL}"),
}  # fmt: skip


def rendered() -> dict[str, str]:
    fragments = {name: message(reply, id="j1", posted_at=AT, say=SAY) for name, reply in MESSAGES.items()}
    return fragments | {name: notice(reply, say=SAY, paint=paint) for name, (reply, paint) in NOTICES.items()}


class Outline(HTMLParser):
    """Every element with its attributes, to see what a browser would make of a fragment."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.elements: list[tuple[str, dict[str, str | None]]] = []
        self.open: list[str] = []
        self.feed(html)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.elements.append((tag, dict(attrs)))
        if tag not in ("img", "input"):
            self.open.append(tag)

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag


@pytest.mark.parametrize("name", [*MESSAGES, *NOTICES])
def test_a_reply_looks_as_it_did(name: str) -> None:
    assert rendered()[name] == (GOLDEN / f"{name}.html").read_text("utf-8")


@pytest.mark.parametrize("name", [*MESSAGES, *NOTICES])
def test_what_people_wrote_never_becomes_markup_and_every_element_is_closed(name: str) -> None:
    outline = Outline(rendered()[name])
    assert outline.open == []
    assert [tag for tag, _ in outline.elements if tag in ("script", "style", "iframe")] == []
    assert [name for _, attributes in outline.elements for name in attributes if name.startswith("on")] == []


@pytest.mark.parametrize("name", [name for name, reply in MESSAGES.items() if reply.pictures])
def test_pictures_have_a_size_words_and_a_way_to_their_full_size(name: str) -> None:
    elements = Outline(rendered()[name]).elements
    shown = next(attributes for tag, attributes in elements if tag == "img" and "data-full" in attributes)
    picture = MESSAGES[name].pictures[0]
    assert shown["alt"] == picture.alt
    assert (shown["width"], shown["height"]) == tuple(map(str, fitted(picture)))
    assert any(attributes.get("href") == f"/saved_images/{picture.name}" for _, attributes in elements)


@pytest.mark.parametrize("size", [(1, 1), (720, 560), (1440, 256), (256, 1440), (4096, 4096), (100_000, 1)])
def test_a_picture_is_shrunk_into_the_box_and_never_blown_up(size: tuple[int, int]) -> None:
    width, height = fitted(Picture(ImageId("a"), "a.webp", "", *size))
    assert 1 <= width <= min(BOX[0], size[0])
    assert 1 <= height <= min(BOX[1], size[1])


@pytest.mark.parametrize(
    ("line", "parts"),
    [
        ("/imagine a fox --ar 16:9", [("command", "/imagine"), ("words", "a fox"), ("flag", "--ar 16:9")]),
        ("a fox --raw --ar=3:2", [("words", "a fox"), ("flag", "--raw"), ("flag", "--ar=3:2")]),
        ("a fox -- sleeping", [("words", "a fox -- sleeping")]),
        ("state-of-the--art", [("words", "state-of-the--art")]),
        ("--seed 7", [("flag", "--seed 7")]),
        ("", []),
    ],
)  # fmt: skip
def test_a_typed_line_falls_into_command_words_and_flags(line: str, parts: list[tuple[str, str]]) -> None:
    assert spoken(line) == parts


def test_a_name_has_a_colour_and_an_initial() -> None:
    assert hue("Ada") == hue("Ada") in range(8)
    assert [initial(name) for name in ("ada", "  øre", "🦊", "")] == ["A", "Ø", "?", "?"]


if __name__ == "__main__":
    GOLDEN.mkdir(exist_ok=True)
    for title, html in rendered().items():
        (GOLDEN / f"{title}.html").write_text(html, "utf-8")
