"""The net by ncnn and by NumPy, against Lanczos, on a photograph."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from bot.providers.local import engine, lanczos, net, weights
from bot.providers.local.engine import EngineName
from tests.unit.providers.local.photo import photo, psnr


def ignore(fraction: float) -> None:
    """No one listens."""


def floats(image: Image.Image) -> net.Floats:
    return np.asarray(image.convert("RGB"), np.float32) / np.float32(255)


def image_of(values: net.Floats) -> Image.Image:
    return Image.fromarray((values * 255 + 0.5).astype(np.uint8))


@pytest.fixture
def found(data_dir: Path) -> weights.Weights:
    found = weights.find(data_dir)
    assert found
    return found


def test_x2_beats_lanczos_by_more_than_a_decibel(data_dir: Path) -> None:
    original = photo()
    small = original.resize((256, 256), Image.Resampling.BICUBIC)
    by_net = image_of(engine.open_engine(data_dir).double(floats(small), ignore))
    by_back_projection = image_of(lanczos.BackProjection().double(floats(small), ignore))
    plain = psnr(small.resize((512, 512), Image.Resampling.LANCZOS), original)
    assert psnr(by_net, original) > plain + 1
    assert plain < psnr(by_back_projection, original) < psnr(by_net, original)


def test_numpy_computes_what_ncnn_computes(found: weights.Weights) -> None:
    piece = floats(photo().crop((200, 200, 264, 248)))
    by_ncnn = net.Net(EngineName.NCNN, net.by_ncnn(found, 1)).double(piece, ignore)
    by_numpy = net.Net(EngineName.NUMPY, net.by_numpy(found, 1)).double(piece, ignore)
    assert by_ncnn.shape == by_numpy.shape == (96, 128, 3)
    assert np.abs(by_ncnn - by_numpy).max() * 255 <= 1


def test_tiles_meet_without_a_seam(found: weights.Weights) -> None:
    piece = floats(photo().crop((0, 0, 200, 150)))
    patch = net.by_ncnn(found, 1)
    small, large = (net.Net(EngineName.NCNN, patch, tile=tile).double(piece, ignore) for tile in (64, 256))
    assert np.abs(small - large).max() * 255 <= 1


def test_progress_grows_with_each_tile_and_can_stop_it(found: weights.Weights) -> None:
    piece = floats(photo().crop((0, 0, 130, 130)))
    engine_ = net.Net(EngineName.NCNN, net.by_ncnn(found, 1), tile=64)
    told: list[float] = []
    engine_.double(piece, told.append)
    assert told == sorted(told)
    assert (len(told), told[-1]) == (9, 1.0)

    def stop(fraction: float) -> None:
        raise InterruptedError

    with pytest.raises(InterruptedError):
        engine_.double(piece, stop)


def test_without_weights_the_last_engine_serves(tmp_path: Path) -> None:
    assert engine.open_engine(tmp_path).name is engine.expected(tmp_path) is EngineName.LANCZOS


def test_corrupt_weights_are_as_good_as_none(data_dir: Path, tmp_path: Path) -> None:
    weights.folder(tmp_path).mkdir(parents=True)
    for piece in (weights.LAYERS, weights.VALUES):
        content = bytearray((weights.folder(data_dir) / piece.name).read_bytes())
        content[len(content) // 2] ^= 1
        (weights.folder(tmp_path) / piece.name).write_bytes(content)
    assert engine.open_engine(tmp_path).name is EngineName.LANCZOS


def test_without_ncnn_numpy_runs_the_net(data_dir: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(__import__("sys").modules, "ncnn", None)
    assert engine.open_engine(data_dir).name is EngineName.NUMPY


def test_a_library_that_computes_nonsense_is_not_used(data_dir: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def nonsense(found: weights.Weights, threads: int) -> object:
        return lambda piece: np.zeros((32, 32, 3), np.float32)

    monkeypatch.setattr(net, "by_ncnn", nonsense)
    assert engine.open_engine(data_dir).name is EngineName.NUMPY
