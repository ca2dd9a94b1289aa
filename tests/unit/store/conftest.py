from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from bot.store import Store
from tests.clock import HeldClock
from tests.unit.store.made import DOORS


@pytest.fixture
def clock() -> HeldClock:
    return HeldClock()


@pytest.fixture(params=["sqlite", "postgresql"])
def url(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    """A database of each kind; `on_sqlite` and `on_postgresql` keep a test to one of them."""
    if request.param == "sqlite":
        return f"sqlite:///{tmp_path}/bot.sqlite"
    return str(request.getfixturevalue("postgres_url"))


@pytest.fixture(params=["sqlite", "postgresql"])
def empty_url(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    """As `url`, without a table."""
    if request.param == "sqlite":
        return f"sqlite:///{tmp_path}/bot.sqlite"
    return str(request.getfixturevalue("empty_postgres_url"))


@pytest.fixture
async def store(url: str, clock: HeldClock) -> AsyncIterator[Store]:
    opened = await Store.open(url, clock=clock)
    await opened.enter(worker=True, doors=DOORS)
    yield opened
    await opened.close()
