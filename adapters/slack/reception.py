"""Where every event of Slack comes in: bounded, decided before it is acknowledged, and never lost after that."""

from __future__ import annotations

import asyncio
import traceback
from collections.abc import Awaitable, Callable, Coroutine, Mapping, Sequence
from contextlib import AbstractAsyncContextManager
from datetime import UTC, datetime
from pathlib import PurePath
from typing import TYPE_CHECKING, Any, Final, Protocol

import aiohttp
import structlog
from slack_bolt.response import BoltResponse

from adapters.slack.attachment import HOSTS, Attachment, Pictures
from adapters.slack.channel import Channels
from adapters.slack.event import DOOR, Handle, Happening, Tenant, happening_of
from adapters.slack.fault import UNHEARD, told
from adapters.slack.messenger import SlackMessenger
from adapters.slack.people import People
from adapters.slack.visit import Visit
from adapters.slack.voice import Line
from adapters.slack.workspace import Workspaces
from bot.chat.fetcher import Fetcher
from bot.chat.turns import Turns, UnderWay
from bot.clock import Clock
from bot.desk import Desk
from bot.errors import BotError, DuplicateError, HouseError, PlaceBusyError, RefusedError
from bot.message import Person, Picture, Place

if TYPE_CHECKING:
    from adapters.slack import Settings

log = structlog.get_logger(__name__)

FIRST_ANSWER_S: Final = 2.0
"""Slack waits for an acknowledgement for 3 s; the last one is left for writing the event down, and for the way."""
ARRIVALS: Final = 8
"""People's pictures on their way in at once, until they are kept: each is held in memory, and decoding is slower."""
CROWD: Final = 1000
"""Events that may be under way or wait for their turn, a few KB each; what comes then is not taken."""
LIVES: Final = 3
"""As often an event is tried that the process did not survive: it may be what ended it."""
AGAIN: Final = BoltResponse(status=503)
"""No acknowledgement: Slack delivers the event again, to whoever is there by then."""

ODD: Final = (LookupError, TypeError, ValueError, AttributeError)
"""What reading a payload raises that is not as Slack describes it; the message may hold people's words."""
SAID: Final = ("app_mention", "message")
"""Kinds of events that nobody waits for with a form in mind, or for the seconds that a command may take."""

Work = Callable[[Visit], Awaitable[None]]


class Ack(Protocol):
    """Bolt's acknowledgement, with what the answer may hold."""

    async def __call__(self, **answer: Any) -> BoltResponse: ...


