"""The command line where something is wrong: one sentence, the right exit code, and nothing bought or left behind."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from bot.app import read_settings
from bot.cli import main
from bot.settings import Settings
from bot.terminal import errand
from bot.words import Words
from tests.endtoend.process import free_port
from tests.house import png

HOUSE = Path(__file__).parents[2]


@pytest.fixture(autouse=True)
def at_home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """An empty folder and an environment without a bot's variables."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("LC_ALL", "en")
    for name in list(os.environ):
        if name.startswith("IMAGEBOT") or name.endswith(("_API_KEY", "_TOKEN")):
            monkeypatch.delenv(name)


def command(*words: str) -> Result:
    return CliRunner().invoke(main, words)


@pytest.mark.parametrize("words", [("imagine", "a fox"), ("upscale", "photo.png")])
def test_a_folder_that_is_not_there_is_found_out_before_anything_is_made(
    words: tuple[str, ...], tmp_path: Path
) -> None:
    Path("photo.png").write_bytes(png())
    result = command(*words, "-o", str(tmp_path / "nowhere" / "fox.webp"))
    assert result.exit_code == 1
    assert "nowhere" in result.output
    assert "cannot be written" in result.output
    assert not (tmp_path / "data").exists()


def test_a_file_that_is_there_is_not_replaced_unasked(tmp_path: Path) -> None:
    Path("fox.webp").write_bytes(b"mine")
    result = command("imagine", "a fox", "-o", "fox.webp")
    assert result.exit_code == 1
    assert "--force" in result.output
    assert Path("fox.webp").read_bytes() == b"mine"


def test_a_picture_that_is_not_there_is_named() -> None:
    result = command("upscale", "nothing.png")
    assert result.exit_code == 1
    assert "nothing.png" in result.output


def test_a_status_nobody_knows_is_answered_with_those_there_are() -> None:
    result = command("jobs", "--status", "bogus")
    assert result.exit_code == 2
    assert "moderated" in result.output


def test_a_setting_that_cannot_be_is_one_sentence_and_exit_code_2() -> None:
    Path("config.toml").write_text("[web]\nport = 'five'\n")
    result = command("run")
    assert result.exit_code == 2
    assert "port" in result.output
    assert "Traceback" not in result.output


def test_a_door_that_there_is_not_is_answered_with_those_there_are() -> None:
    result = command("run", "--doors", "web,fax", "--worker")
    assert result.exit_code == 2
    assert "there is no fax; possible are discord, slack, web" in result.output


@pytest.mark.parametrize("words", [("--worker",), ("--doors", "web"), ("--doors", ""), ("--doors", "web", "--worker")])
def test_a_part_of_the_work_is_not_taken_on_an_sqlite_file(words: tuple[str, ...]) -> None:
    result = command("run", *words)
    assert result.exit_code == 2
    assert "store.database_url = postgresql://" in result.output
    assert "Traceback" not in result.output


@pytest.mark.parametrize(
    "words",
    [
        ("--settle", "0" * 16),
        ("--settle", "0" * 16, "--charged", "--not-charged"),
        ("--charged", "4"),
        ("--not-charged",),
    ],
)
def test_a_job_is_settled_as_charged_or_as_not_charged(words: tuple[str, ...]) -> None:
    result = command("jobs", *words)
    assert result.exit_code == 2
    assert "--settle takes --charged or --not-charged" in result.output


@pytest.mark.parametrize("amount", ["four", "nan", "inf", "1e30"])
def test_an_amount_that_is_none_is_refused(amount: str) -> None:
    result = command("jobs", "--settle", "0" * 16, f"--charged={amount}")
    assert result.exit_code == 2
    assert "in US cents" in result.output


@pytest.mark.parametrize("words", [("--rerun", "0" * 16), ("--settle", "0" * 16, "--charged")])
def test_a_job_that_is_not_there_is_one_sentence(words: tuple[str, ...]) -> None:
    result = command("jobs", *words)
    assert result.exit_code == 1
    assert result.output == "I don’t know that request any more.\n"


async def test_a_house_that_goes_away_in_the_middle_is_said(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    address = f"http://127.0.0.1:{free_port()}"

    @asynccontextmanager
    async def gone(settings: Settings) -> AsyncIterator[str]:
        yield address

    monkeypatch.setattr(errand, "house_door", gone)
    with pytest.raises(errand.AnsweredError) as caught:
        await errand.imagine(read_settings(None), {"prompt": "a fox"}, tmp_path / "fox.webp", Words.load(), "en")
    assert address in caught.value.message
    assert "cannot be reached" in caught.value.message


def test_help_names_the_doors_commands_without_opening_a_door() -> None:
    look = (
        "import sys; from bot.cli import main; main(['--help'], standalone_mode=False); print('discord' in sys.modules)"
    )
    said = subprocess.run([sys.executable, "-c", look], capture_output=True, text=True, cwd=HOUSE, check=True).stdout
    assert re.search(r"(?m)^  discord +Invite the bot", said)
    assert said.splitlines()[-1] == "False"


def test_a_door_tells_its_own_commands() -> None:
    result = command("discord", "--help")
    assert result.exit_code == 0
    assert re.search(r"(?m)^  sync ", result.output)
    assert re.search(r"(?m)^  invite ", result.output)
    assert "--dry-run" in command("discord", "sync", "--help").output


def test_a_doors_help_needs_no_settings_that_work() -> None:
    Path("config.toml").write_text("[web]\nport = 'five'\n")
    assert command("discord", "sync", "--help").exit_code == 0
    result = command("discord", "sync")
    assert result.exit_code == 2
    assert "web.port" in result.output


@pytest.mark.parametrize("words", [("sync",), ("sync", "--guild", "4711", "--dry-run"), ("invite",)])
def test_a_doors_command_without_its_secret_names_the_variable(words: tuple[str, ...]) -> None:
    result = command("discord", *words)
    assert result.exit_code == 2
    assert result.output == "✗ Discord is off; set DISCORD_TOKEN to switch it on\n"


def test_a_command_that_no_door_has_is_answered_with_those_there_are() -> None:
    result = command("discord", "snyc")
    assert result.exit_code == 2
    assert "No such command 'snyc'" in result.output
