"""The quick part of the crash matrix; `make crash` plays all of it."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

import bot
from tests.crash import points, processes, shelf
from tests.crash.registry import SCENARIOS
from tests.crash.scenario import Scenario, play
from tests.postgres import Server


def test_no_named_moment_is_left_out() -> None:
    source = Path(bot.__file__).parent.rglob("*.py")
    named = {point for file in source for point in re.findall(r'\breach\("([\w.]+)"\)', file.read_text("utf-8"))}
    assert named == {*points.POINTS, *shelf.POINTS}


def test_each_scenario_has_a_name_of_its_own() -> None:
    names = [scenario.name for scenario in SCENARIOS]
    assert len(set(names)) == len(names)


@pytest.mark.timeout(240)
@pytest.mark.parametrize("scenario", points.HALVES, ids=lambda scenario: scenario.name)
async def test_a_process_that_is_killed_keeps_every_promise(scenario: Scenario) -> None:
    assert (await play(scenario, "sqlite")).findings == ()


@pytest.mark.timeout(240)
async def test_a_worker_that_is_killed_is_followed_by_another(own_postgresql: Server) -> None:
    assert (await play(processes.WORKER_KILLED, "postgresql", server=own_postgresql)).findings == ()
