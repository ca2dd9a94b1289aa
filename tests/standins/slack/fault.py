"""What Slack's Web API is told to get wrong, and for which requests."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from tests.standins.discord.fault import Gate, Stage


@dataclass(eq=False, slots=True, kw_only=True)
class Fault:
    """One planned fault. A status of None hangs up; a gate alone delays and then lets the request pass."""

    method: str
    times: int | None
    stage: Stage = Stage.BEFORE
    status: int | None = None
    headers: Mapping[str, str] = field(default_factory=dict)
    body: bytes = b""
    content_type: str = "application/json; charset=utf-8"
    gate: Gate | None = None
    channel: str = ""

    def meets(self, method: str, args: Mapping[str, Any]) -> bool:
        here = args.get("channel") or args.get("channel_id")
        return self.method == method and self.channel in ("", here)


class Faults:
    """Planned faults, in the order they were asked for."""

    def __init__(self) -> None:
        self._planned: list[Fault] = []

    def plan(self, fault: Fault) -> None:
        self._planned.append(fault)

    def take(self, method: str, args: Mapping[str, Any]) -> Fault | None:
        for fault in self._planned:
            if fault.meets(method, args):
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


def refusal(
    method: str, *, error: str, status: int, times: int | None, stage: Stage, channel: str, told: Mapping[str, Any]
) -> Fault:
    """A code of Slack's own with status 200, or a proxy's HTML page with any other."""
    if not error:
        page = f"<html><head><title>{status}</title></head><body>upstream</body></html>".encode()
        return Fault(
            method=method, times=times, stage=stage, status=status, body=page, content_type="text/html", channel=channel
        )
    body = json.dumps({"ok": False, "error": error, **told}).encode()
    return Fault(method=method, times=times, stage=stage, status=status, body=body, channel=channel)


def throttle(method: str, *, retry_after_s: float, channel: str, times: int | None) -> Fault:
    """A 429, as Slack sends it."""
    body = json.dumps({"ok": False, "error": "ratelimited"}).encode()
    headers = {"Retry-After": f"{retry_after_s:g}"}
    return Fault(method=method, times=times, status=429, headers=headers, body=body, channel=channel)
