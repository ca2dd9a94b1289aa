"""A stand-in for Black Forest Labs: submit, poll elsewhere, deliver from elsewhere again, webhooks; all can fail."""

from __future__ import annotations

import hashlib
import hmac
import random
import secrets
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from types import TracebackType
from typing import Any

from aiohttp import web
from jsonschema import Draft202012Validator
from jsonschema.exceptions import ValidationError

from bot.clock import Clock, RealClock
from tests.standins import spec
from tests.standins.fault import At, Fault
from tests.standins.front import Call, Front, Heard, Latency, StandIn
from tests.standins.paint import paint
from tests.standins.webhook import Bell

DOCUMENT = "bfl-openapi.json"
LINK_LIFE_S = 600.0
LAG_S = 0.3
REGION = "/eu4"
"""Tasks are polled below this path, never where they were submitted."""
PRICES = {"flux-dev": 2.5, "flux-pro-1.1": 4.0, "flux-pro-1.1-ultra": 6.0, "flux-kontext-max": 8.0}
"""Credits; any other model costs 4."""
ACTIVE_LIMITS = {"flux-kontext-max": 6}
ACTIVE_LIMIT = 24
REASONS = ["Derivative Works Filter"]

_COMMON: dict[str, Any] = {
    "prompt": {"type": "string"},
    "image_prompt": {"type": ["string", "null"]},
    "prompt_upsampling": {"type": "boolean"},
    "seed": {"type": ["integer", "null"]},
    "safety_tolerance": {"type": "integer", "minimum": 0, "maximum": 6},
    "output_format": {"enum": ["jpeg", "png", "webp", None]},
    "webhook_url": {"type": ["string", "null"], "minLength": 1, "maxLength": 2083},
    "webhook_secret": {"type": ["string", "null"]},
}
_SIDE = {"type": "integer", "minimum": 256, "maximum": 1440, "multipleOf": 32}
SCHEMAS: Mapping[str, dict[str, Any]] = {
    "flux-dev": {
        "type": "object",
        "properties": _COMMON
        | {"width": _SIDE, "height": _SIDE}
        | {"steps": {"type": ["integer", "null"], "minimum": 1, "maximum": 50}}
        | {"guidance": {"type": ["number", "null"], "minimum": 1.5, "maximum": 5}},
    },
    "flux-pro-1.1": {"type": "object", "properties": _COMMON | {"width": _SIDE, "height": _SIDE}},
    "flux-pro-1.1-ultra": {
        "type": "object",
        "properties": _COMMON
        | {"aspect_ratio": {"type": "string"}, "raw": {"type": "boolean"}}
        | {"image_prompt_strength": {"type": "number", "minimum": 0, "maximum": 1}},
    },
}
"""What the three models take, for machines without the vendor's description; a contract test compares the two."""

ENDS: Mapping[Fault, tuple[str, Any]] = {
    Fault.REQUEST_MODERATED: ("Request Moderated", {"Moderation Reasons": REASONS}),
    Fault.REQUEST_MODERATED_BARE: ("Request Moderated", None),
    Fault.CONTENT_MODERATED: ("Content Moderated", {"Moderation Reasons": REASONS}),
    Fault.CONTENT_MODERATED_BARE: ("Content Moderated", None),
    Fault.ERROR_OBJECT: ("Error", {"error": "CUDA out of memory"}),
    Fault.ERROR_STRING: ("Error", "CUDA out of memory"),
    Fault.ERROR_NULL: ("Error", None),
    Fault.ERROR_503: ("Error", {"error": "worker lost"}),
    Fault.FAILED: ("Failed", None),
    Fault.VANISHED: ("Task not found", None),
}
"""The last state, and its details, of a task that brings no picture."""


