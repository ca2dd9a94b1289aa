"""A refusal, a failure or a finished job as an HTTP status and a JSON body: the one table of this door."""

from __future__ import annotations

import math
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any, Final

from aiohttp import web

from bot import errors
from bot.desk import Desk
from bot.errors import BotError, ProviderError, key_of
from bot.job import Failed, Finished, Moderated, Status
from bot.request import Imagine, Upscale
from bot.spending import NOTHING, Allowance, Spending, Spent
from bot.view import View

STATUSES: Final[Mapping[type[BotError], int]] = {
    errors.PromptMissingError: 400,
    errors.PromptTooLongError: 400,
    errors.UnknownFlagError: 400,
    errors.BadValueError: 400,
    errors.UnknownModelError: 400,
    errors.NoOfferError: 503,
    errors.TooFastError: 429,
    errors.TooManyJobsError: 429,
    errors.QuotaSpentError: 429,
    errors.CapReachedError: 429,
    errors.BudgetSpentError: 429,
    errors.PlaceClosedError: 403,
    errors.RoleMissingError: 403,
    errors.NotInvitedError: 403,
    errors.StrangerError: 403,
    errors.BusyError: 503,
    errors.PictureMissingError: 400,
    errors.PictureUnknownError: 404,
    errors.PictureUnseenError: 404,
    errors.PictureUnreachableError: 502,
    errors.NotAPictureError: 415,
    errors.BrokenPictureError: 400,
    errors.FileTooLargeError: 413,
    errors.PictureTooLargeError: 400,
    errors.PictureTooSmallError: 400,
    errors.JobUnknownError: 404,
    errors.OutdatedError: 410,
    errors.NotYoursError: 403,
    errors.TooLateError: 409,
    errors.NoTaskError: 409,
    errors.StillUnsureError: 409,
    errors.DuplicateError: 409,
    errors.ClosingError: 503,
    errors.StorageDownError: 503,
    errors.KeyRefusedError: 400,
    errors.KeyUncheckedError: 502,
    errors.KeyNotHereError: 403,
    errors.RejectedError: 400,
    errors.LanguageError: 400,
    errors.BadKeyError: 502,
    errors.OutOfCreditError: 502,
    errors.ThrottledError: 503,
    errors.UnreachableError: 502,
    errors.BrokenError: 502,
    errors.VanishedError: 502,
    errors.LinkGoneError: 502,
    errors.PictureLostError: 502,
    errors.NeverMadeError: 502,
    errors.OverdueError: 504,
    errors.WorkerDiedError: 500,
    errors.UnsureError: 502,
}
"""Whatever is missing here is our own fault: 500."""

BY_KEY: Final[Mapping[str, int]] = {key_of(kind): status for kind, status in STATUSES.items()}
"""The same table for a job that failed: its outcome remembers the error's key only."""

PAUSE_S: Final = 5
"""Seconds to name in Retry-After where the refusal itself knows no moment."""


class ThresholdError(Exception):
    """A request turned away before the desk hears of it; `key` is its sentence in words/, `facts` what that names."""

    def __init__(
        self, status: int, key: str, *, headers: Mapping[str, str] | None = None, **facts: str | int | None
    ) -> None:
        super().__init__(key)
        self.status = status
        self.key = key
        self.headers = dict(headers or {})
        self.facts = facts


def status_for(error: BotError) -> int:
    """The HTTP status of an error."""
    return next((STATUSES[kind] for kind in type(error).__mro__ if kind in STATUSES), 500)


def sentence_for(error: BotError, desk: Desk, locale: str) -> str:
    """What the person reads. A missing prompt has the words that this API has always used."""
    if isinstance(error, errors.PromptMissingError):
        return desk.say(locale, "page-api-prompt-missing")
    reply = desk.notice(error, locale=locale)
    return reply.body or reply.title


def refusal(error: BotError, desk: Desk, locale: str, now: datetime) -> web.Response:
    """A BotError as this API's answer."""
    status = status_for(error)
    response = web.json_response({"error": sentence_for(error, desk, locale)}, status=status)
    if status in (429, 503):
        response.headers["Retry-After"] = str(_pause_s(error, now))
    return response


def _pause_s(error: BotError, now: datetime) -> int:
    retry_at = error.facts.get("retry_at")
    if isinstance(retry_at, datetime):
        return max(1, math.ceil((retry_at - now).total_seconds()))
    if isinstance(error, ProviderError) and error.retry_after_s is not None:
        return max(1, math.ceil(error.retry_after_s))
    return PAUSE_S


