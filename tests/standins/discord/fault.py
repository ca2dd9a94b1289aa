"""What Discord's REST is told to get wrong, and for which requests."""

from __future__ import annotations

import asyncio
import fnmatch
import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum


class Stage(StrEnum):
    """When a fault strikes."""

    BEFORE = "before"
    """Nothing happened yet."""
    AFTER = "after"
    """The request was carried out; only its answer goes wrong."""


@dataclass(eq=False, slots=True)
class Gate:
    """Holds requests until `open` is set; `reached` is set when the first arrives. `count` is how many came."""

    open: asyncio.Event = field(default_factory=asyncio.Event)
    reached: asyncio.Event = field(default_factory=asyncio.Event)
    count: int = 0

    async def through(self) -> None:
        self.count += 1
        self.reached.set()
        await self.open.wait()


@dataclass(eq=False, slots=True, kw_only=True)
class Fault:
    """One planned fault. A status of None hangs up; a gate alone delays and then lets the request pass."""

    route: str
    times: int | None
    stage: Stage = Stage.BEFORE
    status: int | None = None
    headers: Mapping[str, str] = field(default_factory=dict)
    body: bytes = b""
    content_type: str = "application/json"
    gate: Gate | None = None

    def meets(self, method: str, template: str) -> bool:
        name = f"{method} {template}"
        return fnmatch.fnmatchcase(name, self.route) if "*" in self.route else self.route in name


class Faults:
    """Planned faults, in the order they were asked for."""

    def __init__(self) -> None:
        self._planned: list[Fault] = []

    def plan(self, fault: Fault) -> None:
        self._planned.append(fault)

    def take(self, method: str, template: str) -> Fault | None:
        for fault in self._planned:
            if fault.meets(method, template):
                if fault.times is not None:
                    fault.times -= 1
                    if fault.times <= 0:
                        self._planned.remove(fault)
                return fault
        return None

    def clear(self) -> None:
        for fault in self._planned:
            if fault.gate:
                fault.gate.open.set()
        self._planned.clear()


class Scope(StrEnum):
    """Whose limit a 429 speaks of."""

    USER = "user"
    GLOBAL = "global"
    SHARED = "shared"


def refusal(
    route: str, *, status: int, code: int, times: int | None, headers: Mapping[str, str], stage: Stage
) -> Fault:
    """Any status: an error of Discord's own, or for 5xx without a code a proxy's HTML page."""
    if status >= 500 and not code:
        page = f"<html><head><title>{status}</title></head><body><center>cloudflare</center></body></html>"
        return Fault(
            route=route, times=times, stage=stage, status=status, headers=headers, body=page.encode(),
            content_type="text/html",
        )  # fmt: skip
    body = json.dumps({"message": f"planned {status}", "code": code}).encode()
    return Fault(route=route, times=times, stage=stage, status=status, headers=headers, body=body)


def throttle(route: str, *, retry_after_s: float, scope: Scope, via: bool, times: int | None) -> Fault:
    """A 429. Without Via it is Cloudflare's own, in HTML."""
    headers = {"Retry-After": f"{retry_after_s:g}"}
    if not via:
        page = b"<html><body>error code: 1015</body></html>"
        return Fault(route=route, times=times, status=429, headers=headers, body=page, content_type="text/html")
    headers |= {"Via": "1.1 google", "X-RateLimit-Scope": scope.value}
    if scope is Scope.GLOBAL:
        headers["X-RateLimit-Global"] = "true"
    told = {
        "message": "You are being rate limited."
        if scope is not Scope.SHARED
        else "The resource is being rate limited.",
        "retry_after": retry_after_s,
        "global": scope is Scope.GLOBAL,
    }
    return Fault(route=route, times=times, status=429, headers=headers, body=json.dumps(told).encode())
