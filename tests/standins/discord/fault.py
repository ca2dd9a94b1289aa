"""What Discord's REST is told to get wrong, and for which requests."""

from __future__ import annotations

import fnmatch
import json
from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum

from tests.standins.planned import Planned, Stage


@dataclass(eq=False, slots=True, kw_only=True)
class Fault(Planned):
    """One planned fault, for requests whose "METHOD /template" contains `route`, or matches it where it has a *."""

    route: str

    def meets(self, method: str, template: str) -> bool:
        name = f"{method} {template}"
        return fnmatch.fnmatchcase(name, self.route) if "*" in self.route else self.route in name


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
