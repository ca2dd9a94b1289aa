"""What a message says, and in which order; how it looks is each door's own."""

from __future__ import annotations

from dataclasses import replace
from functools import partial
from typing import Final

import pytest

from bot.chat import caption
from bot.chat.caption import Line, Link, Look, Moment, Run
from bot.job import Status
from bot.message import Field, Place, Receipt, Reply, Tone
from bot.request import Upscale
from tests.unit.chat import samples
from tests.unit.chat.samples import AT, LANGUAGES, PICTURE, PROMPT, SMALL, replies

SAY: Final = samples.say("en")
view = partial(samples.view, receipt=Receipt("chat", "300", "1"), at=Place("chat", "300"))


def words(line: Line) -> str:
    return "".join(part.text if not isinstance(part, Moment) else "(ago)" for part in line.parts)


def test_the_head_says_who_asked_for_what() -> None:
    head = caption.head(replies("en")["finished"])
    assert (head.title, head.person, head.prompt) == ("Here is your picture", "Ada_L", PROMPT)


@pytest.mark.parametrize(
    ("asked", "prompt"),
    [
        ("/imagine a fox --guidance 9", "a fox --guidance 9"),
        ("  /imagine", ""),
        ("/upscale x4", ""),
        ("a fox,\n\nat dawn", "a fox, at dawn"),
        ("/imaginexy", "/imaginexy"),
    ],
)
def test_words_are_shown_again_without_the_command(asked: str, prompt: str) -> None:
    assert caption.head(replace(replies("en")["refusal"], asked=asked)).prompt == prompt


@pytest.mark.parametrize(
    ("done", "told"),
    [(0.45, "▰▰▰▰▰▱▱▱▱▱▱▱ 45% done"), (-1.0, f"{'▱' * 12} 0% done"), (7.0, f"{'▰' * 12} 100% done"), (None, "")],
)
def test_progress_is_told_where_somebody_knows_it(done: float | None, told: str) -> None:
    reply = replace(replies("en")["at work"], progress=done)
    assert caption.progress(reply, SAY) == told
    assert caption.progress(replace(reply, tone=Tone.FAILED), SAY) == ""


def test_a_complaint_is_told_once() -> None:
    reply = replies("en")["failed at a field"]
    assert [words(line) for line in caption.complaints(reply)] == ["Width: must be a multiple of 32"]
    assert caption.complaints(replies("en")["refusal"]) == [], "its sentence says it already"
    many = replace(reply, errors=tuple(Field(str(each), "", f"x{each}") for each in range(9)))
    assert len(caption.complaints(many)) == caption.COMPLAINTS


@pytest.mark.parametrize("locale", LANGUAGES)
def test_a_channel_is_not_asked_for_a_providers_key(locale: str) -> None:
    reply = replies(locale)["finished as a sketch"]
    assert "BFL_API_KEY" in reply.body
    told = caption.notes(reply, samples.say(locale))
    assert len(told) == len(reply.body.split("\n")) - 1
    assert not any("API" in note for note in told)


def test_the_small_print_has_an_order_and_no_doubles() -> None:
    told = caption.facts(replies("en")["finished"], SAY)
    assert [words(fact) for fact in told] == ["FLUX.1 [dev]", "1440 × 960", "Seed 9", "Cost $0.025", "Took 12.3\u00a0s"]
    assert told[2].parts[-1] == Run("9", Look.CODE), "to be copied"


def test_what_is_free_says_so_by_itself() -> None:
    assert "free" in [words(fact) for fact in caption.facts(replies("en")["finished as a sketch"], SAY)]


@pytest.mark.parametrize(("locale", "told"), [("en", "started (ago)"), ("de", "begonnen (ago)")])
def test_work_under_way_says_since_when(locale: str, told: str) -> None:
    facts = caption.facts(replies(locale)["at work"], samples.say(locale))
    assert words(facts[-1]) == told
    assert Moment(AT) in facts[-1].parts


def test_help_and_about_have_prices_in_place_of_small_print() -> None:
    reply = replies("en")["help"]
    assert caption.facts(reply, SAY) == []
    title, dev, *_ = caption.prices(reply, SAY)
    assert title == Line((Run("Models and prices", Look.BOLD),))
    assert (words(dev), dev.item) == ("FLUX.1 [dev] flux-dev · $0.025", True)
    assert Run("flux-dev", Look.CODE) in dev.parts, "as --model takes it"
    assert caption.prices(replies("en")["finished"], SAY) == []
    assert caption.prices(replace(reply, fields=()), SAY) == []


