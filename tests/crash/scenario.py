"""What a scenario is, and how one is played from the first process to the auditor's word."""

from __future__ import annotations

import random
import shutil
import tempfile
from collections.abc import Awaitable, Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final

from tests.crash.account import Account
from tests.crash.audit import audit
from tests.crash.database import Database, Sqlite, fresh
from tests.crash.stage import Stage
from tests.crash.town import town
from tests.postgres import Server

BOTH: Final = ("sqlite", "postgresql")


@dataclass(frozen=True, slots=True, kw_only=True)
class Scenario:
    """latency is the provider's; slots and settings are the bot's."""

    name: str
    says: str
    """For a reader of the table: what is done to the bot."""
    play: Callable[[Stage], Awaitable[None]]
    databases: tuple[str, ...] = BOTH
    latency: Mapping[str, Any] = field(default_factory=dict)
    slots: int = 24
    speed: float = 1.0
    lasts_s: float = 10.0
    """About how long it takes: the long ones begin first."""
    settings: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Verdict:
    """A row of the table; no findings: it went well."""

    name: str
    database: str
    account: Account
    ended_after_s: float
    findings: tuple[str, ...]


async def play(
    scenario: Scenario, database: str, *, seed: int = 0, server: Server | None = None, keep: Path | None = None
) -> Verdict:
    """Play it in an empty folder. server: where the database is a PostgreSQL; keep: where logs go if it went wrong.

    Raises SkippedError.
    """
    with (
        tempfile.TemporaryDirectory(prefix="imagebot-crash-") as folder,
        _database(database, Path(folder), server) as opened,
    ):
        async with town(scenario.latency) as around:
            stage = Stage(
                folder=Path(folder),
                database=opened,
                town=around,
                dice=random.Random(f"{scenario.name} {seed}"),
                settings=scenario.settings,
                slots=scenario.slots,
                speed=scenario.speed,
            )
            broken: list[str] = []
            try:
                try:
                    await scenario.play(stage)
                    await stage.told()
                    await stage.stop()
                except (AssertionError, TimeoutError) as error:
                    broken.append(f"the scenario broke off: {error!r}")
                account = await stage.account()
            finally:
                await stage.end()
                stage.closing.close()
            findings = (*broken, *audit(account), *_traces(stage))
            if findings and keep is not None:
                _keep(stage, keep / f"{scenario.name} on {database}".replace(" ", "-"))
    return Verdict(scenario.name, database, account, stage.ended_after_s, findings)


def _keep(stage: Stage, folder: Path) -> None:
    folder.mkdir(parents=True, exist_ok=True)
    for log in stage.folder.glob("*.log"):
        shutil.copy(log, folder)


def _traces(stage: Stage) -> Iterator[str]:
    """What no log may hold, whatever happened."""
    for bot in stage.bots:
        log = bot.log()
        for secret in (stage.town.discord.token, stage.town.team.bot_token, "wren"):
            if secret in log:
                yield f"{bot.log_name} holds {secret[:4]}…, which belongs in no log"


@contextmanager
def _database(name: str, folder: Path, server: Server | None) -> Iterator[Database]:
    if name == "sqlite":
        yield Sqlite(folder)
        return
    if server is None:
        raise ValueError("a PostgreSQL needs a server")
    with fresh(server) as database:
        yield database
