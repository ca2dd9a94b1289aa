"""Run the image vendors' stand-ins: `python -m tests.standins` prints their addresses as one line of JSON.

Another process steers each over HTTP: POST /_control/fault {"fault": "html-502", "at": "submit", "times": 1},
POST /_control/clear, POST /_control/latency {"work_s": [0, 0]}, GET /_control/requests.
With --discord there is a Discord too, with --slack a Slack; control.py in the folder of each tells how it is steered.
"""

from __future__ import annotations

import argparse
import asyncio
import contextlib
import json
import signal
from collections.abc import Callable
from dataclasses import replace
from typing import Any

from aiohttp import web

from tests.clock import ShiftedClock
from tests.standins import bfl, stability
from tests.standins.discord import Discord
from tests.standins.discord.control import Control
from tests.standins.fault import At, Fault
from tests.standins.front import Front, Latency, as_json
from tests.standins.slack import Slack
from tests.standins.slack.control import Control as SlackControl


def control(front: Front, bought: Callable[[], list[dict[str, Any]]]) -> None:
    """Let another process plan faults, set latencies, and count what was bought."""

    async def fault(request: web.Request) -> web.Response:
        asked = await request.json()
        try:
            at = At(asked["at"]) if "at" in asked else None
            front.faults.plan(Fault(asked["fault"]), at=at, times=asked.get("times", 1))
        except (KeyError, ValueError) as error:
            return web.json_response({"error": str(error)}, status=400)
        return web.json_response({})

    async def clear(request: web.Request) -> web.Response:
        front.faults.clear()
        return web.json_response({})

    async def latency(request: web.Request) -> web.Response:
        asked: dict[str, Any] = {
            name: tuple(value) if isinstance(value, list) else value for name, value in (await request.json()).items()
        }
        front.latency = replace(front.latency, **asked)
        return web.json_response({})

    async def requests(request: web.Request) -> web.Response:
        tasks = bought()
        return web.json_response(
            {"bought": len(tasks), "tasks": tasks, "requests": [as_json(heard) for heard in front.heard]}
        )

    front.control("POST", "/_control/fault", fault)
    front.control("POST", "/_control/clear", clear)
    front.control("POST", "/_control/latency", latency)
    front.control("GET", "/_control/requests", requests)


async def serve(
    flux_port: int,
    stability_port: int,
    work_s: tuple[float, float],
    discord_port: int | None,
    slack_port: int | None,
) -> None:
    """The stand-ins until SIGINT or SIGTERM; a Discord and a Slack among them where they have a port."""
    flux = bfl.FluxStandIn(port=flux_port, latency=Latency(work_s=work_s))
    stable = stability.StabilityStandIn(port=stability_port, latency=Latency(submit_s=work_s[0], work_s=work_s))
    control(flux.front, lambda: bfl.told(flux))
    control(stable.front, lambda: stability.told(stable))
    ended = asyncio.Event()
    for name in (signal.SIGINT, signal.SIGTERM):
        asyncio.get_running_loop().add_signal_handler(name, ended.set)
    async with flux, stable, contextlib.AsyncExitStack() as more:
        told: dict[str, Any] = {"flux": flux.url, "stability": stable.url}
        if discord_port is not None:
            clock = ShiftedClock()
            discord = Discord(clock=clock, port=discord_port)
            Control(discord, clock)
            await more.enter_async_context(discord)
            told |= {"discord": discord.api_url, "discord_control": discord.url, "discord_token": discord.token}
        if slack_port is not None:
            clock = ShiftedClock()
            slack = Slack(clock=clock, port=slack_port)
            steered = SlackControl(slack, clock)
            await more.enter_async_context(slack)
            told |= steered.told()
        print(json.dumps(told), flush=True)
        await ended.wait()


def main() -> None:
    """Read the arguments and serve."""
    reader = argparse.ArgumentParser(
        prog="python -m tests.standins", description="Image vendors, Discord and Slack on localhost."
    )
    reader.add_argument("--flux-port", type=int, default=0, help="0 takes a free one")
    reader.add_argument("--stability-port", type=int, default=0, help="0 takes a free one")
    reader.add_argument("--work-s", type=float, nargs=2, default=(1.0, 5.0), help="least and most seconds of a task")
    reader.add_argument("--discord", action="store_true", help="a Discord too, with one guild")
    reader.add_argument("--discord-port", type=int, default=0, help="0 takes a free one")
    reader.add_argument("--slack", action="store_true", help="a Slack too, with one workspace")
    reader.add_argument("--slack-port", type=int, default=0, help="0 takes a free one")
    asked = reader.parse_args()
    discord_port = asked.discord_port if asked.discord else None
    slack_port = asked.slack_port if asked.slack else None
    with contextlib.suppress(KeyboardInterrupt):
        asyncio.run(serve(asked.flux_port, asked.stability_port, tuple(asked.work_s), discord_port, slack_port))


if __name__ == "__main__":
    main()
