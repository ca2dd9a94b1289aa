"""A stand-in for Stability AI: multipart calls that paint or enlarge at once, and one upscale that takes its time."""

from __future__ import annotations

import base64
import random
import secrets
from collections import deque
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from typing import Any

from aiohttp import web

from bot.clock import Clock, RealClock
from tests.standins import spec
from tests.standins.fault import At, Fault
from tests.standins.front import Call, Front, Heard, Latency, StandIn
from tests.standins.paint import enlarge, paint, size_of

DOCUMENT = "stability-openapi.json"
BODY_LIMIT = 10 * 1024 * 1024
SHUT_OUT_S = 60.0
WINDOW_S, WINDOW_CALLS = 10.0, 150
RESULT_LIFE_S = 24 * 3600.0
POLL_SPACING_S = 10.0
RATIOS = ("21:9", "16:9", "3:2", "5:4", "1:1", "4:5", "2:3", "9:16", "9:21")
PRICES = {"core": 3.0, "fast": 2.0, "creative": 60.0}
CORE, FAST, CREATIVE = (
    "/v2beta/stable-image/generate/core",
    "/v2beta/stable-image/upscale/fast",
    "/v2beta/stable-image/upscale/creative",
)
TYPES = ("png", "jpeg", "webp")


@dataclass(frozen=True, slots=True)
class Sale:
    """A picture that was made and charged."""

    model: str
    fields: Mapping[str, Any]


@dataclass(slots=True)
class Creation:
    """An upscale under way; polled with the key that began it."""

    key: str
    began_s: float
    work_s: float
    picture: bytes
    file_type: str
    polled_s: float | None = None


class RefusedError(Exception):
    """A call that the vendor does not take."""

    def __init__(self, status: int, name: str, sentence: str) -> None:
        super().__init__(sentence)
        self.status, self.name, self.sentence = status, name, sentence

    def answer(self) -> web.Response:
        id_ = self.name if self.status == 429 else secrets.token_hex(16)
        return web.json_response({"id": id_, "name": self.name, "errors": [self.sentence]}, status=self.status)


REFUSALS: Mapping[Fault, RefusedError] = {
    Fault.BAD_KEY: RefusedError(401, "unauthorized", "authorization: invalid or missing header value"),
    Fault.NO_CREDIT: RefusedError(402, "payment_required", "You lack sufficient credits to make this request."),
    Fault.MODERATED_403: RefusedError(
        403, "content_moderation", "Your request was flagged by our content moderation system, and was denied."
    ),
    Fault.INVALID_LANGUAGE: RefusedError(
        422, "invalid_language", "English is the only supported language for this service."
    ),
    Fault.PUBLIC_FIGURE: RefusedError(
        422, "public_figure", "Our system detected the likeness of a public figure in your image."
    ),
    Fault.INTERNAL_ERROR: RefusedError(500, "internal_error", "An unexpected server error has occurred."),
}
_THROTTLED = RefusedError(429, "rate_limit_exceeded", "You have exceeded the rate limit of 150 requests in 10 s.")


