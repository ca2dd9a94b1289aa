"""The REST server: each request read, noted, spoilt if so planned, checked, and handed to what answers it."""

from __future__ import annotations

import json
import re
import time
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Final

from aiohttp import BodyPartReader, web

from tests.standins import spec
from tests.standins.discord.fault import Fault
from tests.standins.discord.message import clean_name
from tests.standins.discord.rules import RefusedError, invalid, unauthorized
from tests.standins.discord.world import World
from tests.standins.planned import Faults, Stage

DOCUMENT: Final = "discord-openapi.json"
BASE: Final = "/api/v10"
BODY_LIMIT: Final = 128 * 1024 * 1024
TOKEN_ROUTES: Final = ("/interactions/", "/webhooks/")
"""Their addresses hold a token of their own; no bot token is needed."""


@dataclass(frozen=True, slots=True)
class Upload:
    """A part files[n]."""

    index: int
    name: str
    content: bytes = field(repr=False)


@dataclass(frozen=True, slots=True)
class Call:
    """A request with its body read. at: by the world's clock; steady_s: by the machine's."""

    request: web.Request = field(repr=False)
    template: str
    ids: Mapping[str, str]
    body: Any
    uploads: tuple[Upload, ...]
    at: datetime

    def id(self, name: str) -> int:
        """A snowflake of the path. Raises RefusedError."""
        value = self.ids[name]
        if not re.fullmatch(r"\d{1,20}", value):
            raise invalid(f"{name}: Value {value!r} is not snowflake.")
        return int(value)

    def flag(self, name: str) -> bool:
        """A yes or no of the query."""
        return self.request.query.get(name, "").lower() in ("1", "true")


@dataclass(slots=True, kw_only=True)
class Heard:
    """One request, without its tokens. status is None while it is worked on, 0 where the line was cut."""

    method: str
    route: str
    """The path's template, such as /channels/{channel_id}/messages."""
    ids: Mapping[str, str]
    at: datetime
    steady_s: float
    body: Any = field(default=None, repr=False)
    files: tuple[str, ...] = ()
    status: int | None = None
    code: int = 0
    """Of a refusal."""


Handler = Callable[[Call], Awaitable[Any]]
"""Returns what to tell as JSON; None means 204."""


