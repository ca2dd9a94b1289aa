from __future__ import annotations

from types import SimpleNamespace
from typing import Any

import pytest

from adapters.discord.buttons import press_of
from bot.chat.press import Press
from bot.errors import OutdatedError


def event(data: dict[str, Any] | None) -> Any:
    return SimpleNamespace(data=data)


def test_the_id_of_what_was_pressed_is_read() -> None:
    pressed = event({"custom_id": "v1:again:0123456789abcdef", "component_type": 2})
    assert press_of(pressed) == Press("again", "0123456789abcdef")


@pytest.mark.parametrize("data", [None, {}, {"custom_id": None}, {"custom_id": "hello"}])
def test_an_event_without_an_id_of_ours_is_out_of_date(data: dict[str, Any] | None) -> None:
    with pytest.raises(OutdatedError):
        press_of(event(data))
