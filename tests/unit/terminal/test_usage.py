"""`imagebot usage` over a database that a house left behind."""

from __future__ import annotations

import asyncio
from dataclasses import replace
from datetime import datetime
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
from click.testing import CliRunner, Result
from PIL import Image

from bot.cli import main
from bot.clock import RealClock
from bot.job import Finished
from bot.policy import Limits, tabs
from bot.request import ImageId
from bot.store import Store
from tests.clock import HeldClock
from tests.unit.store.made import ADA, BOB, CHANNEL, anything_goes, drawn, made_job

IMAGE = ImageId("a" * 64)


@pytest.fixture(autouse=True)
def database(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Two pictures in October, Berlin time, and one now."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("LC_ALL", "en")
    monkeypatch.setenv("COLUMNS", "80")
    Path("config.toml").write_text('[policy]\ntime_zone = "Europe/Berlin"\n')
    asyncio.run(_left_behind())


async def _left_behind() -> None:
    berlin = ZoneInfo("Europe/Berlin")
    store = await Store.open("sqlite:///data/imagebot.sqlite", clock=HeldClock())
    for at, by in (
        (datetime(2025, 10, 2, 12, tzinfo=berlin), ADA),
        (datetime(2025, 10, 31, 23, 30, tzinfo=berlin), replace(BOB, name="Bob [red]")),
        (RealClock().now(), ADA),
    ):
        clock = HeldClock(at)
        counters = tabs(by, CHANNEL, at, Limits(zone=berlin), model="flux/flux-dev")
        job = made_job(clock, by=by, tabs=counters)
        await store.accept(job, anything_goes, draw=drawn)
        await store.finish(job.id, Finished(image=IMAGE))
    await store.close()


def usage(*words: str) -> Result:
    return CliRunner().invoke(main, ["usage", *words])


def rows(result: Result) -> list[list[str]]:
    return [line.split() for line in result.output.splitlines() if line.strip()]


def test_a_month_is_told_by_person_model_and_day() -> None:
    result = usage("--month", "2025-10")
    assert result.exit_code == 0
    assert rows(result) == [
        ["Who", "Pictures", "Money"],
        ["Ada", "1", "$0.025"],
        ["Bob", "[red]", "1", "$0.025"],
        ["Model", "Pictures", "Money"],
        ["flux/flux-dev", "2", "$0.05"],
        ["Day", "Pictures", "Money"],
        ["2025-10-02", "1", "$0.025"],
        ["2025-10-31", "1", "$0.025"],
        ["2025-10", "2", "$0.05"],
    ]


def test_this_month_is_told_by_itself_and_drawn_into_a_file() -> None:
    result = usage("--plot", "usage.png")
    assert result.exit_code == 0
    assert ["flux/flux-dev", "1", "$0.025"] in rows(result)
    assert "Saved as usage.png" in result.output
    with Image.open("usage.png") as picture:
        assert picture.size[0] == 1080


def test_a_month_without_a_picture_is_said_and_nothing_is_drawn() -> None:
    result = usage("--month", "2025-09", "--plot", "usage.png")
    assert (result.exit_code, result.output) == (0, "Nothing was spent in 2025-09.\n")
    assert not Path("usage.png").exists()


@pytest.mark.parametrize("month", ["2025-13", "October", "2025-1"])
def test_what_is_no_month_is_said(month: str) -> None:
    result = usage("--month", month)
    assert result.exit_code == 2
    assert "2026-11" in result.output


def test_a_plot_that_cannot_be_written_is_one_sentence() -> None:
    result = usage("--plot", "nowhere/usage.png")
    assert result.exit_code == 1
    assert "Traceback" not in result.output
