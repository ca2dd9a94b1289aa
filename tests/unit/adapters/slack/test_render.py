"""Each kind of Reply as a Slack message, compared with golden/, and what no prompt may do to it.

`python -m tests.unit.adapters.slack.test_render` writes the golden files anew; read the difference. What a message
holds can be looked at in Slack's Block Kit Builder.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import Any, Final

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from adapters.slack import render
from adapters.slack.event import Handle
from bot.job import Status
from bot.message import Button, Place, Receipt, Reply, Tone, Verb
from bot.request import Imagine, Shape
from tests.standins.slack.block import Where, faults_of_blocks, faults_of_view
from tests.unit.chat import samples
from tests.unit.chat.samples import ANY_REPLY, LANGUAGES, LARGE, PICTURE, PROMPT, REPLIES, SMALL, ids, replies, say

GOLDEN: Final = Path(__file__).parent / "golden"
HOSTILE: Final = samples.HOSTILE | {
    "everybody": "@channel @here @everyone <!channel> <!here|here> <!everyone>",
    "somebody": "<@U123> <@W123|ada> <#C1|art> <!subteam^S1|@art> @ada",
    "links": "<https://evil.test|click> <mailto:a@evil.test> https://evil.test <!date^1^{ago}|x>",
    "slack marks": "*bold* _italic_ ~gone~ `code` > quote &gt; &amp;lt; :fox: :art:",
}
URL: Final = "https://team.slack.com/"
HANDLE: Final = Handle(tenant="T1", person="U1")
PLACE: Final = Place("slack", "T1/C1", str(HANDLE), within=("C1",))
RECEIPT: Final = Receipt("slack", "T1/C1", "1795262400.000100")
STARTED: Final = re.compile(r"[\w ]*<!date\^\d+\^\{ago\}\|[\d :-]+UTC>")
view = partial(samples.view, receipt=RECEIPT, at=PLACE)


def messages(locale: str) -> Iterator[tuple[str, render.Message]]:
    """Every kind of message in one language."""
    draw = partial(render.message, say=say(locale))
    for name, reply in replies(locale).items():
        yield name, draw(reply, files=[f"F{number}" for number, _ in enumerate(reply.pictures)])
    finished = replies(locale)["finished"]
    yield "re-encoded", draw(finished, files=["F1"], whole=False)
    yield "in the thread", draw(finished, in_thread=True)
    yield "without its file", draw(finished)


def homes(locale: str) -> Iterator[tuple[str, dict[str, Any]]]:
    """The bot's own page, with every sort of job and with none."""
    draw = partial(render.home, samples.about(locale, "slack"), say=say(locale), workspace_url=URL)
    spent = samples.spent(locale).fields
    yield "home", draw(samples.views(locale, RECEIPT, PLACE), files={LARGE: "F2", SMALL: "F1"}, spent=spent)
    yield "home of a newcomer", draw([])


def book(locale: str) -> str:
    pages = {name: {"text": page.text, "blocks": list(page.blocks)} for name, page in messages(locale)}
    return laid_out(pages | dict(homes(locale)))


def laid_out(pages: Mapping[str, Mapping[str, Any]]) -> str:
    """JSON with a line a block, so that a difference can be read."""
    chapters = []
    for name, page in pages.items():
        *fields, blocks = [*(part for part in page.items() if part[0] != "blocks"), ("blocks", page["blocks"])]
        told = [f"  {written(field)}: {written(value)}" for field, value in fields]
        listed = ",\n".join(f"    {written(block)}" for block in blocks[1])
        chapters.append(f" {written(name)}: {{\n" + ",\n".join([*told, f'  "blocks": [\n{listed}\n  ]']) + "\n }")
    return "{\n" + ",\n".join(chapters) + "\n}\n"


def written(value: object) -> str:
    return json.dumps(value, ensure_ascii=False)


def parts(value: object) -> Iterator[dict[str, Any]]:
    """Every object in blocks, from outside in."""
    if isinstance(value, dict):
        yield value
    for child in value.values() if isinstance(value, dict) else value if isinstance(value, list | tuple) else ():
        yield from parts(child)


def words(blocks: Sequence[dict[str, Any]]) -> str:
    return "\n".join(part["text"] for part in parts(blocks) if isinstance(part.get("text"), str))


def kinds(page: render.Message) -> list[str]:
    return [block["type"] for block in page.blocks]


