"""The stream of server-sent events that keeps open pages true."""

from __future__ import annotations

from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from aiohttp import web
from aiohttp_sse import EventSourceResponse, sse_response

from adapters.web.answer import ThresholdError
from adapters.web.messenger import Hub, Watch
from adapters.web.render import Say, message
from adapters.web.visitor import CHANNEL, Speech
from bot.clock import Clock
from bot.desk import Desk
from bot.job import JobId
from bot.message import Reply, Tone

BEAT_S: Final = 15.0
"""A stream says at least this often that it lives; the script gives up on one that is silent for three beats."""
WATCH_LIMIT: Final = 200
"""Open streams of this process."""
REMEMBERED: Final = 200
"""Messages of which a stream knows the state that it sent last."""
REPLAY_LENGTH: Final = 50
"""Messages asked from the history at a time."""


@dataclass(frozen=True, slots=True)
class Stream:
    """GET /channel/events."""

    desk: Desk
    hub: Hub
    clock: Clock
    speech: Speech

    def routes(self) -> list[web.RouteDef]:
        return [web.get("/channel/events", self.open, allow_head=False)]

    async def open(self, request: web.Request) -> web.StreamResponse:
        """What changes, as events `message` and `gone`; their ids are revisions of the house.

        Progress is told as it comes and has no id: a page that comes back asks from the last id on, and may hear a
        thing twice but never miss one.
        """
        if len(self.hub) >= WATCH_LIMIT or self.hub.closing:
            raise ThresholdError(503, "page-api-too-many-streams", headers={"Retry-After": "30"})
        say = self.speech.to(request)
        with self.hub.watching() as watch:
            # The stream library's own pings cannot be seen by a script; ours are events.
            async with sse_response(request, ping_interval=3600) as response:
                since = position(response.last_event_id or request.query.get("since", ""))
                with suppress(ConnectionResetError, TimeoutError):
                    await self._tell(response, watch, say, since or 0)
        return response

    async def _tell(self, response: EventSourceResponse, watch: Watch, say: Say, seen: int) -> None:
        """Catch up from the history, then pass on what the hub hears until the page goes or the house closes."""
        told: dict[str, Reply | None] = {}
        posted: dict[str, datetime] = {}  # a page may never have seen a message that changes now
        seen = await self._catch_up(response, say, seen, told)
        await response.send("", event="ready", retry=2000)
        while not watch.closed:
            news = await watch.fresh(BEAT_S)
            for job, reply in news.items():
                if reply is None:
                    await response.send(job, event="gone")
                elif told.get(job) != reply:
                    if job not in posted:
                        posted[job] = (await self.desk.view(JobId(job))).accepted_at
                    fragment = message(reply, id=job, posted_at=posted[job], say=say)
                    await response.send(fragment, event="message")
                told[job] = reply
            while len(told) > REMEMBERED:
                oldest = next(iter(told))
                del told[oldest]
                posted.pop(oldest, None)
            if not news or any(reply is None or reply.tone is not Tone.WORKING for reply in news.values()):
                seen = await self._catch_up(response, say, seen, told)
                await response.send("", event="beat", id=str(seen))

    async def _catch_up(self, response: EventSourceResponse, say: Say, seen: int, told: dict[str, Reply | None]) -> int:
        """Send what the history holds beyond `seen` and the page does not know; the last revision."""
        while entries := await self.desk.history(CHANNEL, since=seen, limit=REPLAY_LENGTH):
            for entry in entries:
                seen = max(seen, entry.revision)
                if entry.job in told and (told[entry.job] == entry.reply or _working(entry.reply)):
                    continue  # the hub was quicker, and knows the progress that is never written down
                told[entry.job] = entry.reply
                if entry.reply is None:
                    await response.send(entry.job, event="gone", id=str(seen))
                else:
                    fragment = message(entry.reply, id=entry.job, posted_at=entry.posted_at, say=say)
                    await response.send(fragment, event="message", id=str(seen))
            if len(entries) < REPLAY_LENGTH:
                break
        return seen


def position(text: str) -> int | None:
    """A revision or position as a page sends it; None for what is none."""
    return int(text) if text.isascii() and text.isdigit() and len(text) < 16 else None


def _working(reply: Reply | None) -> bool:
    return reply is not None and reply.tone is Tone.WORKING