class Rest:
    """One server's REST part."""

    def __init__(self, world: World, ring: Callable[[], None], *, validate: bool) -> None:
        self.world = world
        self.faults: Faults[Fault] = Faults()
        self.heard: list[Heard] = []
        self.violations: list[str] = []
        self.content_type = "application/json"
        self._ring = ring
        self._spec = spec.find(DOCUMENT) if validate else None

    def answer(self, app: web.Application, method: str, template: str, handler: Handler) -> None:
        """Serve a route of the official document; its path is the template."""

        async def handle(request: web.Request) -> web.StreamResponse:
            call = await _read(request, template, self.world.clock.now())
            heard = self._note(call)
            try:
                return await self._answered(call, heard, handler)
            finally:
                self._ring()

        app.router.add_route(method, BASE + template, handle)

    async def _answered(self, call: Call, heard: Heard, handler: Handler) -> web.StreamResponse:
        fault = self.faults.take(lambda planned: planned.meets(heard.method, heard.route))
        if fault and fault.gate:
            if fault.stage is Stage.BEFORE:
                await fault.gate.through()
            else:
                answer = await self._carried_out(call, heard, handler)
                await fault.gate.through()
                return answer
        elif fault and fault.stage is Stage.BEFORE:
            return self._spoilt(call, heard, fault)
        answer = await self._carried_out(call, heard, handler)
        if fault and fault.stage is Stage.AFTER:
            return self._spoilt(call, heard, fault)
        return answer

    async def _carried_out(self, call: Call, heard: Heard, handler: Handler) -> web.Response:
        try:
            self._check(call)
            told = await handler(call)
        except RefusedError as error:
            if error.code == 50035:
                self.violations += [f"{heard.method} {heard.route}: {complaint}" for complaint in error.errors]
            heard.status, heard.code = error.status, error.code
            return self._json(call, error.status, error.body())
        heard.status = 204 if told is None else 200
        return self._json(call, heard.status, told)

    def _check(self, call: Call) -> None:
        keyed = call.request.headers.get("Authorization") == f"Bot {self.world.token}"
        if not (keyed or call.template.startswith(TOKEN_ROUTES)):
            raise unauthorized()
        if self._spec and call.body is not None:
            body = lenient(call.body)
            if complaints := self._spec.complaints(call.template, call.request.method.lower(), body):
                raise invalid(*complaints)

    def _json(self, call: Call, status: int, told: Any) -> web.Response:
        bucket = format(hash((call.request.method, call.template)) & 0xFFFFFFFF, "x")
        headers = {
            "X-RateLimit-Limit": "1000",
            "X-RateLimit-Remaining": "999",
            "X-RateLimit-Reset": f"{time.time() + 1:.3f}",
            "X-RateLimit-Reset-After": "1.000",
            "X-RateLimit-Bucket": bucket,
            "Via": "1.1 google",
        }
        if told is None:
            return web.Response(status=status, headers=headers)
        headers["Content-Type"] = self.content_type
        return web.Response(status=status, body=json.dumps(told).encode(), headers=headers)

    def _spoilt(self, call: Call, heard: Heard, fault: Fault) -> web.Response:
        heard.status = fault.status or 0
        if fault.status is None:
            if call.request.transport is not None:
                call.request.transport.abort()
            return web.Response()
        headers = {**fault.headers, "Content-Type": fault.content_type}
        return web.Response(status=fault.status, body=fault.body, headers=headers)

    def _note(self, call: Call) -> Heard:
        heard = Heard(
            method=call.request.method,
            route=call.template,
            ids={name: "***" if name.endswith("token") else value for name, value in call.ids.items()},
            at=call.at,
            steady_s=time.monotonic(),
            body=call.body,
            files=tuple(upload.name for upload in call.uploads),
        )
        self.heard.append(heard)
        return heard


async def _read(request: web.Request, template: str, at: datetime) -> Call:
    body: Any = None
    uploads = []
    if request.content_type == "multipart/form-data":
        async for part in await request.multipart():
            if not isinstance(part, BodyPartReader):
                continue
            content = bytes(await part.read())
            if part.name == "payload_json":
                body = json.loads(content)
            elif found := re.fullmatch(r"files\[(\d+)\]", part.name or ""):
                uploads.append(Upload(int(found[1]), clean_name(part.filename or ""), content))
    elif raw := await request.read():
        body = json.loads(raw)
    return Call(request, template, dict(request.match_info), body, tuple(uploads), at)


def lenient(body: Any) -> Any:
    """The body with those spellings made strict that Discord takes and its document does not list.

    - An attachment's id may be a number: the index of its files[n] part (vendor's guide on uploads; discord.py).
    - Ids in message_reference and allowed_mentions may be numbers (snowflakes are taken as either; discord.py).
    - recipient_id likewise.
    """
    if isinstance(body, list):
        return [lenient(one) for one in body]
    if not isinstance(body, dict):
        return body
    told: dict[str, Any] = dict(body)
    if isinstance(attachments := body.get("attachments"), list):
        told["attachments"] = [_texts(one, ("id",)) for one in attachments]
    if isinstance(reference := body.get("message_reference"), dict):
        told["message_reference"] = _texts(reference, ("message_id", "channel_id", "guild_id"))
    if isinstance(allowed := body.get("allowed_mentions"), dict):
        told["allowed_mentions"] = {
            kind: [str(one) for one in ids] if isinstance(ids, list) else ids for kind, ids in allowed.items()
        }
    if "data" in body:
        told["data"] = lenient(body["data"])
    return _texts(told, ("recipient_id",))


def _texts(value: dict[str, Any], names: tuple[str, ...]) -> dict[str, Any]:
    return {name: str(one) if name in names and isinstance(one, int) else one for name, one in value.items()}