def buttons(blocks: Sequence[dict[str, Any]]) -> list[dict[str, Any]]:
    return [part for part in parts(blocks) if part.get("type") == "button"]


def check_limits(page: render.Message) -> None:
    """What Slack would turn down."""
    assert faults_of_blocks(list(page.blocks), Where.MESSAGE) == []
    assert 1 <= len(page.text) <= 4000
    assert len(words(page.blocks)) < 13_000


def check_calm(blocks: Sequence[dict[str, Any]], text: str = "") -> None:
    """No mention, link, emoji code or markup of a person's making."""
    for part in parts(blocks):
        match part.get("type"):
            case "mrkdwn":
                assert STARTED.fullmatch(part["text"])
            case "plain_text":
                assert part["emoji"] is False
            case "link":
                assert part["url"].startswith(URL)
            case kind:
                assert kind not in ("user", "usergroup", "channel", "broadcast", "emoji", "team", "markdown")
    assert not {"<", ">"} & set(text)
    assert not re.search(r"@(everyone|here|channel)", text, re.IGNORECASE)
    shown = json.dumps(blocks, ensure_ascii=False) + text
    assert not re.search(r"[\u202a-\u202e\u2066-\u2069]", shown)
    shown.encode()


@pytest.mark.parametrize("locale", LANGUAGES)
def test_every_reply_looks_as_agreed(locale: str) -> None:
    assert book(locale) == (GOLDEN / f"messages.{locale}.json").read_text("utf-8")


@pytest.mark.parametrize("locale", LANGUAGES)
def test_every_message_keeps_the_limits(locale: str) -> None:
    for _, page in messages(locale):
        check_limits(page)
        check_calm(page.blocks, page.text)
    for _, shown in homes(locale):
        assert faults_of_view(shown) == []
        check_calm(shown["blocks"])


@pytest.mark.parametrize("name", HOSTILE)
def test_no_prompt_or_name_breaks_out(name: str) -> None:
    text = HOSTILE[name]
    evil = samples.hostile(text)
    listed = view(Status.FINISHED, request=Imagine(prompt=text, shape=Shape(64, 64), seed=1), reply=evil, untold=True)
    for tone in Tone:
        page = render.message(replace(evil, tone=tone), say=say("en"), files=["F1"])
        check_limits(page)
        check_calm(page.blocks, page.text)
    page = render.message(replace(evil, fields=()), say=say("en"), files=["F1"], whole=False)
    check_limits(page)
    check_calm(page.blocks, page.text)
    shown = render.home(evil, [listed] * 30, say=say("en"), workspace_url=URL)
    assert faults_of_view(shown) == []
    check_calm(shown["blocks"])


@settings(max_examples=60, deadline=None)
@given(reply=ANY_REPLY, whole=st.booleans(), in_thread=st.booleans(), files=st.integers(0, 30))
def test_any_reply_makes_a_message_that_slack_takes(reply: Reply, whole: bool, in_thread: bool, files: int) -> None:
    shown = [f"F{number}" for number in range(files)]
    page = render.message(reply, say=say("de"), files=shown, whole=whole, in_thread=in_thread)
    check_limits(page)
    check_calm(page.blocks, page.text)


@settings(max_examples=30, deadline=None)
@given(listed=st.lists(st.tuples(ANY_REPLY, st.booleans(), st.sampled_from(Status)), max_size=30), about=ANY_REPLY)
def test_any_jobs_make_a_page_that_slack_takes(listed: list[tuple[Reply, bool, Status]], about: Reply) -> None:
    views = [
        view(
            status,
            request=Imagine(prompt=reply.asked, shape=Shape(64, 64), seed=1),
            reply=reply,
            untold=untold,
            picture=reply.pictures[0] if reply.pictures else None,
        )
        for reply, untold, status in listed
    ]
    files: dict[str, str] = {each.picture.id: "F1" for each in views if each.picture}
    shown = render.home(about, views, say=say("de"), workspace_url=URL, files=files)
    assert faults_of_view(shown) == []
    check_calm(shown["blocks"])


@pytest.mark.parametrize("prompt", [PROMPT, *(text for text in HOSTILE.values() if len(text) <= 2000)])
def test_a_prompt_reads_as_it_was_typed(prompt: str) -> None:
    reply = replace(replies("en")["refusal"], asked=f"/imagine {prompt}")
    quoted = [
        part for part in parts(render.message(reply, say=say("en")).blocks) if part.get("type") == "rich_text_quote"
    ]
    seen = " ".join(re.sub(r"[\x00-\x08\u200b\u202a-\u202e\u2060-\u2069\ufeff\ud800-\udfff]", "", prompt).split())
    assert [each["elements"][0]["text"] for each in quoted] == [seen] * bool(seen)


