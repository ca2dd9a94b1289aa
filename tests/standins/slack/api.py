"""The Web API's server: each request read, noted, spoilt if so planned, checked, and handed to what answers it."""

from __future__ import annotations

import base64
import json
import time
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Final

from aiohttp import web

from tests.standins import spec
from tests.standins.planned import Faults, Stage
from tests.standins.slack.fault import Fault
from tests.standins.slack.grant import Grant
from tests.standins.slack.rules import (
    APP_METHODS,
    BY_KIND,
    DOCUMENT,
    OPEN_METHODS,
    STRUCTURED,
    RefusedError,
    check_arguments,
    decoded,
    missing_scope,
)
from tests.standins.slack.world import Channel, Kind, Workspace, World

BASE: Final = "/api/"
BODY_LIMIT: Final = 256 * 1024 * 1024
SECRETS: Final = frozenset({"token", "client_secret", "code", "refresh_token"})


@dataclass(slots=True, kw_only=True)
class Call:
    """A request with its arguments merged from query, form and JSON. at: by the world's clock."""

    request: web.Request = field(repr=False)
    method: str
    args: dict[str, Any]
    token: str = field(repr=False)
    at: datetime
    json: bool
    world: World = field(repr=False)
    _grant: Grant | None = None

    @property
    def grant(self) -> Grant:
        assert self._grant is not None, "a method without a bot's token"
        return self._grant

    @grant.setter
    def grant(self, grant: Grant) -> None:
        self._grant = grant

    @property
    def workspaces(self) -> list[Workspace]:
        """Those that its token is for."""
        if self.grant.team:
            return [self.world.workspaces[self.grant.team]]
        return list(self.world.enterprises[self.grant.enterprise or ""].workspaces)

    @property
    def workspace(self) -> Workspace:
        """The one that its token is for, or that team_id names. Raises RefusedError."""
        if self.grant.team:
            return self.workspaces[0]
        for workspace in self.workspaces:
            if workspace.id == self.args.get("team_id"):
                return workspace
        raise RefusedError("missing_argument", "team_id is needed with an organisation's token", fault=True)

    def channel(self, id_: Any) -> Channel:
        """A channel that the bot may know of. Raises RefusedError."""
        for workspace in self.workspaces:
            channel = workspace.channels.get(id_) if isinstance(id_, str) else None
            if channel and not channel.deleted and (channel.kind is Kind.PUBLIC or channel.bot_is_in):
                return channel
        raise RefusedError("channel_not_found")

    def needs(self, *scopes: str) -> None:
        """Any of these. Raises RefusedError."""
        if not set(scopes) & set(self.grant.scopes):
            raise missing_scope(scopes[0], self.grant.scopes)

    def needs_of(self, channel: Channel, right: str) -> None:
        """The scope that this kind of channel asks for, such as channels:read. Raises RefusedError."""
        self.needs(f"{BY_KIND[channel.kind.value]}:{right}")


@dataclass(slots=True, kw_only=True)
class Heard:
    """One request, without its token. status is None while it is worked on, 0 where the line was cut."""

    method: str
    args: Mapping[str, Any] = field(repr=False)
    at: datetime
    steady_s: float
    team: str = ""
    """Whose token it bore: a workspace's or an organisation's id."""
    status: int | None = None
    error: str = ""

    @property
    def ok(self) -> bool:
        return self.status == 200 and not self.error


Handler = Callable[[Call], Awaitable[dict[str, Any]]]


