from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError

from bot.errors import BrokenError, UnsureError, VanishedError
from bot.job import Moderated, Progress, Rendered, Where
from bot.offer import Ratios
from bot.providers.flux import OFFERS, READINGS, Settings, Task


def read(status: str, **parts: Any) -> object:
    return READINGS[status](Task(status=status, **parts))


@pytest.mark.parametrize(
    ("told", "fraction"),
    [
        (None, None),
        (0, 0),
        (0.25, 0.25),
        (1, 1),
        (40, 0.4),
        (100, 1),
        (250, None),
        (-1, None),
        (True, None),
        ("", None),
    ],
)
def test_progress_is_a_hint_on_either_scale(told: object, fraction: float | None) -> None:
    assert read("Pending", progress=told) == Progress("Pending", fraction)


@pytest.mark.parametrize(
    ("details", "reasons"),
    [
        ({"Moderation Reasons": ["Derivative Works Filter", "Other"]}, ("Derivative Works Filter", "Other")),
        ({"moderation_reasons": ["Other"]}, ("Other",)),
        ({"Moderation Reasons": "Other"}, ("Other",)),
        ({"Moderation Reasons": [None, 3, "Other"]}, ("Other",)),
        ({"Moderation Reasons": ["Two\nlines\0"]}, ("Two lines ",)),
        ({"Moderation Reasons": None}, ()),
        ({"Something": ["Other"]}, ()),
        ("Other", ()),
        (None, ()),
    ],
)
def test_reasons_are_taken_in_any_shape(details: object, reasons: tuple[str, ...]) -> None:
    assert read("Request Moderated", details=details) == Moderated(
        where=Where.PROMPT, reasons=reasons, word="Request Moderated"
    )


@pytest.mark.parametrize("result", [None, {}, {"sample": None}, {"sample": ""}, {"sample": 3}, "https://x", []])
def test_ready_without_a_picture_may_be_charged(result: object) -> None:
    with pytest.raises(UnsureError):
        read("Ready", result=result)


def test_a_result_needs_nothing_but_its_sample() -> None:
    assert read("Ready", result={"sample": "https://x"}) == Rendered(link="https://x", word="Ready")
    assert read("Ready", result={"sample": "https://x", "seed": "7"}) == Rendered(link="https://x", word="Ready")
    # Ours holds 63 bits, and a seed that nobody can ask for again is of no use.
    assert read("Ready", result={"sample": "https://x", "seed": 2**64}) == Rendered(link="https://x", word="Ready")


@given(st.sampled_from(sorted(READINGS)), st.recursive(st.none() | st.integers() | st.text(), st.lists, max_leaves=5))
def test_no_answer_breaks_a_reading(status: str, part: object) -> None:
    try:
        reading = read(status, result=part, progress=part, details=part)
    except (BrokenError, UnsureError, VanishedError):
        return
    assert isinstance(reading, Progress | Moderated | Rendered)


def test_every_ratio_of_ultra_is_about_four_megapixels_and_names_itself() -> None:
    shapes = OFFERS["flux-pro-1.1-ultra"].shapes
    assert isinstance(shapes, Ratios)
    for shape, name in zip(shapes.shapes, shapes.names, strict=True):
        assert shape.pixels == pytest.approx(4 * 1024 * 1024, rel=0.03)
        assert shapes.name_of(shapes.of(name)) == name


@pytest.mark.parametrize(
    "table",
    [
        {"base_url": "http://api.bfl.ai"},
        {"base_url": "http://stand-in:8081"},
        {"base_url": "api.bfl.ai"},
        {"poll_hosts": ["https://api.bfl.ai"]},
        {"poll_hosts": ["*.bfl.ai"]},
        {"models": ["flux-9"]},
        {"slots": 25},
        {"unknown": 1},
    ],
)
def test_settings_that_would_lose_the_key_or_do_nothing_are_refused(table: dict[str, Any]) -> None:
    with pytest.raises(ValidationError):
        Settings.model_validate(table)


def test_a_named_stand_in_may_be_plain_http() -> None:
    settings = Settings.model_validate({"base_url": "http://stand-in:8081", "poll_hosts": ["Stand-In:8081"]})
    assert settings.poll_hosts == ("stand-in:8081",)
