from __future__ import annotations

from typing import Any, cast

import pytest

from bot.chat.asking import called, overruled, paint
from bot.desk import Desk
from bot.errors import BadValueError
from bot.message import Person, Place
from bot.prompt import read
from bot.request import Ratio, Wish

WIDE = Ratio(16, 9)


@pytest.mark.parametrize(
    ("words", "given", "meant"),
    [
        ("a fox --seed 3", {"seed": 9}, {"seed": 9}),
        ("a fox --seed 3", {"seed": None, "steps": 0}, {"seed": 3, "steps": 0}),
        ("a fox --upsample", {"prompt_upsampling": False}, {"prompt_upsampling": False}),
        ("a fox --size 800x600", {"ratio": WIDE}, {"ratio": WIDE}),
        ("a fox --width 800", {"ratio": WIDE}, {"ratio": WIDE, "width": 800}),
        ("a fox --ar 1:1", {"width": 800, "height": 600}, {"width": 800, "height": 600}),
        ("a fox", {"ratio": WIDE, "width": 800, "height": 600}, {"width": 800, "height": 600}),
        ("a fox --ar 1:1", {"width": 800}, {"ratio": Ratio(1, 1), "width": 800}),
        ("a fox --size 800x600", {"width": 400}, {"width": 400, "height": 600}),
        ("a fox --provider flux", {"model": "scripted/brush"}, {"model": "scripted/brush"}),
    ],
)
def test_an_option_goes_before_a_flag(words: str, given: dict[str, Any], meant: dict[str, Any]) -> None:
    assert overruled(read(words), given) == Wish(prompt="a fox", **meant)


@pytest.mark.parametrize("count", [0, 5])
async def test_as_many_pictures_as_nobody_may_have_are_refused_and_not_passed_over(count: int) -> None:
    ada, hall, desk = Person("chat", "ada", "Ada"), Place("chat", "hall"), cast("Desk", None)
    with pytest.raises(BadValueError) as refused:
        await paint(desk, Wish(prompt="a fox"), count, by=ada, at=lambda _: hall, event="1", most=4)
    assert refused.value.facts == {"field": "count", "value": count, "allowed": "1–4"}


@pytest.mark.parametrize(
    ("words", "meant"),
    [
        (", upscale", "upscale"),
        (": a fox, red", "a fox, red"),
        (",", ""),
        (":tada: a fox", ":tada: a fox"),
        ("a fox: red", "a fox: red"),
        ("", ""),
    ],
)
def test_the_sign_behind_a_name_is_none_of_the_words(words: str, meant: str) -> None:
    assert called(words) == meant