@dataclass(slots=True)
class BflTask:
    """An accepted task; its state follows from its age."""

    id: str
    model: str
    body: Mapping[str, Any]
    accepted_s: float
    work_s: float
    cost: float
    fault: Fault | None
    links: dict[str, datetime] = field(default_factory=dict)
    """Signatures handed out, and when each lapses."""

    def word(self, now_s: float) -> str:
        """The state at a moment of the steady clock."""
        age_s = now_s - self.accepted_s
        if self.fault is Fault.LATE and age_s < LAG_S:
            return "Task not found"
        if self.fault is Fault.PENDING_FOREVER:
            return "Pending"
        if age_s < self.work_s:
            if self.fault is Fault.UNKNOWN_WORD:
                return "Contemplating"
            if self.fault is Fault.WORDY:
                return ("Pending", "Reasoning", "Generating")[min(2, int(3 * age_s / self.work_s))]
            return "Task not found" if self.fault is Fault.VANISHED else "Pending"
        return ENDS[self.fault][0] if self.fault and self.fault in ENDS else "Ready"

    def active(self, now_s: float) -> bool:
        return self.fault is Fault.PENDING_FOREVER or now_s - self.accepted_s < self.work_s

    @property
    def size(self) -> tuple[int, int]:
        """Pixels; an aspect ratio means about four megapixels."""
        if "aspect_ratio" in self.body or self.model.endswith("ultra"):
            across, down = map(int, str(self.body.get("aspect_ratio", "16:9")).split(":"))
            height = (4 * 1024 * 1024 * down / across) ** 0.5
            return round(height * across / down / 32) * 32, round(height / 32) * 32
        return int(self.body.get("width", 1024)), int(self.body.get("height", 768))

    @property
    def file_type(self) -> str:
        return str(self.body.get("output_format") or "jpeg")

    def wrong_type(self) -> str:
        return "png" if self.file_type != "png" else "jpeg"


