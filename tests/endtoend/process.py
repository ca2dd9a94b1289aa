"""The real programs as processes of their own: the bot, and the vendors' stand-ins beside it."""

from __future__ import annotations

import asyncio
import json
import os
import signal
import socket
import sys
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, TypeVar
from urllib.parse import urlsplit

import aiohttp

T = TypeVar("T")
REPOSITORY = Path(__file__).parents[2]
PATIENCE_S = 45.0
"""How long anything may take on a busy machine before a test calls it lost."""


async def until(look: Callable[[], Awaitable[T | None]], what: str) -> T:
    """Look again and again until there is something; fails after PATIENCE_S."""
    try:
        async with asyncio.timeout(PATIENCE_S):
            while True:
                found = await look()
                if found is not None:
                    return found
                await asyncio.sleep(0.05)  # between two looks, not for luck
    except TimeoutError:
        raise AssertionError(f"waited {PATIENCE_S} s for {what}") from None


def free_port() -> int:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        port: int = taken.getsockname()[1]
        return port


@dataclass
class Vendors:
    """`python -m tests.standins`, steered over its control addresses."""

    work_s: tuple[float, float] = (0.2, 0.4)
    flux: str = ""
    stability: str = ""
    _process: asyncio.subprocess.Process | None = None

    async def __aenter__(self) -> Vendors:
        self._process = await asyncio.create_subprocess_exec(
            sys.executable, "-m", "tests.standins", "--work-s", *map(str, self.work_s),
            cwd=REPOSITORY, stdout=asyncio.subprocess.PIPE,
        )  # fmt: skip
        assert self._process.stdout is not None
        async with asyncio.timeout(PATIENCE_S):
            said = json.loads(await self._process.stdout.readline())
        self.flux, self.stability = said["flux"], said["stability"]
        return self

    async def __aexit__(self, *_: object) -> None:
        if self._process is not None and self._process.returncode is None:
            self._process.terminate()
            await self._process.wait()

    async def fault(self, name: str, *, at: str | None = None, times: int = 1) -> None:
        asked = {"fault": name, "times": times} | ({"at": at} if at else {})
        await self._ask("POST", "/_control/fault", asked)

    async def latency(self, **seconds: Any) -> None:
        await self._ask("POST", "/_control/latency", seconds)

    async def bought(self) -> list[dict[str, Any]]:
        """What FLUX sold: one entry a task."""
        tasks: list[dict[str, Any]] = (await self._ask("GET", "/_control/requests"))["tasks"]
        return tasks

    async def heard(self) -> list[dict[str, Any]]:
        requests: list[dict[str, Any]] = (await self._ask("GET", "/_control/requests"))["requests"]
        return requests

    async def _ask(self, method: str, path: str, body: Any = None) -> dict[str, Any]:
        async with (
            aiohttp.ClientSession() as session,
            session.request(method, self.flux + path, json=body) as answer,
        ):
            assert answer.status == 200, await answer.text()
            said: dict[str, Any] = await answer.json()
            return said


@dataclass
class Bot:
    """`imagebot run` on a folder of its own; killed and started again as often as a test likes."""

    folder: Path
    vendors: Vendors | None = None
    settings: dict[str, str] = field(default_factory=dict)
    port: int = field(default_factory=free_port)
    arguments: Sequence[str] = ("-m", "bot", "run")
    log_name: str = "bot.log"
    """Its own, where several processes share a folder."""
    _process: asyncio.subprocess.Process | None = None

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    @property
    def pid(self) -> int:
        assert self._process is not None
        return self._process.pid

    @property
    def alive(self) -> bool:
        return self._process is not None and self._process.returncode is None

    def environment(self, die_at: str = "") -> dict[str, str]:
        kept = {name: os.environ[name] for name in ("PATH", "LANG", "HOME") if name in os.environ}
        asked = kept | {
            "PYTHONPATH": str(REPOSITORY),
            "IMAGEBOT__WEB__PORT": str(self.port),
            "IMAGEBOT__POLICY__JOBS_PER_MINUTE": "0",
            "IMAGEBOT__POLICY__CONCURRENT_JOBS": "0",
            "IMAGEBOT__POLICY__PICTURES_PER_DAY": "0",
            "IMAGEBOT__WEB__REQUESTS_PER_MINUTE": "10000",
        }
        if self.vendors is not None:
            port = urlsplit(self.vendors.flux).port
            asked |= {
                "BFL_API_KEY": "bfl_test_key_0123456789",
                "IMAGEBOT__PROVIDERS__FLUX__BASE_URL": self.vendors.flux,
                "IMAGEBOT__PROVIDERS__FLUX__POLL_HOSTS": json.dumps([f"127.0.0.1:{port}", f"localhost:{port}"]),
            }
        if die_at:
            asked["IMAGEBOT_DIE_AT"] = die_at
        return asked | self.settings

    async def start(self, *, die_at: str = "") -> None:
        """Start it and wait until it answers, or until it has died at its point."""
        await self.launch(die_at=die_at)

        async def ready() -> bool | None:
            assert self._process is not None
            if self._process.returncode is not None:
                return True if die_at else None
            try:
                async with aiohttp.ClientSession() as session, session.get(f"{self.url}/health") as answer:
                    return True if answer.status == 200 else None
            except aiohttp.ClientError:
                return None

        await until(ready, f"the bot to answer: {self.log()[-2000:]}")

    async def launch(self, *, die_at: str = "") -> None:
        """Start it and wait for nothing."""
        with (self.folder / self.log_name).open("ab") as log:
            self._process = await asyncio.create_subprocess_exec(
                sys.executable, *self.arguments,
                cwd=self.folder, env=self.environment(die_at), stdout=log, stderr=log,
            )  # fmt: skip

    async def died(self) -> int:
        """Wait for the process to end by itself; its exit code."""
        assert self._process is not None
        async with asyncio.timeout(PATIENCE_S):
            return await self._process.wait()

    async def kill(self) -> None:
        """kill -9."""
        assert self._process is not None
        if self._process.returncode is None:
            self._process.send_signal(signal.SIGKILL)
        await self._process.wait()

    async def stop(self, sign: signal.Signals = signal.SIGINT) -> int:
        """Ask it to end, as Ctrl-C does; its exit code."""
        assert self._process is not None
        if self._process.returncode is None:
            self._process.send_signal(sign)
        async with asyncio.timeout(PATIENCE_S):
            return await self._process.wait()

    def send(self, sign: signal.Signals) -> None:
        """A signal, without waiting for what comes of it."""
        assert self._process is not None
        self._process.send_signal(sign)

    async def end(self) -> None:
        """Leave nothing running, whatever happened."""
        if self._process is not None and self._process.returncode is None:
            await self.kill()

    def log(self) -> str:
        path = self.folder / self.log_name
        return path.read_text(errors="replace") if path.exists() else ""

    async def say(self, text: str) -> None:
        """Type into the channel; a bot that dies of it does not answer."""
        form = aiohttp.FormData({"text": text}, default_to_multipart=True)
        try:
            async with (
                aiohttp.ClientSession(headers={"Origin": self.url, "Sec-Fetch-Site": "same-origin"}) as session,
                session.post(f"{self.url}/channel/messages", data=form) as answer,
            ):
                assert answer.status == 202, await answer.text()
        except aiohttp.ClientError:
            return
