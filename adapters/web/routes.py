"""The HTTP door for other programs: pictures for JSON, and the jobs behind them."""

from __future__ import annotations

import hashlib
import re
import secrets
from collections.abc import Callable
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Annotated, Any, Final, Literal

from aiohttp import web
from pydantic import BaseModel, ConfigDict, Field, ValidationError

from adapters.web.answer import ThresholdError, accepted, spent, told, waited
from adapters.web.body import Form, form, json_object
from adapters.web.guard import CALLER
from adapters.web.messenger import Hub
from adapters.web.visitor import API, Speech, caller_person
from bot.clock import Clock
from bot.desk import Desk
from bot.errors import (
    BadValueError,
    DuplicateError,
    JobUnknownError,
    NotYoursError,
    PictureTooLargeError,
    PictureUnknownError,
    PromptMissingError,
)
from bot.job import JobId
from bot.message import Person
from bot.request import SEED_LIMIT, SIDE_LIMIT, Enlarge, Format, Ratio, Wish
from bot.view import Link

DEFAULT_WIDTH: Final = 1024
DEFAULT_HEIGHT: Final = 768
SLICE_S: Final = 1.0
"""A caller who waits looks up this often, to hear that the house is closing."""
EXPOSITION: Final = "text/plain; version=0.0.4; charset=utf-8"
IMMUTABLE: Final = "public, max-age=31536000, immutable"
JOB_ID: Final = re.compile(r"[0-9a-f]{16}")
PICTURE_NAME: Final = re.compile(r"[0-9a-f]{64}\.(webp|png|jpeg)")

Name = Annotated[str, Field(max_length=80, pattern=r"^[\w.+:/-]+$")]


class JobAsk(BaseModel):
    """The body of POST /jobs: any picture that some offer can make. Unknown fields are ignored, null is absent."""

    model_config = ConfigDict(strict=True, frozen=True, extra="ignore", allow_inf_nan=False)

    prompt: str = ""
    width: Annotated[int, Field(ge=1, le=SIDE_LIMIT)] | None = None
    height: Annotated[int, Field(ge=1, le=SIDE_LIMIT)] | None = None
    steps: Annotated[int, Field(ge=1, le=500)] | None = None
    guidance: Annotated[float, Field(ge=0, le=100)] | None = None
    seed: Annotated[int, Field(ge=0, le=SEED_LIMIT)] | None = None
    prompt_upsampling: bool | None = None
    safety_tolerance: Annotated[int, Field(ge=0, le=6)] | None = None
    raw: bool | None = None
    ratio: Annotated[str, Field(pattern=r"^\s*\d{1,4}\s*[:x/]\s*\d{1,4}\s*$")] | None = None
    model: Name | None = None
    provider: Name | None = None
    output_format: Literal["webp", "png", "jpeg"] | None = None


class GenerateAsk(JobAsk):
    """The body of POST /generate_image, with the limits that its callers know."""

    width: Annotated[int, Field(ge=256, le=1440, multiple_of=32)] | None = None
    height: Annotated[int, Field(ge=256, le=1440, multiple_of=32)] | None = None
    steps: Annotated[int, Field(ge=1, le=50)] | None = None
    guidance: Annotated[float, Field(ge=1.5, le=5)] | None = None


ALLOWED: Final = {
    "width": f"1–{SIDE_LIMIT}",
    "height": f"1–{SIDE_LIMIT}",
    "steps": "1–500",
    "guidance": "0–100",
    "seed": f"0–{SEED_LIMIT}",
    "prompt_upsampling": "true, false",
    "safety_tolerance": "0–6",
    "raw": "true, false",
    "ratio": "1:1, 3:2, 16:9, …",
    "model": "flux-dev, …",
    "provider": "flux, stability, local, …",
    "output_format": "webp, png, jpeg",
    "prompt": "abc, äöü, 字, …",
}
"""Notation that reads the same in every language, as in bot.prompt."""
GENERATE_ALLOWED: Final = ALLOWED | {
    "width": "256, 288, 320, …, 1440",
    "height": "256, 288, 320, …, 1440",
    "steps": "1–50",
    "guidance": "1.5–5",
}


