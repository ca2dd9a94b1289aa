"""The desk that the door's tests stand on has the calls of the house's own."""

from __future__ import annotations

import inspect

import pytest

from bot.desk import Desk
from tests.standins.desk import StandInDesk

CALLS = ["read", "accept", "again", "cancel", "delete", "view", "wait", "keep", "shown", "history", "offers", "vendors",
         "settle", "called_back", "set_key", "drop_key", "notice", "help", "spending", "usage", "say"]  # fmt: skip


@pytest.mark.parametrize("name", CALLS)
def test_the_stand_in_takes_the_same_calls(name: str) -> None:
    ours, theirs = getattr(StandInDesk, name), getattr(Desk, name)
    assert inspect.signature(ours) == inspect.signature(theirs)
    assert inspect.iscoroutinefunction(ours) is inspect.iscoroutinefunction(theirs)
