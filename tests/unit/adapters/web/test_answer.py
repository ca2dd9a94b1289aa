from __future__ import annotations

from datetime import timedelta

import pytest

from adapters.web.answer import BY_KEY, STATUSES, refusal, status_for
from bot import errors
from bot.errors import BotError, HouseError, key_of
from tests.clock import HeldClock
from tests.standins.desk import StandInDesk

OURS = {errors.HouseError, errors.DeliveryError, errors.SettingsError}
"""Families that mean a fault of our own or a place that a caller of this API never sees: 500."""


def leaves(kind: type[BotError]) -> list[type[BotError]]:
    below = [leaf for child in kind.__subclasses__() for leaf in leaves(child)]
    return below or [kind]


@pytest.mark.parametrize("kind", [kind for kind in leaves(BotError) if not OURS & set(kind.__mro__)])
def test_every_error_that_a_caller_may_meet_has_a_status(kind: type[BotError]) -> None:
    assert STATUSES[kind] == BY_KEY[key_of(kind)]


def test_a_fault_of_our_own_is_500() -> None:
    assert status_for(HouseError()) == 500


def test_retry_after_counts_to_the_named_moment_and_is_never_zero(tmp_path) -> None:
    clock = HeldClock()
    desk = StandInDesk(tmp_path, clock=clock)
    for wait_s, told in ((90, "90"), (0.2, "1"), (-5, "1")):
        error = errors.TooFastError(limit=3, retry_at=clock.now() + timedelta(seconds=wait_s))
        assert refusal(error, desk.front, "en", clock.now()).headers["Retry-After"] == told
