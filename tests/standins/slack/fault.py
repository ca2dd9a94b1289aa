"""What Slack's Web API is told to get wrong, and for which requests."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from tests.standins.planned import Planned, Stage


@dataclass(eq=False, slots=True, kw_only=True)
class Fault(Planned):
    """One planned fault, for requests of a method; with `channel` only for those about that channel."""

    method: str
    content_type: str = "application/json; charset=utf-8"
    channel: str = ""

    def meets(self, method: str, args: Mapping[str, Any]) -> bool:
        here = args.get("channel") or args.get("channel_id")
        return self.method == method and self.channel in ("", here)


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