def test_a_picture_is_shown_by_its_file_between_its_words_and_its_small_print() -> None:
    page = render.message(replies("en")["finished as a sketch"], say=say("en"), files=["F7"])
    assert kinds(page) == ["rich_text", "image", "context", "context", "actions"]
    assert page.blocks[1] == {"type": "image", "slack_file": {"id": "F7"}, "alt_text": PICTURE.alt}
    assert "No AI model was used" in words(page.blocks[3:4])
    assert "API" not in words(page.blocks)


def test_a_picture_without_words_for_it_still_has_an_alt_text() -> None:
    reply = replace(replies("en")["finished"], pictures=(replace(PICTURE, alt="\u200b"),))
    page = render.message(reply, say=say("en"), files=["F1"])
    assert page.blocks[1]["alt_text"] == PICTURE.name


def test_a_picture_in_the_thread_is_said_to_be_there() -> None:
    finished = replies("en")["finished"]
    page = render.message(finished, say=say("en"), in_thread=True)
    assert "image" not in kinds(page)
    assert "You’ll find it in the thread" in words(page.blocks)
    assert "can’t show" not in words(page.blocks)
    assert "can’t show" in words(render.message(finished, say=say("en")).blocks)
    assert "thread" not in words(render.message(replies("en")["moderated"], say=say("en"), in_thread=True).blocks)


def test_a_notification_says_what_became_of_what() -> None:
    told = {name: page.text for name, page in messages("en")}
    assert told["finished"] == f"Here is your picture · Ada_L\n{PROMPT}"
    assert told["queued"] == f"Painting · Ada_L\n{PROMPT}\n3 pictures are ahead of yours."
    assert told["refusal"] == "That didn’t work\nfox --guidance 9\nGuidance: “9” won’t work. Allowed: 1.5–5."


def test_a_refusal_shows_the_words_again_without_the_command() -> None:
    text = words(render.message(replies("en")["refusal"], say=say("en")).blocks)
    assert "fox --guidance 9" in text
    assert "/imagine" not in text
    assert "/upscale" not in words(render.message(replies("en")["enlarged"], say=say("en")).blocks)


def test_the_task_and_the_providers_own_words_stay_out_of_the_channel() -> None:
    page = render.message(replies("en")["finished"], say=say("en"), files=["F1"])
    assert "task-1" not in words(page.blocks) + page.text
    assert "Ready" not in words(page.blocks) + page.text


def test_one_button_stands_out_and_what_takes_something_away_asks_first() -> None:
    finished = buttons(render.message(replies("en")["finished"], say=say("en")).blocks)
    assert [(each["text"]["text"], each.get("style"), "confirm" in each) for each in finished] == [
        ("Upscale", "primary", False),
        ("Again", None, False),
        ("Edit prompt", None, False),
        ("Use as reference", None, False),
        ("Delete", "danger", True),
    ]
    asked = finished[-1]["confirm"]
    assert asked["title"]["text"] == "Really delete?"
    assert "can’t be undone" in asked["text"]["text"]
    _, retry, _ = buttons(render.message(replies("en")["unsure"], say=say("en")).blocks)
    assert retry["confirm"]["text"]["text"] == "Try again, even if it is charged twice?"
    (cancel,) = buttons(render.message(replies("en")["queued"], say=say("en")).blocks)
    assert "confirm" not in cancel


@pytest.mark.parametrize("locale", LANGUAGES)
def test_a_button_fits_on_a_phone(locale: str) -> None:
    shown = [button for _, page in messages(locale) for button in buttons(page.blocks)]
    dialogs = [button["confirm"] for button in shown if "confirm" in button]
    labels = [button["text"]["text"] for button in shown] + [dialog["deny"]["text"] for dialog in dialogs]
    assert [label for label in labels if len(label) > 20] == []


def test_the_same_picture_twice_has_one_button_and_each_picture_its_buttons_name() -> None:
    several = [replace(PICTURE, id=each) for each in ids(3)]
    asked = REPLIES.which([*several, several[0]], Verb.UPSCALE, locale="en", factor=None)
    page = render.message(asked, say=say("en"), files=["F1", "F2", "F3", "F4"])
    assert [each["text"]["text"] for each in buttons(page.blocks)] == ["Picture 4", "Picture 2", "Picture 3"]
    titles = [block["title"]["text"] for block in page.blocks if block["type"] == "image"]
    assert titles == ["Picture 4", "Picture 2", "Picture 3", "Picture 4"]
    assert not any("style" in each for each in buttons(page.blocks)), "none stands out among its like"


