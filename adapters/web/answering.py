"""The outermost line of every request: the doorkeeper first, then the handler, and an answer whatever happens."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import Final

import structlog
from aiohttp import web
from aiohttp.typedefs import Middleware

from adapters.web.answer import ThresholdError, refusal, status_for
from adapters.web.guard import CALLER, Guard
from adapters.web.pages.channel import private
from adapters.web.pages.entrance import Entrance
from adapters.web.visitor import Speech
from bot.clock import Clock
from bot.desk import Desk
from bot.errors import BotError, HouseError, RefusedError
from bot.message import Reply, Tone

log = structlog.get_logger(__name__)

Handler = Callable[[web.Request], Awaitable[web.StreamResponse]]

KEYS: Final = {
    404: "page-api-no-such-address",
    405: "page-api-wrong-method",
    413: "page-api-body-too-long",
    415: "page-api-wants-json",
}
"""Sentences for what the server library itself refuses; whatever is missing here is "page-api-bad-request"."""


def answering(guard: Guard, desk: Desk, entrance: Entrance, clock: Clock) -> Middleware:
    """A middleware that answers what went wrong: as JSON, in the channel as a notice, at the sign-in as its page."""
    speech = Speech(desk)

    @web.middleware
    async def answer(request: web.Request, handler: Handler) -> web.StreamResponse:
        try:
            request[CALLER] = await guard.admit(request)
            return await handler(request)
        except ThresholdError as error:
            return turned_away(request, error)
        except web.HTTPException as error:
            key = KEYS.get(error.status, "page-api-bad-request")
            headers = {"Allow": error.headers["Allow"]} if "Allow" in error.headers else None
            return turned_away(request, ThresholdError(error.status, key, headers=headers))
        except BotError as error:
            if isinstance(error, HouseError) or not isinstance(error, RefusedError):
                log.warning("request failed", path=_route(request), error=type(error).__name__)
            return refused(request, error)
        except ConnectionResetError:  # the caller left while we wrote; nobody reads an answer
            raise
        except Exception:  # the outermost line of a request
            log.exception("request broke", path=_route(request))
            return refused(request, HouseError())

    def turned_away(request: web.Request, error: ThresholdError) -> web.StreamResponse:
        """Before the desk heard of it. A browser that comes to the channel unsigned is shown the way in."""
        if error.status == 401 and request.method == "GET" and request.path == "/":
            return web.Response(status=303, headers={"Location": "/login"})
        if request.path == "/login" and request.method == "POST" and error.status in (401, 429):
            response = entrance.refused(request, error.key, error.status, **error.facts)
        else:
            sentence = speech.to(request)(error.key, **error.facts)
            if _in_channel(request):
                reply = Reply(tone=Tone.REFUSED, title=sentence)
                response = private(reply, speech.to(request), status=error.status)
            else:
                response = web.json_response({"error": sentence}, status=error.status)
        response.headers.extend(error.headers)
        return _finished(request, response)

    def refused(request: web.Request, error: BotError) -> web.StreamResponse:
        locale = speech.locale(request)
        if not _in_channel(request):
            return _finished(request, refusal(error, desk, locale, clock.now()))
        notice = desk.notice(error, locale=locale)
        return _finished(request, private(notice, speech.to(request), status=status_for(error)))

    return answer


def _finished(request: web.Request, response: web.Response) -> web.Response:
    """A refused body that was not read is not read any more: the connection ends instead."""
    if request.can_read_body and not request.content.at_eof():
        response.force_close()
    return response


def _in_channel(request: web.Request) -> bool:
    return request.path.startswith("/channel/")


def _route(request: web.Request) -> str:
    """The route's pattern: an address may hold a job's id, and what was typed into a browser is nobody's business."""
    resource = request.match_info.route.resource
    return resource.canonical if resource else "?"
