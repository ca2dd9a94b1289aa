"""The front of a stand-in: a server on localhost that notes every request and goes wrong on demand."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import asdict, dataclass, field, replace
from datetime import timedelta
from email.utils import format_datetime
from types import TracebackType
from typing import Any, Self

from aiohttp import BodyPartReader, web

from bot.clock import Clock
from tests.standins.fault import AFTER_ACCEPTANCE, At, Fault, Faults

THROTTLE_S = 2.0
"""What the injected Retry-After asks for, in seconds; as a date it is this far from the clock's now."""
SECRETS = frozenset({"x-key", "authorization", "cookie"})
BODY_LIMIT = 64 * 1024 * 1024


@dataclass(frozen=True, slots=True, kw_only=True)
class Latency:
    """Seconds by the stand-in's clock. A task's work lasts between the two ends of work_s."""

    submit_s: float = 0.05
    poll_s: float = 0.02
    delivery_s: float = 0.02
    account_s: float = 0.02
    work_s: tuple[float, float] = (1.0, 5.0)

    def of(self, at: At) -> float:
        return {
            At.SUBMIT: self.submit_s,
            At.TASK: 0.0,
            At.POLL: self.poll_s,
            At.DELIVERY: self.delivery_s,
            At.ACCOUNT: self.account_s,
        }[at]


AT_ONCE = Latency(submit_s=0, poll_s=0, delivery_s=0, account_s=0, work_s=(0, 0))


@dataclass(frozen=True, slots=True, kw_only=True)
class Heard:
    """One request as it came in; secrets in its headers are masked, long values of its body cut."""

    at: At
    steady_s: float
    method: str
    path: str
    headers: Mapping[str, str]
    keyed: bool
    """Whether it bore a key."""
    body: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Call:
    """A request with its body read: JSON's object, or a form's fields (files as bytes)."""

    request: web.Request
    fields: Mapping[str, Any]
    size_bytes: int
    fault: Fault | None = None
    """One that only the vendor's own handler can play."""

    @property
    def multipart(self) -> bool:
        return self.request.content_type == "multipart/form-data"


Handler = Callable[[Call], Awaitable[web.StreamResponse]]


class Front:
    """One server. `throttled` is the vendor's body of a 429."""

    def __init__(self, *, clock: Clock, port: int, latency: Latency, throttled: Mapping[str, Any]) -> None:
        self.clock = clock
        self.latency = latency
        self.faults = Faults()
        self.heard: list[Heard] = []
        self._throttled = throttled
        self._app = web.Application(client_max_size=BODY_LIMIT)
        self._app.router.add_route("*", "/elsewhere", self._elsewhere)
        self._runner = web.AppRunner(self._app, access_log=None, shutdown_timeout=0.2)
        self._port = port
        self.url = ""

    def answer(self, at: At, method: str, path: str, handler: Handler) -> None:
        """Serve a route, noted, delayed and spoilt as its kind of call asks."""

        async def handle(request: web.Request) -> web.StreamResponse:
            call = await _read(request)
            self._note(at, call)
            await self.clock.sleep(self.latency.of(at))
            fault = self.faults.take(at)
            if fault is None or not _on_the_way(fault):
                return await handler(replace(call, fault=fault))
            return await self._spoilt(request, fault, lambda: handler(call))

        self._app.router.add_route(method, path, handle)

    def control(self, method: str, path: str, handler: Callable[[web.Request], Awaitable[web.StreamResponse]]) -> None:
        """Serve a route for tests in another process; neither noted nor spoilt."""
        self._app.router.add_route(method, path, handler)

    @property
    def runner(self) -> web.AppRunner:
        """The server, for `outage.away`."""
        return self._runner

    async def start(self) -> None:
        await self._runner.setup()
        site = web.TCPSite(self._runner, "127.0.0.1", self._port)
        await site.start()
        self._port = self._runner.addresses[0][1]
        self.url = f"http://127.0.0.1:{self._port}"

    async def stop(self) -> None:
        await self._runner.cleanup()

    async def _elsewhere(self, request: web.Request) -> web.Response:
        """Where a redirect leads; a client that arrives here with its key has lost it."""
        self._note(At.ACCOUNT, await _read(request))
        return web.json_response({})

    def _note(self, at: At, call: Call) -> None:
        headers = {name.lower(): value for name, value in call.request.headers.items()}
        self.heard.append(
            Heard(
                at=at,
                steady_s=self.clock.steady(),
                method=call.request.method,
                path=call.request.path,
                headers={name: "***" if name in SECRETS else value for name, value in headers.items()},
                keyed=not SECRETS.isdisjoint(headers),
                body={name: _cut(value) for name, value in call.fields.items()},
            )
        )

    async def _spoilt(
        self, request: web.Request, fault: Fault, accept: Callable[[], Awaitable[web.StreamResponse]]
    ) -> web.StreamResponse:
        whole = b""
        if fault in AFTER_ACCEPTANCE:
            answer = await accept()
            whole = answer.body if isinstance(answer, web.Response) and isinstance(answer.body, bytes) else b""
        match fault:
            case Fault.HTML_500:
                return _page(500, "Internal Server Error")
            case Fault.HTML_502 | Fault.ACCEPTED_502:
                return _page(502, "Bad Gateway")
            case Fault.BUSY_503:
                return web.json_response({"detail": "Service is busy"}, status=503)
            case Fault.THROTTLED:
                return web.json_response(self._throttled, status=429)
            case Fault.THROTTLED_SECONDS:
                return web.json_response(self._throttled, status=429, headers={"retry-after": f"{THROTTLE_S:g}"})
            case Fault.THROTTLED_DATE:
                until = format_datetime(self.clock.now() + timedelta(seconds=THROTTLE_S), usegmt=True)
                return web.json_response(self._throttled, status=429, headers={"retry-after": until})
            case Fault.REDIRECT:
                return web.Response(status=302, headers={"location": f"{self.url}/elsewhere"})
            case Fault.GARBAGE:
                return web.Response(body=b'{"id": "half an ans', content_type="application/json")
            case Fault.CUT_BODY:
                return await _partly(request, whole, promised=len(whole))
            case Fault.SLOW_BODY:
                return await _drip(request, whole)
            case Fault.ENDLESS:
                return await _flood(request)
            case _:
                return _hang_up(request)


