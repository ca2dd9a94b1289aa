"""Other projects' clients, which a machine may lack."""

from __future__ import annotations

from pathlib import Path

import pytest

from benchmarks import peers
from benchmarks.figure import SkippedError


async def test_a_machine_without_the_peers_is_told_how_to_get_them(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(peers, "VENV", tmp_path / ".venv-peers")
    with pytest.raises(SkippedError, match=r"pip install -r benchmarks/peers.txt into .venv-peers"):
        await peers.version("litellm")
