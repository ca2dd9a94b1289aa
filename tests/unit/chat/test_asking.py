from __future__ import annotations

from typing import Any

import pytest

from bot.chat.asking import overruled
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