class StabilityStandIn(StandIn):
    """Open it as a context. `sales` are what was charged, `heard` every request, `hasty` polls closer than 10 s.

    keys: those that work; None takes any that does not begin with "bad".
    """

    def __init__(
        self,
        *,
        clock: Clock | None = None,
        port: int = 0,
        latency: Latency | None = None,
        credits_left: float = 1000.0,
        keys: frozenset[str] | None = None,
        seed: int = 7,
    ) -> None:
        self.clock = clock or RealClock()
        self.sales: list[Sale] = []
        self.credits_left = credits_left
        self.hasty: list[str] = []
        self._keys = keys
        self._dice = random.Random(seed)
        self._calls: dict[str, deque[float]] = {}
        self._shut_until: dict[str, float] = {}
        self._creations: dict[str, Creation] = {}
        self._front = Front(
            clock=self.clock,
            port=port,
            latency=latency or Latency(submit_s=1.0),
            throttled={"id": _THROTTLED.name, "name": _THROTTLED.name, "errors": [_THROTTLED.sentence]},
        )
        for path, act in ((CORE, self._core), (FAST, self._fast), (CREATIVE, self._creative)):
            self._front.answer(At.SUBMIT, "POST", path, self._guarded(act))
        self._front.answer(At.POLL, "GET", "/v2beta/results/{id}", self._guarded(self._result))
        self._front.answer(At.ACCOUNT, "GET", "/v1/user/balance", self._guarded(self._balance))

    @property
    def bought(self) -> int:
        """How many pictures were charged."""
        return len(self.sales)

    @property
    def leaks(self) -> list[Heard]:
        """Requests that carried the key to where it must not go."""
        return [heard for heard in self.heard if heard.keyed and heard.path == "/elsewhere"]

    def _guarded(
        self, act: Callable[[Call], Awaitable[web.StreamResponse]]
    ) -> Callable[[Call], Awaitable[web.StreamResponse]]:
        """Key and rate before anything else; refusals in the vendor's shape."""

        async def handle(call: Call) -> web.StreamResponse:
            try:
                self._admit(call)
                return await act(call)
            except RefusedError as refused:
                return refused.answer()

        return handle

    def _admit(self, call: Call) -> None:
        scheme, _, key = call.request.headers.get("authorization", "").partition(" ")
        works = bool(key) and (not key.startswith("bad") if self._keys is None else key in self._keys)
        if scheme != "Bearer" or not works:
            raise REFUSALS[Fault.BAD_KEY]
        now_s = self.clock.steady()
        calls = self._calls.setdefault(key, deque())
        calls.append(now_s)
        while calls[0] <= now_s - WINDOW_S:
            calls.popleft()
        if len(calls) > WINDOW_CALLS:
            self._shut_until[key] = now_s + SHUT_OUT_S
        if now_s < self._shut_until.get(key, 0.0):
            raise _THROTTLED
        if call.fault and call.fault in REFUSALS:
            raise REFUSALS[call.fault]

    def _checked(self, call: Call, path: str) -> str:
        """What every paid call needs; the file type that it asks for. Raises RefusedError."""
        if not call.multipart:
            raise RefusedError(400, "bad_request", "content-type: must be multipart/form-data")
        if call.size_bytes > BODY_LIMIT or (call.request.content_length or 0) > BODY_LIMIT:
            raise RefusedError(413, "payload_too_large", "body: payloads cannot be larger than 10MiB in size")
        if call.request.headers.get("accept", "*/*") not in ("image/*", "application/json", "*/*"):
            raise RefusedError(400, "bad_request", "accept: must be image/* or application/json")
        if (file_type := call.fields.get("output_format", "png")) not in TYPES:
            raise RefusedError(400, "bad_request", "output_format: must be one of png, jpeg, webp")
        if found := spec.find(DOCUMENT):
            known = found.request_schema(path, "multipart/form-data")["properties"]
            if unknown := set(call.fields) - set(known):
                raise RefusedError(400, "bad_request", f"{min(unknown)}: is not allowed")
        price = PRICES[path.rpartition("/")[2]]
        if self.credits_left < price:
            raise REFUSALS[Fault.NO_CREDIT]
        return str(file_type)

    def _sell(self, path: str, call: Call) -> None:
        model = path.rpartition("/")[2]
        self.credits_left -= PRICES[model]
        self.sales.append(Sale(model, {name: value for name, value in call.fields.items() if name != "image"}))

    async def _core(self, call: Call) -> web.Response:
        file_type = self._checked(call, CORE)
        prompt, ratio = call.fields.get("prompt", ""), call.fields.get("aspect_ratio", "1:1")
        if not 1 <= len(prompt) <= 10_000:
            raise RefusedError(400, "bad_request", "prompt: must be 1 to 10000 characters")
        if ratio not in RATIOS:
            raise RefusedError(400, "bad_request", f"aspect_ratio: must be one of {', '.join(RATIOS)}")
        seed = _whole(call.fields.get("seed", "0"))
        if seed is None or not 0 <= seed <= 4_294_967_294:
            raise RefusedError(400, "bad_request", "seed: must be from 0 to 4294967294")
        seed = seed or self._dice.randrange(1, 2**32 - 1)
        across, down = map(int, ratio.split(":"))
        height = (1_500_000 * down / across) ** 0.5
        width, height = round(height * across / down / 16) * 16, round(height / 16) * 16
        picture = await paint(width, height, seed=seed, file_type=_delivered(call, file_type))
        return self._sold(call, CORE, picture, file_type, seed)

    async def _fast(self, call: Call) -> web.Response:
        file_type = self._checked(call, FAST)
        await _measured(call, least=32, most=1536, area=(1024, 1_048_576))
        picture = await enlarge(call.fields["image"], 4, file_type=_delivered(call, file_type))
        return self._sold(call, FAST, picture, file_type, 0)

    async def _creative(self, call: Call) -> web.Response:
        file_type = self._checked(call, CREATIVE)
        await _measured(call, least=64, most=16_384, area=(4096, 1_048_576))
        if not call.fields.get("prompt"):
            raise RefusedError(400, "bad_request", "prompt: is required")
        id_ = secrets.token_hex(32)
        self._creations[id_] = Creation(
            key=call.request.headers["authorization"],
            began_s=self.clock.steady(),
            work_s=self._dice.uniform(*self._front.latency.work_s),
            picture=await enlarge(call.fields["image"], 4, file_type=file_type),
            file_type=file_type,
        )
        self._sell(CREATIVE, call)
        return web.json_response({"id": id_})

    async def _result(self, call: Call) -> web.Response:
        id_, now_s = call.request.match_info["id"], self.clock.steady()
        made = self._creations.get(id_)
        if made is None or made.key != call.request.headers["authorization"] or now_s - made.began_s > RESULT_LIFE_S:
            raise RefusedError(404, "generation_not_found", "id: the generation does not exist or has expired.")
        if made.polled_s is not None and now_s - made.polled_s < POLL_SPACING_S:
            self.hasty.append(id_)
        made.polled_s = now_s
        if now_s - made.began_s < made.work_s:
            return web.json_response({"id": id_, "status": "in-progress"}, status=202)
        return _wrapped(call, made.picture, made.file_type, 0, "SUCCESS")

    async def _balance(self, call: Call) -> web.Response:
        return web.json_response({"credits": self.credits_left})

    def _sold(self, call: Call, path: str, picture: bytes, file_type: str, seed: int) -> web.Response:
        fault = call.fault
        if fault is Fault.TRUNCATED_IMAGE:
            picture = picture[: len(picture) // 2]
        self._sell(path, call)
        return _wrapped(
            call, picture, file_type, seed, "CONTENT_FILTERED" if fault is Fault.CONTENT_FILTERED else "SUCCESS"
        )


def told(stand_in: StabilityStandIn) -> list[dict[str, Any]]:
    """What was bought, for tests in another process."""
    return [{"model": sale.model, "body": dict(sale.fields)} for sale in stand_in.sales]


def _delivered(call: Call, file_type: str) -> str:
    if call.fault is Fault.WRONG_TYPE_IMAGE:
        return "png" if file_type != "png" else "jpeg"
    return file_type


def _wrapped(call: Call, picture: bytes, file_type: str, seed: int, reason: str) -> web.Response:
    """The picture as bytes with headers, or as JSON, whichever was asked for."""
    headers = {"x-request-id": secrets.token_hex(16)}
    if call.request.headers.get("accept") == "application/json":
        body = {"image": base64.b64encode(picture).decode(), "finish_reason": reason, "seed": seed}
        headers["content-type"] = f"application/json; type=image/{file_type}"
        return web.Response(body=web.json_response(body).body, headers=headers)
    headers |= {"content-type": f"image/{file_type}", "finish-reason": reason, "seed": str(seed)}
    return web.Response(body=picture, headers=headers)


async def _measured(call: Call, *, least: int, most: int, area: tuple[int, int]) -> None:
    """Refuses what is no picture, or one of a size that the call does not take."""
    picture = call.fields.get("image")
    size = await size_of(picture) if isinstance(picture, bytes) else None
    if size is None:
        raise RefusedError(400, "bad_request", "image: is required and must be jpeg, png or webp")
    if not all(least <= side <= most for side in size):
        raise RefusedError(400, "bad_request", f"image: each side must be from {least} to {most} pixels")
    if not area[0] <= size[0] * size[1] <= area[1]:
        raise RefusedError(400, "bad_request", f"image: must have from {area[0]} to {area[1]} pixels")


def _whole(text: str) -> int | None:
    try:
        return int(text)
    except ValueError:
        return None
