"""People's words read on Slack as they were written, and call nobody."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import pytest

from adapters.slack import markup
from bot.chat.caption import Line, Link, Look, Moment, Run

NOON = datetime(2026, 11, 21, 12, 0, tzinfo=UTC)
TRICKS = [
    "@channel @here @everyone @Channel",
    "<!channel> <!here|here> <!everyone> <@U123> <@U123|ada> <#C1> <#C1|art> <!subteam^S1|@art>",
    "<https://evil.test|click> https://evil.test mailto:a@evil.test <!date^1^{ago}|x>",
    "*bold* _italic_ ~gone~ `code` ```block``` > quote &gt; &amp;lt; :fox: - list 1. list",
    "a & b < c > d &lt;@U123&gt;",
]


def texts(elements: list[dict[str, Any]]) -> str:
    return "".join(
        texts([each]) if "elements" in each else str(each.get("text", ""))
        for part in elements
        for each in part["elements"]
    )


@pytest.mark.parametrize("trick", TRICKS)
def test_rich_and_plain_text_read_as_they_were_written(trick: str) -> None:
    assert markup.plain(trick, 500) == {"type": "plain_text", "text": trick, "emoji": False}
    assert markup.quote(trick, 500) == [{"type": "rich_text_quote", "elements": [{"type": "text", "text": trick}]}]
    assert texts(markup.rich([Line((Run(trick),))], 500)) == trick


@pytest.mark.parametrize("trick", TRICKS)
def test_where_slack_reads_marks_nobody_is_called(trick: str) -> None:
    escaped = markup.escape(trick)
    assert not {"<", ">"} & set(escaped)
    assert not any(f"@{name}" in escaped.lower() for name in ("channel", "here", "everyone"))
    assert escaped.count("&") == escaped.count("&amp;") + escaped.count("&lt;") + escaped.count("&gt;")
    shown = escaped.replace("&lt;", "<").replace("&gt;", ">").replace("&amp;", "&").replace("\u200b", "")
    assert shown == trick


def test_marks_of_direction_are_left_out_everywhere() -> None:
    trick = "\u202eevil\u202c \u2066x\u2069"
    assert markup.plain(trick, 99)["text"] == markup.escape(trick) == "evil x"
    assert texts(markup.rich([Line((Run(trick),))], 99)) == "evil x"


@pytest.mark.parametrize(("text", "shown"), [("", "…"), ("\u200b \n", "…"), ("x" * 99, "x" * 9 + "…"), (" a ", "a")])
def test_plain_text_is_never_empty_nor_too_long(text: str, shown: str) -> None:
    assert markup.plain(text, 10)["text"] == shown


def test_nobodys_words_are_no_quote() -> None:
    assert markup.quote(" \u200b", 10) == []


def test_moments_tell_their_distance_and_fall_back_to_the_clock() -> None:
    line = Line((Run("started <&> "), Moment(NOON)))
    written = "<!date^1795262400^{ago}|2026-11-21 12:00 UTC>"
    assert markup.mrkdwn(line) == {"type": "mrkdwn", "text": f"started &lt;&amp;&gt; {written}"}
    (section,) = markup.rich([line], 99)
    date = {"type": "date", "timestamp": 1795262400, "format": "{ago}", "fallback": "2026-11-21 12:00 UTC"}
    assert section["elements"] == [{"type": "text", "text": "started <&> "}, date]


def test_a_link_of_ours_opens() -> None:
    line = Line((Link("Open", "https://team.slack.com/archives/C1/p1"),))
    assert markup.rich([line], 99)[0]["elements"] == [
        {"type": "link", "url": "https://team.slack.com/archives/C1/p1", "text": "Open"}
    ]
    assert markup.mrkdwn(line)["text"] == "<https://team.slack.com/archives/C1/p1|Open>"


def test_lines_stand_below_each_other_and_items_in_a_list() -> None:
    lines = [
        Line((Run("Flags", Look.BOLD),)),
        Line((Run("all of "), Run("them:"))),
        Line(),
        Line((Run("--seed", Look.CODE), Run(" a number")), item=True),
        Line((Run("--raw", Look.CODE),), item=True),
        Line((Run("That’s it."),)),
    ]
    first, flags, last = markup.rich(lines, 999)
    assert first["elements"] == [
        {"type": "text", "text": "Flags", "style": {"bold": True}},
        {"type": "text", "text": "\nall of them:\n"},
    ]
    assert (flags["type"], flags["style"], len(flags["elements"])) == ("rich_text_list", "bullet", 2)
    assert flags["elements"][0]["elements"][0] == {"type": "text", "text": "--seed", "style": {"code": True}}
    assert last["elements"] == [{"type": "text", "text": "That’s it."}]


@pytest.mark.parametrize("room", [1, 2, 10, 30, 60])
def test_what_does_not_fit_is_left_out_with_a_sign(room: int) -> None:
    lines = [Line((Run("first"), Run(" line", Look.BOLD))), Line((Run("second line, rather long"),), item=True)]
    shown = texts(markup.rich(lines, room))
    assert len(shown) <= room
    assert shown.endswith("…") == (room < 40)


def test_lines_of_nothing_make_no_element() -> None:
    assert markup.rich([], 99) == []
    assert markup.rich([Line(), Line((Run("\u200b"),), item=True)], 99) == []
