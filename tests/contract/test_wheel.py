"""What is in the folders is in the wheel: words, pages and migrations travel with the code that reads them."""

from __future__ import annotations

import subprocess
import sys
import zipfile
from pathlib import Path
from shutil import copytree, ignore_patterns

import pytest

HOUSE = Path(__file__).parents[2]
UNWANTED = ignore_patterns("__pycache__")
BUILD = "import sys; from setuptools import build_meta; build_meta.build_wheel(sys.argv[1])"


@pytest.fixture(scope="module")
def source(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("source")
    for package in ("bot", "adapters"):
        copytree(HOUSE / package, folder / package, ignore=UNWANTED)
    for name in ("pyproject.toml", "README.md", "LICENSE"):
        (folder / name).write_bytes((HOUSE / name).read_bytes())
    return folder


def test_the_wheel_holds_every_file_of_the_house(source: Path, tmp_path: Path) -> None:
    written = {str(path.relative_to(source)) for path in source.glob("*/**/*") if path.is_file()}
    subprocess.run([sys.executable, "-c", BUILD, tmp_path], cwd=source, check=True, capture_output=True)
    with zipfile.ZipFile(next(tmp_path.glob("*.whl"))) as wheel:
        packed = set(wheel.namelist())
    assert written - packed == set()