class Api:
    """One server's Web API part. `violations` are requests that a well-made client would not send."""

    def __init__(self, world: World, ring: Callable[[], None], *, validate: bool) -> None:
        self.world = world
        self.methods = spec.find_methods(DOCUMENT) if validate else None
        self.faults: Faults[Fault] = Faults()
        self.heard: list[Heard] = []
        self.violations: list[str] = []
        self.app_scopes: tuple[str, ...] = ("connections:write",)
        self._ring = ring
        self._handlers: dict[str, Handler] = {}

    def answer(self, method: str, handler: Handler) -> None:
        self._handlers[method] = handler

    def open(self, app: web.Application) -> None:
        for verb in ("GET", "POST"):
            app.router.add_route(verb, BASE + "{method}", self._serve)

    async def _serve(self, request: web.Request) -> web.StreamResponse:
        call = await self._read(request)
        heard = Heard(
            method=call.method,
            args={name: "***" if name in SECRETS else value for name, value in call.args.items()},
            at=call.at,
            steady_s=time.monotonic(),
        )
        self.heard.append(heard)
        try:
            return await self._answered(call, heard)
        finally:
            self._ring()

    async def _answered(self, call: Call, heard: Heard) -> web.StreamResponse:
        fault = self.faults.take(lambda planned: planned.meets(call.method, call.args))
        if fault and fault.gate:
            if fault.stage is Stage.BEFORE:
                await fault.gate.through()
                return await self._carried_out(call, heard)
            answer = await self._carried_out(call, heard)
            await fault.gate.through()
            return answer
        if fault and fault.stage is Stage.BEFORE:
            return _spoilt(call, heard, fault)
        answer = await self._carried_out(call, heard)
        return _spoilt(call, heard, fault) if fault else answer

    async def _carried_out(self, call: Call, heard: Heard) -> web.Response:
        headers = {}
        try:
            handler = self._handlers.get(call.method)
            if handler is None:
                raise RefusedError("unknown_method", f"the stand-in has no {call.method}", fault=True)
            self._admit(call, heard)
            if call.method not in APP_METHODS | OPEN_METHODS:
                headers = {"x-oauth-scopes": ",".join(call.grant.scopes)}
            self._check(call)
            told = {"ok": True, **await handler(call)}
        except RefusedError as error:
            if error.fault:
                self.violations += [f"{call.method}: {one}" for one in error.messages or (error.error,)]
            heard.error = error.error
            told = error.body()
            if error.error == "ratelimited":
                heard.status = 429
                headers |= {"Retry-After": str(error.more.get("retry_after", 1))}
                return web.json_response({"ok": False, "error": "ratelimited"}, status=429, headers=headers)
        heard.status = 200
        return web.json_response(told, headers=headers)

    def _admit(self, call: Call, heard: Heard) -> None:
        """Look at the token and at what it may do. Raises RefusedError."""
        if call.method in OPEN_METHODS:
            return
        if not call.token:
            raise RefusedError("not_authed")
        if call.method in APP_METHODS:
            if call.token != self.world.app_token:
                bot = self.world.grants.find(call.token)
                raise RefusedError("not_allowed_token_type" if bot else "invalid_auth")
            if "connections:write" not in self.app_scopes:
                raise missing_scope("connections:write", self.app_scopes)
            return
        grant = self.world.grants.find(call.token)
        if call.token == self.world.app_token:
            raise RefusedError("not_allowed_token_type")
        if grant is None:
            raise RefusedError("invalid_auth")
        heard.team = grant.team or grant.enterprise or ""
        if grant.trouble:
            raise RefusedError(grant.trouble)
        if self.world.grants.lapsed(grant):
            raise RefusedError("token_expired")
        call.grant = grant
        scopes = self.methods.scopes(call.method) if self.methods and call.method in self.methods else []
        if len(scopes) == 1:  # of several, the handler knows which by the channel's kind
            call.needs(scopes[0])

    def _check(self, call: Call) -> None:
        if self.methods is None:
            return
        if call.json and call.args and not self.methods.reads_json(call.method):
            raise RefusedError("invalid_post_type", f"{call.method} reads no JSON", fault=True)
        check_arguments(self.methods, call.method, call.args)

    async def _read(self, request: web.Request) -> Call:
        method = request.match_info["method"]
        found: dict[str, Any] = dict(request.query)
        in_json = request.content_type == "application/json"
        if in_json:
            body = await request.text()
            found |= json.loads(body) if body else {}
        elif request.method == "POST":
            found |= {name: value for name, value in (await request.post()).items() if isinstance(value, str)}
        token = str(found.pop("token", "") or "")
        scheme, _, value = request.headers.get("Authorization", "").partition(" ")
        if scheme == "Bearer":
            token = value
        elif scheme == "Basic":
            name, _, secret = base64.b64decode(value).decode().partition(":")
            found |= {"client_id": name, "client_secret": secret}
        texts = {name: text for name, text in found.items() if isinstance(text, str)}
        if in_json:
            texts = {name: text for name, text in texts.items() if name in STRUCTURED or name in request.query}
        args = found | decoded(self.methods, method, texts)
        return Call(
            request=request,
            method=method,
            args=args,
            token=token,
            at=self.world.clock.now(),
            json=in_json,
            world=self.world,
        )


def _spoilt(call: Call, heard: Heard, fault: Fault) -> web.Response:
    heard.status = fault.status or 0
    if fault.status is None:
        if call.request.transport is not None:
            call.request.transport.abort()
        return web.Response()
    if fault.content_type.startswith("application/json"):
        heard.error = json.loads(fault.body)["error"]
    headers = {**fault.headers, "Content-Type": fault.content_type}
    return web.Response(status=fault.status, body=fault.body, headers=headers)