def address_of(view: View) -> str:
    return f"/jobs/{view.id}"


def told(view: View) -> dict[str, Any]:
    """A job as JSON: what GET /jobs/<id> says, and more than existing callers need."""
    outcome, request, picture = view.outcome, view.request, view.picture
    seed = outcome.seed if isinstance(outcome, Finished) else None
    if seed is None and isinstance(request, Imagine):
        seed = request.seed
    body: dict[str, Any] = {
        "job": view.id,
        "status": view.status.value,
        "provider": view.provider,
        "model": view.model,
        "provider_status": view.word or None,
        "task_id": view.task or None,
        "ahead": view.ahead,
        "progress": view.reply.progress,
        "seed": seed,
        "accepted_at": _moment(view.accepted_at),
        "ended_at": _moment(view.ended_at),
        "cost_cents": None if view.cost_cents is None else float(view.cost_cents),
    }
    match request:
        case Imagine():
            body["kind"] = "imagine"
        case Upscale():
            body |= {"kind": "upscale", "factor": request.factor}
    if picture is not None:
        body |= {
            "image_url": f"/saved_images/{picture.name}",
            "width": picture.width,
            "height": picture.height,
            "size_bytes": picture.size_bytes,
        }
    if view.status.ended and view.status is not Status.FINISHED:
        body["error"] = view.reply.body or view.reply.title
    if isinstance(outcome, Moderated):
        body |= {"refused": outcome.where.value, "reasons": list(outcome.reasons)}
    if isinstance(outcome, Failed) and outcome.fields:
        body["fields"] = dict(outcome.fields)
    return body


def spent(spending: Spending) -> dict[str, Any]:
    """What GET /usage says; of a cap, what it does not go by is null."""
    body: dict[str, Any] = {
        "today": {"day": spending.day, **_amount(spending.today)},
        "this_month": {"month": spending.month, **_amount(spending.this_month)},
        "days": [{"day": each.name, **_amount(each.spent)} for each in spending.days],
        "caps": [_allowance(each) for each in spending.allowances],
    }
    if (team := spending.team) is not None:
        body["team"] = {
            "today": _amount(team.day),
            "this_month": _amount(team.month),
            "days": [{"day": each.name, **_amount(each.spent)} for each in team.days],
            "people": [{"name": each.name, **_amount(each.spent)} for each in team.people],
            "models": [{"model": each.name, **_amount(each.spent)} for each in team.models],
            "unsure": _amount(team.unsure),
        }
    return body


def _allowance(each: Allowance) -> dict[str, Any]:
    tab, used = each.tab, each.spent
    return {
        "of": tab.of.value,
        "per": tab.per.value,
        "pictures": tab.pictures,
        "pictures_left": None if tab.pictures is None else max(0, tab.pictures - used.pictures),
        "cents": None if tab.cents is None else float(tab.cents),
        "cents_left": None if tab.cents is None else float(max(NOTHING, tab.cents - used.cents)),
        "resets_at": _moment(each.resets_at),
    }


def _amount(spent: Spent) -> dict[str, Any]:
    return {"pictures": spent.pictures, "cost_cents": float(spent.cents)}


def waited(view: View) -> web.Response:
    """The answer to a caller who waits for the picture: it, why there is none, or 202 with the job's address."""
    if not view.status.ended:
        return accepted(view)
    status = _ended_status(view)
    response = web.json_response(told(view), status=status)
    if status in (429, 503):
        response.headers["Retry-After"] = str(PAUSE_S)
    return response


def accepted(view: View, *, asked_for: bool = False) -> web.Response:
    """202 with the job's address; asked_for where the caller had sent `Prefer: respond-async`."""
    headers = {"Location": address_of(view), "Retry-After": "1"}
    if asked_for:
        headers["Preference-Applied"] = "respond-async"
    return web.json_response(told(view), status=202, headers=headers)


def _ended_status(view: View) -> int:
    match view.status:
        case Status.FINISHED:
            return 200
        case Status.MODERATED:
            return 422
        case Status.CANCELLED:
            return 409
        case Status.UNSURE:
            return 502
        case Status.FAILED:
            return BY_KEY.get(view.outcome.key, 500) if isinstance(view.outcome, Failed) else 500
        case Status.QUEUED | Status.RUNNING:
            return 202


def _moment(moment: datetime | None) -> str | None:
    return None if moment is None else moment.astimezone(UTC).isoformat(timespec="seconds")
