"""What a platform is told to get wrong: faults planned for requests to come, and gates that hold requests up."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Generic, TypeVar


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
class Planned:
    """One planned fault. A status of None hangs up; a gate alone delays and then lets the request pass."""

    times: int | None
    stage: Stage = Stage.BEFORE
    status: int | None = None
    headers: Mapping[str, str] = field(default_factory=dict)
    body: bytes = b""
    content_type: str = "application/json"
    gate: Gate | None = None


Fault = TypeVar("Fault", bound=Planned)


class Faults(Generic[Fault]):
    """Planned faults, in the order they were asked for."""

    def __init__(self) -> None:
        self._planned: list[Fault] = []

    def plan(self, fault: Fault) -> None:
        self._planned.append(fault)

    def take(self, meets: Callable[[Fault], bool]) -> Fault | None:
        """The first that meets a request, which has one time less left."""
        for fault in self._planned:
            if meets(fault):
                if fault.times is not None:
                    fault.times -= 1
                    if fault.times <= 0:
                        self._planned.remove(fault)
                return fault
        return None

    def clear(self) -> None:
        """Forget them all and open every gate."""
        for fault in self._planned:
            if fault.gate:
                fault.gate.open.set()
        self._planned.clear()