def test_a_question_about_one_picture_needs_no_name_for_it() -> None:
    two = tuple(Button(verb, verb.value, SMALL) for verb in (Verb.UPSCALE, Verb.REFERENCE))
    asked = Reply(tone=Tone.HELP, title="What shall I do?", pictures=(PICTURE,), buttons=two)
    page = render.message(asked, say=say("en"), files=["F1"])
    assert [block.get("title") for block in page.blocks if block["type"] == "image"] == [None]
    assert len(buttons(page.blocks)) == 2


def test_the_page_shows_what_is_running_first_and_what_can_be_done_about_each() -> None:
    done, running, unheard = (
        view(Status.FINISHED, picture=PICTURE, reply=replies("en")["finished"]),
        view(Status.RUNNING, reply=replies("en")["at work"]),
        view(Status.MODERATED, reply=replies("en")["moderated"], untold=True),
    )
    listed = [samples.numbered(each, number) for number, each in enumerate((done, unheard, running))]
    shown = render.home(replies("en")["about"], listed, say=say("en"), workspace_url=URL, files={SMALL: "F1"})
    text = words(shown["blocks"])
    assert text.index("In the making") < text.index("Done") < text.index("Declined")
    assert "17 of 20 pictures left today" in text
    assert "$0.025" in text
    assert "The reason it gave: Violence." in text
    of_a_picture = ["Upscale", "Again", "Edit prompt", "Use as reference", "Delete"]
    offered = [each["text"]["text"] for each in buttons(shown["blocks"])]
    assert offered == ["Cancel", *of_a_picture, "Again", "Edit prompt", "Delete"]
    assert [block["slack_file"]["id"] for block in shown["blocks"] if block["type"] == "image"] == ["F1"]


def test_what_is_left_stands_above_the_pictures_and_the_small_print_below() -> None:
    done = [view(Status.FINISHED, picture=PICTURE, reply=replies("en")["finished"])] * 2
    listed = [samples.numbered(each, number) for number, each in enumerate(done)]
    shown = render.home(samples.about("en", "slack"), listed, say=say("en"))
    text = words(shown["blocks"])
    assert text.index("17 of 20") < text.index("Your pictures") < text.index("Models and prices")
    assert "are kept on the machine" in words(shown["blocks"][-1:])
    assert "Private pictures" not in text, "Slack has none"
    assert not any("style" in each for each in buttons(shown["blocks"])), "ten of a kind shout"


def test_a_newcomers_page_says_how_to_begin() -> None:
    text = words(render.home(replies("en")["about"], [], say=say("en"))["blocks"])
    assert "Write to me directly" in text
    assert "/imagine a lighthouse at dusk" in text


@pytest.mark.parametrize(
    ("changes", "address"),
    [
        ({}, "https://team.slack.com/archives/C1/p1795262400000100"),
        (
            {"at": replace(PLACE, handle=str(replace(HANDLE, thread="1.5")))},
            "https://team.slack.com/archives/C1/p1795262400000100?thread_ts=1.5&cid=C1",
        ),
        (
            {
                "at": replace(PLACE, handle=str(replace(HANDLE, thread="1.5"))),
                "receipt": replace(RECEIPT, place="T1/D9"),
            },
            "https://team.slack.com/archives/D9/p1795262400000100",
        ),
        ({"at": replace(PLACE, private=True)}, ""),
        ({"receipt": None}, ""),
        ({"receipt": Receipt("web", "/", "1")}, ""),
    ],
    ids=["in a channel", "in a thread", "told in a direct message", "private", "nowhere", "web"],
)
def test_a_link_leads_where_the_reader_can_go(changes: dict[str, Any], address: str) -> None:
    assert render.link(replace(view(Status.FINISHED), **changes), URL) == address
    assert render.link(replace(view(Status.FINISHED), **changes), "") == ""


def write_anew() -> None:
    GOLDEN.mkdir(exist_ok=True)
    for locale in LANGUAGES:
        (GOLDEN / f"messages.{locale}.json").write_text(book(locale), "utf-8")


if __name__ == "__main__":
    write_anew()
