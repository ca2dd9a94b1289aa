"""Other projects' clients, where `make bench` could install them, as processes with an environment of their own."""

from __future__ import annotations

import asyncio
import json
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from benchmarks.figure import SkippedError

HERE: Final = Path(__file__).parent
VENV: Final = HERE.parent / ".venv-peers"
NAMES: Final = ("litellm", "blackforest")


@dataclass(frozen=True, slots=True)
class Work:
    """What a client brought: when each picture was on the disk by its task's id, and how many it lost by key."""

    kept_at: Mapping[str, float]
    lost: Mapping[str, int]


async def version(name: str) -> str:
    """Of the installed package. Raises SkippedError where it is not there."""
    code = f"import importlib.metadata as all; print(all.version({name!r}))"
    told = await _run("-c", code)
    return told.strip()


async def work(name: str, *, url: str, folder: Path, tasks: Mapping[str, int], over_s: float) -> Work:
    """So many tasks by each key, begun evenly over that time, the client doing what it does by default."""
    order = {"url": url, "folder": str(folder), "tasks": dict(tasks), "over_s": over_s}
    told = json.loads(await _run(str(HERE / "peer_client.py"), name, json.dumps(order)))
    return Work(told["kept_at"], Counter(key for key, _said in told["lost"]))


async def _run(*arguments: str) -> str:
    python = VENV / "bin" / "python"
    if not python.exists():
        raise SkippedError(f"the peers are not installed: pip install -r benchmarks/peers.txt into {VENV.name}")
    process = await asyncio.create_subprocess_exec(
        python, *arguments, stdout=asyncio.subprocess.PIPE, stderr=asyncio.subprocess.PIPE
    )
    out, err = await process.communicate()
    if process.returncode:
        raise SkippedError(f"a peer does not run: {err.decode().strip().splitlines()[-1][:200]}")
    return out.decode()