class Reception:
    """What commands, buttons and mentions share. `answer` is the outermost line of every event, and never raises."""

    def __init__(
        self, desk: Desk, messenger: SlackMessenger, workspaces: Workspaces, channels: Channels, settings: Settings,
        clock: Clock,
    ) -> None:  # fmt: skip
        self.desk = desk
        self.messenger = messenger
        self.workspaces = workspaces
        self.channels = channels
        self.settings = settings
        self.clock = clock
        self.people = People(workspaces, settings, clock, workspaces.kit.roles)
        self.pictures = Pictures(workspaces, clock)
        self._fetcher = Fetcher(HOSTS, settings.file_hosts)
        self._turns = Turns(settings.at_once)
        self._talks = Turns(settings.at_once)
        self._arrivals = Turns(ARRIVALS)
        self._under_way = UnderWay()
        self._tasks: dict[str, tuple[asyncio.Task[bool], Line]] = {}
        """Whether each came to an end; False: Slack could not be reached, so that nobody knows how it ended."""
        self._notes: set[asyncio.Task[None]] = set()

    async def answer(self, body: Mapping[str, Any], ack: Ack, work: Work) -> BoltResponse:
        """Do the work, answer whatever it raises to the person alone, and acknowledge the event."""
        event = _read(body)
        if event is None:
            return await ack()
        return await self._acknowledged(event.id, body, ack, lambda line: self._answer(event, line, work))

    async def attend(self, body: Mapping[str, Any], ack: Ack, work: Callable[[], Awaitable[None]]) -> BoltResponse:
        """As `answer`, of what happened to a workspace; nobody is told."""

        async def done(_: Line) -> bool:
            try:
                await work()
            except ODD as error:
                log.warning("event not understood", error=type(error).__name__, where=_where(error))
            except Exception:  # the outermost line of an event
                log.exception("event broke", kind=body["event"]["type"])
                return False
            return True

        return await self._acknowledged(str(body["event_id"]), body, ack, done)

    async def forget(self, tenant: Tenant, happened_at: float | None) -> None:
        """A workspace let us go, at that many seconds since 1970 where Slack tells: keep nothing of it."""
        self.people.forget(tenant)
        self.channels.forget(tenant)
        at = datetime.fromtimestamp(happened_at, UTC) if happened_at else None
        await self.workspaces.uninstalled(tenant, self.desk, at=at)

    async def resume(self, dispatch: Callable[[Mapping[str, Any]], Awaitable[BoltResponse]]) -> None:
        """Carry on with what a process acknowledged that went before the end of it, LIVES times at most."""
        for event, body in await self.desk.take_held(DOOR):
            if await self.desk.tried(DOOR, event) > LIVES:
                log.error("an event was given up: each time it was tried, this process ended")
                await self.desk.let_go(DOOR, event)
                await self._give_up(body)
                continue
            log.info("an event of a process that is gone is taken up")
            answered = await dispatch(body)
            if answered.status == 200 and event not in self._tasks:
                await self.desk.let_go(DOOR, event)

    async def keep(self, attachments: Sequence[Attachment], *, by: Person, at: Place) -> tuple[Picture, ...]:
        """People's pictures, fetched and kept, in their order; not for who may not ask there. Raises RefusedError."""
        await self.desk.admit(by=by, at=at)
        return tuple([await self._bring_in(each, by, at) for each in attachments])

    def aside(self, event: Happening) -> AbstractAsyncContextManager[None]:
        """Within its turn: let the next one in while this one waits for a stranger's picture."""
        return self._turns_of(event).aside()

    async def drain(self, timeout_s: float) -> None:
        """Let what is under way come to its end, or cut it off after timeout_s; nothing is begun afterwards.

        What is cut off was never acknowledged, or is written down.
        """
        await self._under_way.drain(timeout_s)
        if self._notes:
            await asyncio.wait(self._notes)

    async def close(self) -> None:
        await self._fetcher.close()

    async def _bring_in(self, attachment: Attachment, by: Person, at: Place) -> Picture:
        client = await self.workspaces.client(Handle.of(at).tenant)
        async with self._arrivals.turn():
            file = await self._fetcher.fetch(attachment.url, size_bytes=attachment.size_bytes, token=client.token or "")
            return await self.desk.keep(file, by=by)

    async def _acknowledged(
        self, event: str, body: Mapping[str, Any], ack: Ack, work: Callable[[Line], Coroutine[Any, Any, bool]]
    ) -> BoltResponse:
        """What takes longer than Slack waits is written down first, so that a restart carries on with it."""
        if self._under_way.shut or (len(self._tasks) >= CROWD and event not in self._tasks):
            return AGAIN
        task, line = self._tasks.get(event) or self._begin(event, work)
        await asyncio.wait({task}, timeout=FIRST_ANSWER_S)
        line.open = False
        if not task.done():
            try:
                await self.desk.hold(DOOR, event, dict(body))
            except Exception:  # the outermost line of an event: nobody must take it for accepted
                log.exception("event not written down")
                return AGAIN
            note = asyncio.create_task(self._let_go(event, task), name="letting go of an event")
            self._notes.add(note)
            note.add_done_callback(self._notes.discard)
        elif task.cancelled() or not task.result():
            return AGAIN
        answer, line.answer = line.answer, {}
        return await ack(**answer)

    def _begin(self, event: str, work: Callable[[Line], Coroutine[Any, Any, bool]]) -> tuple[asyncio.Task[bool], Line]:
        line = Line()
        task = self._under_way.start(event, work(line), name="a Slack event")
        self._tasks[event] = task, line
        task.add_done_callback(lambda _: self._tasks.pop(event, None))
        return task, line

    def _turns_of(self, event: Happening) -> Turns:
        """What is said waits apart, so that a flood of it keeps no command waiting."""
        return self._talks if event.kind in SAID else self._turns

    async def _answer(self, event: Happening, line: Line, work: Work) -> bool:
        """Whether it came to an end: done, or its refusal told as far as it ever can be."""
        visit: Visit | None = None
        try:
            async with self._turns_of(event).turn():
                visit = await Visit.of(self, event, line)
                await work(visit)
        except DuplicateError:
            log.info("event delivered again", kind=event.kind)
        except BotError as error:
            return await self._refuse(visit, error)
        except (*UNHEARD, OSError) as error:
            log.warning("event not answered", kind=event.kind, **told(error))
            return await self._refuse(visit, HouseError())
        except ODD as error:
            log.error("event broke", kind=event.kind, error=type(error).__name__, where=_where(error))  # noqa: TRY400
            return await self._refuse(visit, HouseError())
        except Exception:  # the outermost line of an event
            log.exception("event broke", kind=event.kind)
            return await self._refuse(visit, HouseError())
        return True

    async def _refuse(self, visit: Visit | None, error: BotError) -> bool:
        """Whether that is the end of it; False where Slack can't be reached."""
        if not isinstance(error, RefusedError):
            log.warning("event failed", error=type(error).__name__)
        if visit is None:
            return not isinstance(error, PlaceBusyError)
        try:
            await visit.refuse(error)
        except (*UNHEARD, OSError, BotError) as unheard:
            log.warning("refusal not told", **told(unheard))
            return not isinstance(unheard, PlaceBusyError | aiohttp.ClientError | OSError)
        except ODD as unsaid:
            log.error("refusal broke", error=type(unsaid).__name__, where=_where(unsaid))  # noqa: TRY400
        return True

    async def _give_up(self, body: Mapping[str, Any]) -> None:
        """Tell the person that nothing comes of it."""

        async def sorry(_: Visit) -> None:
            raise HouseError

        event = _read(body)
        if event is not None:
            await self._answer(event, Line(open=False), sorry)

    async def _let_go(self, event: str, task: asyncio.Task[bool]) -> None:
        """Forget an event that was written down, once it came to its end; not one that was cut off."""
        await asyncio.wait({task})
        if not task.cancelled() and task.result():
            try:
                await self.desk.let_go(DOOR, event)
            except Exception:  # the outermost line of a task: the next start does the event again, which does no harm
                log.exception("event not let go")


def _read(body: Mapping[str, Any]) -> Happening | None:
    """None for what nobody did, and for what nobody can read: it would come again just the same."""
    try:
        event = happening_of(body)
    except ODD as error:
        log.warning("event not understood", error=type(error).__name__, where=_where(error))
        return None
    if event is not None and not (event.id and event.user):
        log.warning("event not understood", kind=event.kind)
        return None
    return event


def _where(error: Exception) -> str:
    """The line of code, such as "forms.py:230"; an error's own words may be somebody's."""
    frames = traceback.extract_tb(error.__traceback__)
    return f"{PurePath(frames[-1].filename).name}:{frames[-1].lineno}" if frames else ""
