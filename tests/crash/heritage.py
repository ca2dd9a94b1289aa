"""A house that the release before this one left behind, in the middle of everything.

release_0003/ holds its database and its engine's as SQL, its pictures, and the provider's tasks. It was made by this
harness with that release (schema 0003): jobs that ended in four ways, two that the provider paints, one that ended and
was not told (kill -9 at finish.written), one between its purchase's beginning and its record, and three that wait.
"""

from __future__ import annotations

import json
import shutil
import sqlite3
from pathlib import Path
from typing import Final

from tests.crash.scenario import Scenario
from tests.crash.stage import Stage
from tests.crash.town import DOORS
from tests.standins.bfl import BflTask, FluxStandIn
from tests.standins.fault import Fault

LEFT: Final = Path(__file__).parent / "release_0003"
FLUX: Final = "http://flux.example"
"""Where the provider was."""
AGE_S: Final = 100.0
"""Long enough for every task to be done by now."""


async def older_release(stage: Stage) -> None:
    """This release starts on what that one left, and works on."""
    data, flux = stage.folder / "data", stage.town.flux
    shutil.copytree(LEFT / "gallery", data / "gallery")
    for name in ("imagebot", "engine"):
        with sqlite3.connect(data / f"{name}.sqlite") as file:
            file.executescript((LEFT / f"{name}.sql").read_text("utf-8").replace(FLUX, flux.url))
        file.close()
    _remember(flux)
    stage.hurt()  # the kill that ended it
    stage.doubts += 1  # an answer that had been lost before
    stage.failures += 2  # refused, and broken at the provider's
    await stage.open(doors=DOORS)
    await stage.ask(3, doors=DOORS)


def _remember(flux: FluxStandIn) -> None:
    """The provider still has what it sold to the old release."""
    for task in json.loads((LEFT / "tasks.json").read_text("utf-8")):
        flux.tasks[task["id"]] = BflTask(
            id=task["id"],
            model=task["model"],
            body=task["body"],
            accepted_s=flux.clock.steady() - AGE_S,
            work_s=0.0,
            cost=task["cost"],
            fault=Fault(task["fault"]) if task["fault"] else None,
        )


SCENARIOS: Final = (
    Scenario(
        name="older release",
        says="starts on a database that the release before left in the middle of everything",
        play=older_release,
        databases=("sqlite",),
    ),
)
