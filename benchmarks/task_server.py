"""A provider of pictures by task on this machine, with ready times from a list, as a process of its own.

`python -m benchmarks.task_server PLANS` speaks as api.bfl.ai does and prints its port. PLANS is JSON: what happens to
the tasks of each key. All moments are of the machine's steady clock, which its processes share. It also speaks as
api.stability.ai does, whose pictures come with the answer: there nobody waits, and no plan is needed.
"""

from __future__ import annotations

import asyncio
import itertools
import json
import secrets
import sys
import time
from collections import Counter
from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import asdict, dataclass, field
from io import BytesIO
from typing import Final

import aiohttp
from aiohttp import web
from PIL import Image

CALL_S: Final = 0.02
"""What every answer takes, beside its own work."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Plan:
    """The tasks of one key: seconds from submit to ready, in order of arrival, and what goes wrong."""

    work_s: Sequence[float]
    cap: int | None = None
    """Tasks under way above which a submit is answered by a 429."""
    refused_submits: int = 0
    """The first so many submits get a 429 all the same."""
    broken_polls: bool = False
    """The first look at each task gets a proxy's 502."""


@dataclass(slots=True)
class Task:
    """As it came to be. A task is ready at `ready_at`, whoever looks."""

    key: str
    ready_at: float
    gets: int = 0
    id: str = field(default_factory=lambda: secrets.token_hex(8))


@dataclass(frozen=True, slots=True)
class Tasks:
    """The server as its clients see it: its address, and what became of the tasks."""

    url: str

    async def told(self) -> dict[str, Task]:
        """Every task by its id."""
        async with aiohttp.ClientSession() as session, session.get(f"{self.url}/told") as response:
            return {told["id"]: Task(**told) for told in await response.json()}


@asynccontextmanager
async def selling(plans: Mapping[str, Plan]) -> AsyncIterator[Tasks]:
    """The provider, while its process runs."""
    words = json.dumps({key: asdict(plan) for key, plan in plans.items()})
    server = await asyncio.create_subprocess_exec(
        sys.executable, "-m", "benchmarks.task_server", words, stdout=asyncio.subprocess.PIPE
    )
    if server.stdout is None:
        raise RuntimeError("the server has no output")
    try:
        port = int(await asyncio.wait_for(server.stdout.readline(), 30))
        yield Tasks(f"http://127.0.0.1:{port}")
    finally:
        if server.returncode is None:
            server.terminate()
        await server.wait()


class Till:
    """Where tasks are taken and asked for."""

    def __init__(self, plans: Mapping[str, Plan]) -> None:
        self._plans = plans
        self._tasks: dict[str, Task] = {}
        self._submits: Counter[str] = Counter()
        self._taken: Counter[str] = Counter()
        picture = BytesIO()
        Image.effect_noise((128, 96), 64).convert("RGB").save(picture, "WEBP")
        self._picture = picture.getvalue()
        self._colours = itertools.count()

    async def submit(self, request: web.Request) -> web.Response:
        key = request.headers["x-key"]
        await asyncio.sleep(CALL_S)
        plan, now = self._plans[key], time.monotonic()
        self._submits[key] += 1
        if self._submits[key] <= plan.refused_submits or self._full(key, plan.cap, now):
            return web.json_response({"detail": "Too many active tasks, please try again later"}, status=429)
        task = Task(key, now + plan.work_s[self._taken[key] % len(plan.work_s)])
        self._taken[key] += 1
        self._tasks[task.id] = task
        return web.json_response({"id": task.id, "polling_url": f"{_origin(request)}/v1/get_result?id={task.id}"})

    def _full(self, key: str, cap: int | None, now: float) -> bool:
        return cap is not None and cap <= sum(one.ready_at > now for one in self._tasks.values() if one.key == key)

    async def poll(self, request: web.Request) -> web.Response:
        task = self._tasks[request.query["id"]]
        task.gets += 1
        await asyncio.sleep(CALL_S)
        if task.gets == 1 and self._plans[task.key].broken_polls:
            return web.Response(status=502, text="<html><title>Bad Gateway</title></html>", content_type="text/html")
        if time.monotonic() < task.ready_at:
            return web.json_response({"id": task.id, "status": "Pending", "result": None})
        result = {"sample": f"{_origin(request)}/pictures/{task.id}", "seed": 1}
        return web.json_response({"id": task.id, "status": "Ready", "result": result})

    async def picture(self, _request: web.Request) -> web.Response:
        return web.Response(body=self._picture, content_type="image/webp")

    async def at_once(self, _request: web.Request) -> web.Response:
        """A picture unlike all others, so that everybody has to keep it."""
        picture = BytesIO()
        Image.new("RGB", (128, 96), f"#{next(self._colours):06x}").save(picture, "PNG")
        return web.Response(body=picture.getvalue(), content_type="image/png", headers={"finish-reason": "SUCCESS"})

    async def balance(self, _request: web.Request) -> web.Response:
        return web.json_response({"credits": 1000})

    async def told(self, _request: web.Request) -> web.Response:
        return web.json_response([asdict(task) for task in self._tasks.values()])


def _origin(request: web.Request) -> str:
    return f"{request.scheme}://{request.host}"


async def _serve(plans: Mapping[str, Plan]) -> None:
    app, till = web.Application(), Till(plans)
    app.router.add_post("/v1/{model}", till.submit)
    app.router.add_get("/v1/get_result", till.poll)
    app.router.add_get("/pictures/{id}", till.picture)
    app.router.add_post("/v2beta/stable-image/generate/core", till.at_once)
    app.router.add_get("/v1/user/balance", till.balance)
    app.router.add_get("/told", till.told)
    runner = web.AppRunner(app, access_log=None)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0, backlog=1024).start()
    print(runner.addresses[0][1], flush=True)
    await asyncio.Event().wait()


if __name__ == "__main__":
    asyncio.run(_serve({key: Plan(**plan) for key, plan in json.loads(sys.argv[1]).items()}))