class FluxStandIn(StandIn):
    """Open it as a context. `tasks` are what was bought, `heard` every request, `leaks` keys sent where none belong.

    keys: those that work; None takes any that does not begin with "bad". on_submit_host: what a poll there answers,
    "Task not found" or "Pending" (users met both).
    """

    def __init__(
        self,
        *,
        clock: Clock | None = None,
        port: int = 0,
        latency: Latency | None = None,
        credits_left: float = 1000.0,
        keys: frozenset[str] | None = None,
        on_submit_host: str = "Task not found",
        seed: int = 7,
    ) -> None:
        self.clock = clock or RealClock()
        self.tasks: dict[str, BflTask] = {}
        self.credits_left = credits_left
        self.turned_away = 0
        """Submits that came while too many tasks were active; a planned 429 is none."""
        self.strangers: set[str] = set()
        """Parameters that were sent and are in no description of the model."""
        self._keys = keys
        self._on_submit_host = on_submit_host
        self._dice = random.Random(seed)
        self._signing = secrets.token_bytes(16)
        self._charged: set[str] = set()
        self._front = Front(
            clock=self.clock,
            port=port,
            latency=latency or Latency(),
            throttled={"detail": "Too many active tasks, please try again later"},
        )
        self._bell = Bell(self.clock)
        self._front.answer(At.SUBMIT, "POST", "/v1/{model:[a-z0-9./-]+}", self._submit)
        self._front.answer(At.POLL, "GET", REGION + "/v1/get_result", self._poll)
        self._front.answer(At.POLL, "GET", "/v1/get_result", self._poll_in_wrong_place)
        self._front.answer(At.DELIVERY, "GET", "/delivery/results/{id}/{file}", self._deliver)
        self._front.answer(At.ACCOUNT, "GET", "/v1/credits", self._account)

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self._bell.close()
        await super().__aexit__(kind, error, trace)

    @property
    def bought(self) -> int:
        """How many tasks were accepted."""
        return len(self.tasks)

    @property
    def charged(self) -> float:
        """Credits for the tasks that are ready."""
        self._settle()
        return sum(self.tasks[name].cost for name in self._charged)

    @property
    def leaks(self) -> list[Heard]:
        """Requests that carried the key to where it must not go."""
        return [one for one in self.heard if one.keyed and (one.at is At.DELIVERY or one.path == "/elsewhere")]

    def _settle(self) -> None:
        now_s = self.clock.steady()
        for task in self.tasks.values():
            if task.id not in self._charged and task.word(now_s) == "Ready":
                self._charged.add(task.id)
                self.credits_left -= task.cost

    async def _submit(self, call: Call) -> web.Response:
        fault = call.fault
        if fault is Fault.BAD_KEY or not self._key_works(call):
            return web.json_response({"detail": "Not authenticated - Invalid Authentication"}, status=403)
        model = call.request.match_info["model"]
        if spec.find(DOCUMENT) is None and model not in SCHEMAS:
            return web.json_response({"detail": "Not Found"}, status=404)
        try:
            complaints = self._complaints(model, call.fields)
        except KeyError:
            return web.json_response({"detail": "Not Found"}, status=404)
        if complaints:
            return web.json_response({"detail": [_detail(complaint) for complaint in complaints]}, status=422)
        cost = PRICES.get(model, 4.0)
        self._settle()
        if fault is Fault.NO_CREDIT or self.credits_left < cost:
            return web.json_response({"detail": "Insufficient credits"}, status=402)
        now_s = self.clock.steady()
        active = sum(task.active(now_s) for task in self.tasks.values() if task.model == model)
        if active >= ACTIVE_LIMITS.get(model, ACTIVE_LIMIT):
            self.turned_away += 1
            return web.json_response({"detail": "Too many active tasks"}, status=429)
        task = self._accept(model, call.fields, cost)
        return web.json_response(await self._claim_check(task, fault))

    def _accept(self, model: str, body: Mapping[str, Any], cost: float) -> BflTask:
        task = BflTask(
            id=secrets.token_hex(16),
            model=model,
            body=dict(body),
            accepted_s=self.clock.steady(),
            work_s=self._dice.uniform(*self._front.latency.work_s),
            cost=cost,
            fault=self.faults.take(At.TASK),
        )
        self.tasks[task.id] = task
        return task

    async def _claim_check(self, task: BflTask, fault: Fault | None) -> dict[str, Any]:
        width, height = task.size
        check = {"id": task.id, "cost": task.cost, "input_mp": None, "output_mp": round(width * height / 1e6, 2)}
        if hook := task.body.get("webhook_url"):
            await self._bell.ring(
                hook, task.body.get("webhook_secret"), task.work_s, lambda: self._state(task), task.fault
            )
            return check | {"status": "Pending", "webhook_url": hook}
        if fault is Fault.NO_ID:
            return {"cost": task.cost}
        if fault is Fault.NO_POLLING_URL:
            return check
        host = "http://notbfl.ai" if fault is Fault.FOREIGN_POLLING_URL else self.url
        return check | {"polling_url": f"{host}{REGION}/v1/get_result?id={task.id}"}

    def _complaints(self, model: str, body: Mapping[str, Any]) -> list[ValidationError]:
        """What is wrong with a submit, by the vendor's description or else by SCHEMAS. KeyError: no such model."""
        found = spec.find(DOCUMENT)
        schema = found.request_schema(f"/v1/{model}", "application/json") if found else SCHEMAS[model]
        self.strangers |= set(body) - set(schema["properties"])
        if found:
            return found.faults_of_request(f"/v1/{model}", "application/json", body)
        return list(Draft202012Validator(schema).iter_errors(body))

    async def _poll(self, call: Call) -> web.Response:
        if not (id_ := call.request.query.get("id")):
            detail = [{"loc": ["query", "id"], "msg": "Field required", "type": "missing"}]
            return web.json_response({"detail": detail}, status=422)
        task = self.tasks.get(id_)
        if task is None:
            return web.json_response({"id": id_, "status": "Task not found", "result": None}, status=404)
        self._settle()
        state = self._state(task)
        broken = task.fault is Fault.ERROR_503 and state["status"] == "Error"
        return web.json_response(state, status=503 if broken else 200)

    async def _poll_in_wrong_place(self, call: Call) -> web.Response:
        """A task with a webhook has no polling address: it can only be asked after where it was submitted."""
        asked = call.request.query.get("id", "")
        task = self.tasks.get(asked)
        if task is not None and task.body.get("webhook_url"):
            return await self._poll(call)
        return web.json_response({"id": asked, "status": self._on_submit_host})

    def _state(self, task: BflTask) -> dict[str, Any]:
        """A poll's answer as of now."""
        now_s = self.clock.steady()
        word = task.word(now_s)
        state: dict[str, Any] = {"id": task.id, "status": word, "result": None, "progress": None, "details": None}
        if task.active(now_s) and task.fault in (Fault.PROGRESS_FRACTION, Fault.PROGRESS_PERCENT):
            done = (now_s - task.accepted_s) / task.work_s
            state["progress"] = round(done, 3) if task.fault is Fault.PROGRESS_FRACTION else round(100 * done, 1)
        if task.fault and task.fault in ENDS and word == ENDS[task.fault][0]:
            state["details"] = ENDS[task.fault][1]
        if word == "Ready":
            state["result"] = {
                "sample": self._link(task),
                "prompt": task.body.get("prompt", ""),
                "seed": task.body.get("seed", 1),
                "start_time": task.accepted_s,
                "end_time": task.accepted_s + task.work_s,
                "duration": task.work_s,
            }
            if task.fault is Fault.READY_WITHOUT_SAMPLE:
                del state["result"]["sample"]
        return state

    def _link(self, task: BflTask) -> str:
        """A signed link of ten minutes; the same until it lapses, then a fresh one."""
        now = self.clock.now()
        live = [(signature, ends) for signature, ends in task.links.items() if ends > now]
        if not live:
            ends = now + timedelta(seconds=LINK_LIFE_S)
            signature = hmac.new(self._signing, f"{task.id}{ends}".encode(), hashlib.sha256).hexdigest()
            task.links[signature] = ends
            live = [(signature, ends)]
        signature, ends = live[-1]
        host = "http://pictures.example" if task.fault is Fault.FOREIGN_SAMPLE else self.url
        query = f"se={ends:%Y-%m-%dT%H%%3A%M%%3A%SZ}&sp=r&sig={signature}"
        return f"{host}/delivery/results/{task.id}/sample.{task.file_type}?{query}"

    async def _deliver(self, call: Call) -> web.Response:
        request = call.request
        task = self.tasks.get(request.match_info["id"])
        ends = task.links.get(request.query.get("sig", "")) if task else None
        if "x-key" in request.headers:
            return web.Response(status=400, text="a key has no business here")
        if task is None or ends is None or ends <= self.clock.now():
            return web.Response(status=403, text="<Error><Code>AuthenticationFailed</Code></Error>")
        fault = call.fault
        if fault is Fault.SAMPLE_404:
            return web.Response(status=404)
        seed = int(task.body.get("seed") or 1)
        file_type = task.wrong_type() if fault is Fault.WRONG_TYPE_IMAGE else task.file_type
        picture = await paint(*task.size, seed=seed, file_type=file_type)
        if fault is Fault.TRUNCATED_IMAGE:
            picture = picture[: len(picture) // 2]
        return web.Response(body=picture, content_type=f"image/{task.file_type}")

    async def _account(self, call: Call) -> web.Response:
        if not self._key_works(call) or call.fault is Fault.BAD_KEY:
            return web.json_response({"detail": "Not authenticated"}, status=403)
        self._settle()
        return web.json_response({"credits": self.credits_left})

    def _key_works(self, call: Call) -> bool:
        key = call.request.headers.get("x-key", "")
        return bool(key) and (not key.startswith("bad") if self._keys is None else key in self._keys)


def _detail(complaint: ValidationError) -> dict[str, Any]:
    return {"loc": ["body", *complaint.absolute_path], "msg": complaint.message[:200], "type": str(complaint.validator)}


def told(stand_in: FluxStandIn) -> list[dict[str, Any]]:
    """What was bought, for tests in another process."""
    now_s = stand_in.clock.steady()
    return [
        {"id": task.id, "model": task.model, "status": task.word(now_s), "cost": task.cost, "body": dict(task.body)}
        for task in stand_in.tasks.values()
    ]