@dataclass(frozen=True, slots=True)
class Api:
    """The handlers and what they stand on."""

    desk: Desk
    hub: Hub
    clock: Clock
    upscale_max_side: int
    max_upload_bytes: int
    wait_s: float
    metrics: Callable[[], bytes] | None

    def routes(self) -> list[web.RouteDef]:
        return [
            web.post("/generate_image", self.generate),
            web.post("/upscale_image", self.upscale),
            web.get("/saved_images/{name}", self.saved),
            web.post("/jobs", self.begin),
            web.get("/jobs/{id}", self.job),
            web.delete("/jobs/{id}", self.cancel),
            web.get("/usage", self.usage),
            web.get("/health", self.health),
            *([web.get("/metrics", self.measures)] if self.metrics else []),
        ]

    async def generate(self, request: web.Request) -> web.Response:
        """POST /generate_image, as existing callers know it."""
        wish = self._wish(read_ask(GenerateAsk, await json_object(request), GENERATE_ALLOWED))
        if wish.ratio is None:
            wish = replace(wish, width=wish.width or DEFAULT_WIDTH, height=wish.height or DEFAULT_HEIGHT)
        return await self._answer(request, await self._accept(request, wish))

    async def upscale(self, request: web.Request) -> web.Response:
        """POST /upscale_image, where pictures over `upscale_max_side` are refused in the words callers know."""
        limit = self.upscale_max_side
        try:
            enlarge = await self._enlarge(request, max_side=limit)
        except PictureTooLargeError:
            raise ThresholdError(400, "page-api-dimensions", limit=f"{limit}x{limit}") from None
        return await self._answer(request, await self._accept(request, enlarge))

    async def begin(self, request: web.Request) -> web.Response:
        """POST /jobs: JSON to imagine, a form to upscale, within the limits of the providers; never waits."""
        asked: Wish | Enlarge
        if request.content_type == "multipart/form-data":
            asked = await self._enlarge(request, max_side=None)
        else:
            asked = self._wish(read_ask(JobAsk, await json_object(request), ALLOWED))
        return accepted(await self.desk.view(await self._accept(request, asked)))

    async def job(self, request: web.Request) -> web.Response:
        return web.json_response(told(await self.desk.view(_job_id(request))))

    async def cancel(self, request: web.Request) -> web.Response:
        """DELETE /jobs/<id>: stop a job of one's own; it may take a moment to end."""
        job = _job_id(request)
        await self.desk.cancel(job, by=self._person(request))
        return web.json_response(told(await self.desk.view(job)), status=202)

    async def usage(self, request: web.Request) -> web.Response:
        """GET /usage: what the caller has spent and has left; with a token marked admin, what all have."""
        return web.json_response(spent(await self.desk.spending(by=self._person(request), at=API)))

    async def saved(self, request: web.Request) -> web.StreamResponse:
        """GET /saved_images/<name>; FileResponse answers ETag, ranges and 304, object storage does so by itself."""
        name = request.match_info["name"]
        if not PICTURE_NAME.fullmatch(name):
            raise PictureUnknownError
        shown = await self.desk.shown(name)
        match shown.at:
            case Path():
                about = {"Cache-Control": IMMUTABLE, "Content-Type": shown.format.mime}
                return web.FileResponse(shown.at, headers=about)
            case Link() if request.method == "HEAD":  # the link is signed for reading
                about = {"Content-Length": str(shown.picture.size_bytes), "Content-Type": shown.format.mime}
                return web.Response(headers=about)
            case Link():
                # Known to this browser alone, and for less time than the link lasts.
                about = {"Cache-Control": f"private, max-age={shown.at.life_s // 2}", "Location": shown.at.url}
                return web.Response(status=307, headers=about)

    async def health(self, request: web.Request) -> web.Response:
        """Alive while the process answers; ready until it begins to close."""
        if self.hub.closing:
            return web.json_response({"status": "closing"}, status=503)
        return web.json_response({"status": "ok", "offers": len(self.desk.offers())})

    async def measures(self, request: web.Request) -> web.Response:
        """GET /metrics, for this machine or a token."""
        caller = request[CALLER]
        if self.metrics is None or not (caller.local or caller.token):
            raise NotYoursError
        return web.Response(body=self.metrics(), headers={"Content-Type": EXPOSITION})

    def _wish(self, ask: JobAsk) -> Wish:
        """The prompt's flags and the body's fields together; a field outweighs a flag."""
        if not ask.prompt.strip():
            raise PromptMissingError
        wish = self.desk.read(ask.prompt)
        given: dict[str, Any] = {
            name: value
            for name in ALLOWED
            if name not in ("prompt", "ratio", "output_format") and (value := getattr(ask, name)) is not None
        }
        if ask.output_format is not None:
            given["output_format"] = Format(ask.output_format)
        if ask.ratio is not None:
            try:
                given["ratio"] = Ratio.parse(ask.ratio)
            except ValueError:
                raise BadValueError(field="ratio", value=ask.ratio, allowed=ALLOWED["ratio"]) from None
        elif "width" in given or "height" in given:
            given["ratio"] = None
        return replace(wish, **given)

    async def _enlarge(self, request: web.Request, *, max_side: int | None) -> Enlarge:
        """The uploaded picture, verified and kept. Raises ThresholdError, RefusedError."""
        sent = await form(request, files=frozenset({"image"}), max_file_bytes=self.max_upload_bytes)
        picture = sent.files.get("image")
        if picture is None:
            raise ThresholdError(400, "page-api-image-missing")
        factor, output_format, model, provider = _upscale_fields(sent)
        kept = await self.desk.keep(picture, by=self._person(request), max_side=max_side)
        return Enlarge(source=kept.id, factor=factor, output_format=output_format, model=model, provider=provider)

    async def _accept(self, request: web.Request, asked: Wish | Enlarge) -> JobId:
        """The job; the first one again where the Idempotency-Key was seen before."""
        person = self._person(request)
        key = request.headers.get("Idempotency-Key", "")
        event = secrets.token_hex(16)
        if key:
            event = hashlib.sha256(f"{person.id}\n{key}".encode(errors="surrogateescape")).hexdigest()
        try:
            return await self.desk.accept(asked, by=person, at=API, event=f"api:{event[:32]}")
        except DuplicateError as error:
            return JobId(str(error.facts["job"]))

    async def _answer(self, request: web.Request, job: JobId) -> web.Response:
        """Wait for the picture as long as the caller and the setting like."""
        if "respond-async" in request.headers.get("Prefer", "").lower():
            return accepted(await self.desk.view(job), asked_for=True)
        until = self.clock.steady() + self.wait_s
        view = await self.desk.view(job)
        while not view.status.ended and not self.hub.closing and (left := until - self.clock.steady()) > 0:
            view = await self.desk.wait(job, min(SLICE_S, left))
        return waited(view)

    def _person(self, request: web.Request) -> Person:
        return caller_person(request, Speech(self.desk).locale(request))


