from __future__ import annotations

from datetime import UTC, datetime, timedelta
from decimal import Decimal
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

from bot.words import Words, preferred
from tests.clock import HeldClock

NOW = HeldClock().now()


@pytest.fixture
def words() -> Words:
    return Words.load(HeldClock(), strict=True)


def test_english_and_german_are_spoken(words: Words) -> None:
    assert set(words.languages) >= {"en", "de"}


@pytest.mark.parametrize(
    ("locale", "told"),
    [
        ("en", "free"),
        ("en-GB", "free"),
        ("de", "kostenlos"),
        ("de-AT", "kostenlos"),
        ("de_CH", "kostenlos"),
        ("DE", "kostenlos"),
        ("de-XX", "kostenlos"),
        ("fr", "free"),
        ("", "free"),
        ("../de", "free"),
        ("de-DE,de;q=0.9", "free"),
        ("de" * 400, "free"),
    ],
)
def test_the_nearest_language_is_chosen(words: Words, locale: str, told: str) -> None:
    assert words.say(locale, "cost-free") == told


def test_languages_of_equal_weight_keep_the_order_of_their_header() -> None:
    assert preferred("nl, fr;q=0.5, sv, it;q=0") == ["nl", "sv", "fr"]


def test_plurals_follow_the_number(words: Words) -> None:
    assert words.say("en", "state-queued", ahead=0) == "You’re next."
    assert words.say("en", "state-queued", ahead=1) == "1 picture is ahead of yours."
    assert words.say("en", "state-queued", ahead=1200) == "1,200 pictures are ahead of yours."
    assert words.say("de", "state-queued", ahead=1) == "1 Bild ist vor deinem dran."
    assert words.say("de", "state-queued", ahead=1200) == "1.200 Bilder sind vor deinem dran."


@pytest.mark.parametrize(
    ("locale", "cents", "told"),
    [
        ("en", Decimal("2.5"), "$0.025"),
        ("en", Decimal(4), "$0.04"),
        ("en", Decimal("0.12"), "$0.0012"),
        ("en", Decimal(123456), "$1,234.56"),
        ("de", Decimal("2.5"), "0,025 $"),
        ("de-AT", Decimal("2.5"), "$ 0,025"),
        ("en", Decimal(0), "free"),
        ("de", Decimal("0.00"), "kostenlos"),
    ],
)
def test_money_shows_fractions_of_a_cent(words: Words, locale: str, cents: Decimal, told: str) -> None:
    assert words.money(locale, cents).replace("\xa0", " ") == told


@pytest.mark.parametrize(
    ("locale", "size_bytes", "told"),
    [
        ("en", 1, "1 byte"),
        ("en", 2048, "2 kB"),
        ("en", 4_400_000, "4.2 MB"),
        ("de", 4_400_000, "4,2 MB"),
        ("de", 3 << 30, "3 GB"),
    ],
)
def test_sizes_are_told_in_the_units_of_the_land(words: Words, locale: str, size_bytes: int, told: str) -> None:
    assert words.size(locale, size_bytes).replace("\xa0", " ") == told


@pytest.mark.parametrize(
    ("locale", "wait_s", "told"),
    [
        ("en", 20, "in 20 seconds."),
        ("en", 0.4, "in 1 second."),
        ("en", -5, "in 1 second."),
        ("en", 61, "in 61 seconds."),
        ("en", 100, "in 2 minutes."),
        ("en", 3600, "in 60 minutes."),
        ("de", 20, "in 20 Sekunden wieder fragen."),
        ("de", 12 * 3600, "um 00:00 UTC wieder fragen."),
        ("en", 12 * 3600, "at 00:00 UTC."),
    ],
)
def test_a_near_moment_is_a_wait_and_a_far_one_a_time(words: Words, locale: str, wait_s: float, told: str) -> None:
    sentence = words.say(locale, "error-quota-spent", limit=3, retry_at=NOW + timedelta(seconds=wait_s))
    assert sentence.endswith(told)


def test_a_moment_is_told_in_its_own_zone_also_as_iso_text(words: Words) -> None:
    midnight = datetime(2026, 11, 22, tzinfo=ZoneInfo("Europe/Berlin"))
    assert words.say("en", "again-at", retry_at=midnight) == "at 00:00 CET"
    assert words.say("en", "again-at", retry_at=midnight.isoformat()) == "at 00:00 UTC+01:00"
    assert words.say("en", "again-at", retry_at=datetime(2026, 11, 22, tzinfo=UTC).isoformat()) == "at 00:00 UTC"


def test_a_fact_that_is_missing_finds_other_words(words: Words) -> None:
    assert words.say("en", "error-file-too-large", size_bytes=None, limit_bytes=10 << 20).replace("\xa0", " ") == (
        "That file is too large. The limit is 10 MB."
    )
    assert words.say("en", "alt-upscale", prompt="") == "Enlarged picture"


def test_a_field_brings_its_label_along(words: Words) -> None:
    facts = {"field": "safety_tolerance", "value": "9", "allowed": "0–6"}
    assert words.say("en", "error-bad-value", **facts) == "Safety tolerance: “9” won’t work. Allowed: 0–6."
    assert words.say("de", "error-bad-value", **facts) == "Filtertoleranz: „9“ geht nicht. Möglich: 0–6."


def test_text_of_a_person_is_never_read_as_a_sentence_of_ours(words: Words) -> None:
    assert words.say("en", "alt-imagine", prompt="{ cost-free } $x") == "Picture for the words: { cost-free } $x"


def test_the_help_keeps_its_lines(words: Words) -> None:
    assert "\n\nupscale\n" in words.say("en", "help-body")


def test_a_key_can_be_looked_for(words: Words) -> None:
    assert "label-seed" in words
    assert "label-nonsense" not in words


def test_tests_hear_of_a_missing_key_or_fact(words: Words) -> None:
    with pytest.raises(KeyError, match="no-such-key"):
        words.say("en", "no-such-key")
    with pytest.raises(KeyError, match="alt-imagine"):
        words.say("en", "alt-imagine")


def test_people_get_a_safe_sentence_where_a_key_is_missing() -> None:
    words = Words.load()
    assert words.say("de", "no-such-key") == words.say("de", "nothing-to-say")


def test_every_file_of_a_folder_is_read_and_english_fills_gaps(tmp_path: Path) -> None:
    for name, text in (("en/a.ftl", "one = One"), ("en/b.ftl", "two = Two"), ("de/a.ftl", "one = Eins")):
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).write_text(text)
    words = Words.load(home=tmp_path)
    assert words.languages == ("de", "en")
    assert (words.say("de", "one"), words.say("de", "two")) == ("Eins", "Two")