def test_help_shows_what_is_to_be_typed() -> None:
    lines = caption.sentences(replies("en")["help"])
    typed = [part.text for line in lines for part in line.parts if isinstance(part, Run) and part.look is Look.CODE]
    assert typed[:2] == ["/imagine a lighthouse at dusk", "--ar 16:9"]
    assert "/imagine a city at night --ar 16:9 --seed 42" in typed
    assert "upscale" in typed
    assert next(words(line) for line in lines if line.item) == "--ar 16:9 the shape, width to height"


def test_other_messages_say_their_sentences_line_by_line() -> None:
    reply = replace(replies("en")["refusal"], body="  /help is no example here\nbut a sentence ")
    assert caption.sentences(reply) == [
        Line((Run("/help is no example here"),)),
        Line((Run("but a sentence"),)),
    ]


@pytest.mark.parametrize(
    ("whole", "shown", "told"),
    [
        (True, True, ""),
        (False, True, "Re-encoded to fit here. I keep the full picture, 1440 × 960 pixels and 3 MB."),
        (True, False, "I can’t show the picture here."),
    ],
)
def test_it_is_told_whether_what_is_seen_is_the_picture_itself(whole: bool, shown: bool, told: str) -> None:
    assert caption.remark(replies("en")["finished"], SAY, whole=whole, shown=shown) == told


def test_a_message_without_a_picture_does_not_miss_one() -> None:
    assert caption.remark(replies("en")["moderated"], SAY, whole=True, shown=False) == ""


def test_a_job_says_how_it_stands_and_leads_to_its_message() -> None:
    asked = caption.asked(view(Status.FINISHED), SAY, address="https://chat.test/1")
    assert (words(asked.standing), asked.words, asked.untold) == ("Done · (ago) · Open", PROMPT, "")
    assert Link("Open", "https://chat.test/1") in asked.standing.parts


def test_a_job_that_only_its_reader_sees_has_no_link() -> None:
    alone = caption.asked(view(Status.FINISHED, at=Place("chat", "300", private=True)), SAY, address="https://x.test")
    assert words(alone.standing) == "Done · (ago) · for you alone"
    assert words(caption.asked(view(Status.QUEUED), SAY, address="").standing) == "Waiting · (ago)"


def test_an_enlargement_is_told_by_its_picture_and_one_that_went_unheard_says_so() -> None:
    enlarged = view(Status.RUNNING, request=Upscale(source=SMALL, factor=2))
    assert caption.asked(enlarged, SAY, address="").words == "An enlargement, x2"
    shown = caption.asked(replace(enlarged, picture=PICTURE, untold=True), SAY, address="")
    assert (shown.words, shown.untold) == (PICTURE.alt, "I couldn’t deliver this one before.")


@pytest.mark.parametrize(
    ("text", "seen"),
    [
        ("a\u202eb\u2066c\u200fd", "abcd"),
        ("a\u200b\u2060\ufeffb", "ab"),
        ("\ud83ea\x00\x07", "a"),
        ("می‌خواهم 👩‍👧 🏴\U000e0067\U000e007f\nשלום", "می‌خواهم 👩‍👧 🏴\U000e0067\U000e007f\nשלום"),
    ],
)
def test_what_nobody_sees_is_left_out(text: str, seen: str) -> None:
    assert caption.printable(text) == seen


def test_long_text_is_cut_with_a_sign() -> None:
    assert caption.shortened("abcdef", 6) == "abcdef"
    assert caption.shortened("abcdefg", 6) == "abcde…"
    assert caption.shortened("abcd\u200defg", 6) == "abcd…", "not amid an emoji made of several"
    assert caption.shortened("abc", 0) == "…"


def test_in_help_what_is_to_be_typed_looks_like_it_and_a_heading_does_not() -> None:
    body = "/imagine a fox\npaints it.\n\nDirect messages\nare pictures to paint.\n\nupscale\nmakes it larger."
    told = caption.sentences(Reply(tone=Tone.HELP, title="Help", body=body))
    looks = [part.look for line in told for part in line.parts[:1] if isinstance(part, Run)]
    assert looks == [Look.CODE, Look.PLAIN, Look.BOLD, Look.PLAIN, Look.CODE, Look.PLAIN]
