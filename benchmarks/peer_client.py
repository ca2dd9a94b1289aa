"""Another project's client at work; run by the Python of .venv-peers, which has it, and by nothing else.

`python peer_client.py PEER ORDER` reads the order as JSON: the provider's address, a folder, and for each key how many
tasks are asked for over how many seconds. It prints JSON: when each task's picture was on the disk, by its id and the
machine's steady clock, and for each that was lost its key and what was said.
"""

from __future__ import annotations

import asyncio
import json
import os
import sys
import time
from collections.abc import Awaitable, Callable
from concurrent.futures import ThreadPoolExecutor
from contextlib import redirect_stdout
from pathlib import Path
from typing import Any

os.environ["LITELLM_LOCAL_MODEL_COST_MAP"] = "True"  # else importing it asks the internet for prices
os.environ["BFL_API_KEY"] = "of-no-use"  # LiteLLM reads it here; the key of each task goes in its headers

Paint = Callable[[str], Awaitable[str]]
"""From a key to the link of a finished picture."""


def litellm(url: str, _threads: ThreadPoolExecutor) -> Paint:
    """Its own submit and polling; only its check that tasks are asked for at bfl.ai is lifted, for a server here."""
    import litellm
    from litellm.llms.black_forest_labs.image_generation import handler

    os.environ["BFL_API_BASE"] = url  # it passes on no api_base for this vendor
    litellm.suppress_debug_info = True
    handler.assert_bfl_polling_url = lambda polling_url: None

    async def paint(key: str) -> str:
        made = await litellm.aimage_generation(
            prompt="A lighthouse at dusk",
            model="black_forest_labs/flux-dev",
            extra_headers={"x-key": key},
        )
        return str(made.data[0].url)

    return paint


def blackforest(url: str, threads: ThreadPoolExecutor) -> Paint:
    """A client per key, a thread per task, as it blocks; all its settings are its own but "wait for the picture"."""
    from blackforest import BFLClient
    from blackforest.types.general.client_config import ClientConfig

    clients: dict[str, Any] = {}

    async def paint(key: str) -> str:
        client = clients.setdefault(key, BFLClient(api_key=key, base_url=url))
        inputs, config = {"prompt": "A lighthouse at dusk"}, ClientConfig(sync=True)
        made = await asyncio.get_running_loop().run_in_executor(
            threads, lambda: client.generate("flux-dev", inputs, config)
        )
        return str(made.result["sample"])

    return paint


async def work(name: str, order: dict[str, Any]) -> dict[str, Any]:
    """Ask for everything, each at its moment, and keep what comes."""
    import httpx

    told: dict[str, Any] = {"kept_at": {}, "lost": []}
    with ThreadPoolExecutor(max_workers=sum(order["tasks"].values())) as threads:
        paint = {"litellm": litellm, "blackforest": blackforest}[name](order["url"], threads)
        async with httpx.AsyncClient() as session, asyncio.TaskGroup() as group:

            async def one(key: str, opens_s: float) -> None:
                await asyncio.sleep(opens_s)
                try:
                    link = await paint(key)
                    picture = (await session.get(link)).content
                    path = Path(order["folder"], f"{name}-{link.rpartition('/')[2]}")
                    await asyncio.get_running_loop().run_in_executor(threads, path.write_bytes, picture)
                    told["kept_at"][link.rpartition("/")[2]] = time.monotonic()
                except Exception as error:  # noqa: BLE001 - the outermost line of this task: what is lost is counted
                    told["lost"].append((key, f"{type(error).__name__}: {str(error)[:120]}"))

            for key, count in order["tasks"].items():
                for number in range(count):
                    group.create_task(one(key, order["over_s"] * number / count))
    return told


if __name__ == "__main__":
    with redirect_stdout(sys.stderr):
        end = asyncio.run(work(sys.argv[1], json.loads(sys.argv[2])))
    print(json.dumps(end))