def read_ask(kind: type[JobAsk], body: dict[str, Any], allowed: dict[str, str]) -> JobAsk:
    """A body as values. Raises BadValueError naming the first field that cannot be."""
    if body.get("prompt") is None:
        raise PromptMissingError
    try:
        return kind.model_validate(body)
    except ValidationError as error:
        field = str(error.errors(include_url=False, include_input=False)[0]["loc"][0])
        value = "…" if field == "prompt" else str(body[field])[:40]
        raise BadValueError(field=field, value=value, allowed=allowed[field]) from None


def _upscale_fields(sent: Form) -> tuple[int | None, Format | None, str | None, str | None]:
    """Raises BadValueError."""
    factor, output_format = sent.text("factor"), sent.text("output_format")
    if factor and not re.fullmatch(r"[2-8]", factor):
        raise BadValueError(field="factor", value=factor[:40], allowed="2–8")
    if output_format and output_format not in list(Format):
        raise BadValueError(field="output_format", value=output_format[:40], allowed=ALLOWED["output_format"])
    for name in ("model", "provider"):
        if not re.fullmatch(r"[\w.+:/-]{0,80}", sent.text(name)):
            raise BadValueError(field=name, value=sent.text(name)[:40], allowed=ALLOWED[name])
    return (
        int(factor) if factor else None,
        Format(output_format) if output_format else None,
        sent.text("model") or None,
        sent.text("provider") or None,
    )


def _job_id(request: web.Request) -> JobId:
    if not JOB_ID.fullmatch(request.match_info["id"]):
        raise JobUnknownError
    return JobId(request.match_info["id"])