def _on_the_way(fault: Fault) -> bool:
    names = list(Fault)
    return names.index(fault) <= names.index(Fault.ENDLESS)


async def _read(request: web.Request) -> Call:
    if request.content_type == "multipart/form-data":
        fields: dict[str, Any] = {}
        size = 0
        async for part in await request.multipart():
            if isinstance(part, BodyPartReader):
                value = await part.read()
                size += len(value)
                fields[part.name or ""] = bytes(value) if part.filename else value.decode()
        return Call(request, fields, size)
    body = await request.read()
    try:
        found = json.loads(body)
    except ValueError:
        found = {}
    return Call(request, found if isinstance(found, dict) else {}, len(body))


def _cut(value: Any) -> Any:
    match value:
        case bytes():
            return f"{len(value)} bytes"
        case str() if len(value) > 2000:
            return f"{len(value)} characters"
        case _:
            return value


def _page(status: int, title: str) -> web.Response:
    page = f"<html><head><title>{status} {title}</title></head><body><h1>{title}</h1></body></html>"
    return web.Response(text=page, status=status, content_type="text/html")


def _hang_up(request: web.Request) -> web.Response:
    if request.transport is not None:
        request.transport.abort()
    return web.Response()


async def _partly(request: web.Request, whole: bytes, *, promised: int) -> web.StreamResponse:
    """Half of the body, then the line is cut."""
    response = web.StreamResponse(headers={"content-length": str(promised), "content-type": "application/json"})
    await response.prepare(request)
    await response.write(whole[: promised // 2])
    await asyncio.sleep(0)
    _hang_up(request)
    return response


async def _drip(request: web.Request, whole: bytes) -> web.StreamResponse:
    """A first byte, then blanks for as long as the client stays."""
    response = web.StreamResponse(headers={"content-type": "application/json"})
    await response.prepare(request)
    while request.transport is not None and not request.transport.is_closing():
        await response.write(b" ")
        await asyncio.sleep(0.02)
    return response


async def _flood(request: web.Request) -> web.StreamResponse:
    """More than anybody should take, for as long as the client stays."""
    response = web.StreamResponse(headers={"content-type": "application/octet-stream"})
    await response.prepare(request)
    block = bytes(256 * 1024)
    try:
        while request.transport is not None and not request.transport.is_closing():
            await response.write(block)
    except ConnectionError:
        pass
    return response


def as_json(heard: Heard) -> dict[str, Any]:
    return asdict(heard)


class StandIn:
    """What tests hold of any vendor's stand-in: opened as a context, steered and asked through its front."""

    _front: Front

    async def __aenter__(self) -> Self:
        await self._front.start()
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self._front.stop()

    @property
    def front(self) -> Front:
        return self._front

    @property
    def url(self) -> str:
        return self._front.url

    @property
    def faults(self) -> Faults:
        return self._front.faults

    @property
    def heard(self) -> list[Heard]:
        return self._front.heard

    def requests(self, at: At) -> list[Heard]:
        return [heard for heard in self._front.heard if heard.at is at]

    def fault(self, fault: Fault, *, at: At | None = None, times: int | None = 1) -> None:
        """Get the next `times` calls of a kind wrong; None means all until `faults.clear()`."""
        self.faults.plan(fault, at=at, times=times)
