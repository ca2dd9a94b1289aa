"""Every scenario, in the order of the table."""

from __future__ import annotations

from typing import Final

from tests.crash import doubt, heritage, kills, platforms, points, processes, provider, shelf, soak, storage
from tests.crash.scenario import Scenario

SCENARIOS: Final[tuple[Scenario, ...]] = (
    *points.SCENARIOS,
    *kills.SCENARIOS,
    *doubt.SCENARIOS,
    *processes.SCENARIOS,
    *storage.SCENARIOS,
    *heritage.SCENARIOS,
    *shelf.SCENARIOS,
    *provider.SCENARIOS,
    *platforms.SCENARIOS,
    *soak.SCENARIOS,
)
