"""What the operator reads once the doors are open, or are not."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from types import SimpleNamespace
from typing import Any, cast

import pytest

from bot.app import WHOLE, House, Part, read_settings
from bot.settings import Remark
from bot.terminal.greeting import greet
from bot.words import Words

LINK = "https://discord.com/oauth2/authorize?client_id=" + "4" * 90


def door(standing: Remark, address: str, remarks: Sequence[Remark] = ()) -> Any:
    return SimpleNamespace(standing=standing, address=address, remarks=remarks)


WEB = door(Remark("terminal-door-open", {"where": "http://127.0.0.1:5000"}), "http://127.0.0.1:5000")


@pytest.fixture(autouse=True)
def at_home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("COLUMNS", "80")


def greeted(capsys: pytest.CaptureFixture[str], tongue: str = "en", part: Part = WHOLE, **doors: Any) -> list[str]:
    words = Words.load(strict=True)
    house = SimpleNamespace(doors=doors, desk=SimpleNamespace(vendors=list), part=part)
    greet(cast("House", house), read_settings(None), words, tongue, 0.5)
    lines = capsys.readouterr().err.splitlines()
    return [" ".join(line.split()) for line in lines]


def test_a_door_that_lacks_its_token_names_the_variable(capsys: pytest.CaptureFixture[str]) -> None:
    said = greeted(capsys, web=WEB)
    assert "Doors ● Web open at http://127.0.0.1:5000" in said
    assert "○ Discord off; set DISCORD_TOKEN" in said
    assert "Open http://127.0.0.1:5000 in your browser" in said


def test_a_door_that_is_switched_off_names_the_setting(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("DISCORD_TOKEN", "a.b.c")
    monkeypatch.setenv("IMAGEBOT__DISCORD__ENABLED", "false")
    assert "○ Discord off; discord.enabled is false" in greeted(capsys, web=WEB)


@pytest.mark.parametrize(
    ("tongue", "count", "told"),
    [
        ("en", 0, "open as Imagebot#0042, in no server yet"),
        ("en", 1, "open as Imagebot#0042, in one server"),
        ("de", 3, "offen als Imagebot#0042, auf 3 Servern"),
    ],
)
def test_a_chat_door_tells_who_it_is_and_opens_no_browser(
    capsys: pytest.CaptureFixture[str], tongue: str, count: int, told: str
) -> None:
    standing = Remark("terminal-discord-open", {"name": "Imagebot#0042", "count": count})
    said = greeted(capsys, tongue, discord=door(standing, "Imagebot#0042"))
    assert any(line.endswith(f"Discord {told}") for line in said)
    assert not any("browser" in line.lower() for line in said)


def test_a_link_that_a_door_offers_stays_in_one_piece(capsys: pytest.CaptureFixture[str]) -> None:
    remarks = (Remark("remark-discord-planted"), Remark("remark-discord-alone", {"url": LINK}))
    said = greeted(capsys, discord=door(Remark("terminal-discord-waiting"), "Discord", remarks))
    assert LINK in said
    assert any(line.startswith("! Discord had no commands") for line in said)


def test_a_worker_leaves_the_doors_to_others(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("DISCORD_TOKEN", "a.b.c")
    said = greeted(capsys, part=Part(doors=frozenset()))
    assert "Doors ○ Discord left to other processes" in said
    assert "○ Web left to other processes" in said
    assert not any("--worker" in line or "browser" in line for line in said)


def test_a_gateway_says_who_makes_the_pictures(capsys: pytest.CaptureFixture[str]) -> None:
    said = greeted(capsys, part=Part(doors=frozenset({"web"}), worker=False), web=WEB)
    assert "Doors ● Web open at http://127.0.0.1:5000" in said
    assert "○ Slack left to other processes" in said
    assert "Pictures are made by processes that run with --worker." in said


@pytest.mark.parametrize(
    ("database", "pictures", "told"),
    [
        ("postgresql://db.test/bot", "", True),
        ("postgresql://db.test/bot", "s3://pictures/bot", False),
        ("", "", False),
    ],
)
def test_pictures_in_a_folder_beside_a_shared_database_are_remarked_on(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch, database: str, pictures: str, told: bool
) -> None:
    monkeypatch.setenv("IMAGEBOT__STORE__DATABASE_URL", database)
    monkeypatch.setenv("IMAGEBOT__STORE__PICTURES_URL", pictures)
    said = greeted(capsys, web=WEB)
    assert any("store.pictures_url" in line for line in said) is told


def test_a_place_for_alerts_whose_door_is_shut_is_remarked_upon(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("IMAGEBOT__POLICY__ALERT_PLACES", '["slack:C0123"]')
    (said,) = [line for line in greeted(capsys, web=WEB) if line.startswith("! policy.alert_places")]
    assert "slack:C0123" in said
