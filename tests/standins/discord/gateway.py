"""The gateway: sessions of shards, each with its own numbered events, over plain text frames."""

from __future__ import annotations

import asyncio
import json
import secrets
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any, Final

from aiohttp import WSMsgType, web

from tests.standins.discord.event import Telling
from tests.standins.discord.message import Message
from tests.standins.discord.world import Guild, Kind, World

GUILDS: Final = 1 << 0
GUILD_MESSAGES: Final = 1 << 9
DIRECT_MESSAGES: Final = 1 << 12
MESSAGE_CONTENT: Final = 1 << 15
PRIVILEGED: Final = 1 << 1 | 1 << 8 | MESSAGE_CONTENT
"""Members, presences, message content."""
REPLAYED: Final = 5000
"""Events of a session that are kept for a resume."""


@dataclass(eq=False, slots=True, kw_only=True)
class Session:
    """A shard of one client. Without a socket it waits to be resumed."""

    id: str
    shard: tuple[int, int]
    intents: int
    seq: int = 0
    told: deque[tuple[int, str]] = field(default_factory=lambda: deque(maxlen=REPLAYED))
    socket: web.WebSocketResponse | None = None

    @property
    def live(self) -> bool:
        return self.socket is not None and not self.socket.closed

    def owns(self, guild: Guild | None) -> bool:
        index, count = self.shard
        return (guild.shard(count) if guild else 0) == index


class Gateway:
    """identifies, resumes and heartbeats count what clients sent; url is what clients are told to connect to."""

    def __init__(self, world: World, telling: Telling, ring: Callable[[], None], *, shards: int) -> None:
        self.world = world
        self.telling = telling
        self.shards = shards
        self.url = ""
        self.heartbeat_interval_s = 40.0
        self.sessions: list[Session] = []
        self.identifies: list[dict[str, Any]] = []
        """Each IDENTIFY's shard and intents."""
        self.resumes = 0
        self.heartbeats = 0
        self.connects = 0
        self.deaf = False
        """Heartbeats stay unanswered."""
        self._ring = ring
        self._turned_away: list[int | None] = []
        self._invalid_resumes: list[bool] = []
        self._lines: dict[web.WebSocketResponse, asyncio.Transport | None] = {}

    # What tests ask for.

    @property
    def live(self) -> list[Session]:
        return [session for session in self.sessions if session.live]

    def turn_away(self, times: int = 1, *, status: int | None = 503) -> None:
        """Answer the next connections with that status and no socket; None: hang up (aiohttp then tries once more)."""
        self._turned_away += [status] * times

    def fail_resume(self, *, resumable: bool = False, times: int = 1) -> None:
        """Answer the next RESUMEs with INVALID_SESSION."""
        self._invalid_resumes += [resumable] * times

    def drop(self) -> None:
        """Cut every line without a word; sessions stay resumable."""
        for session in self.live:
            socket, session.socket = session.socket, None
            line = self._lines.get(socket) if socket else None
            if line is not None:
                line.abort()

    async def close(self, code: int) -> None:
        """Close every socket with that code; sessions stay resumable."""
        for session in self.live:
            socket, session.socket = session.socket, None
            if socket:
                await socket.close(code=code)

    async def reconnect(self) -> None:
        """Ask every client to reconnect (op 7)."""
        for session in self.live:
            await self._send(session.socket, {"op": 7, "d": None})

    async def invalidate(self, *, resumable: bool = False) -> None:
        """Tell every client that its session is invalid (op 9); what is not resumable is forgotten."""
        for session in self.live:
            if not resumable:
                self.sessions.remove(session)
            await self._send(session.socket, {"op": 9, "d": resumable})

    async def dispatch(
        self, name: str, guild: Guild | None, build: Callable[[Session], dict[str, Any]], *, intent: int = 0
    ) -> None:
        """An event for every session whose shard owns the guild and which asked for such events."""
        for session in list(self.sessions):
            if session.owns(guild) and session.intents & intent == intent:
                await self._tell(session, name, build(session))

    async def message_event(self, name: str, message: Message) -> None:
        """MESSAGE_CREATE or MESSAGE_UPDATE, its content as each session's intents allow."""
        if _heard(message):
            await self.dispatch(
                name,
                message.channel.guild,
                lambda session: self.telling.message_event(message, content=bool(session.intents & MESSAGE_CONTENT)),
                intent=_intent(message),
            )

    async def message_gone(self, message: Message) -> None:
        """MESSAGE_DELETE."""
        guild = message.channel.guild
        told = {"id": str(message.id), "channel_id": str(message.channel.id)}
        if guild:
            told["guild_id"] = str(guild.id)
        if _heard(message):
            await self.dispatch("MESSAGE_DELETE", guild, lambda _: told, intent=_intent(message))

    async def stop(self) -> None:
        for socket in list(self._lines):
            await socket.close(code=1001)

    # The wire.

    async def serve(self, request: web.Request) -> web.StreamResponse:
        self.connects += 1
        self._ring()
        if self._turned_away:
            status = self._turned_away.pop(0)
            if status is None and request.transport:
                request.transport.abort()
            return web.Response(status=status or 503, text="no gateway here")
        socket = web.WebSocketResponse(compress=False, max_msg_size=0)
        await socket.prepare(request)
        self._lines[socket] = request.transport
        session: Session | None = None
        try:
            await self._send(socket, {"op": 10, "d": {"heartbeat_interval": int(self.heartbeat_interval_s * 1000)}})
            async for frame in socket:
                if frame.type is not WSMsgType.TEXT:
                    continue
                session = await self._hear(socket, session, json.loads(frame.data))
        except ConnectionError:
            pass
        finally:
            self._lines.pop(socket, None)
            if session and session.socket is socket:
                session.socket = None
            if session and socket.close_code in (1000, 1001) and session in self.sessions:
                self.sessions.remove(session)  # closed so by the client, a session is over
            self._ring()
        return socket

    async def _hear(
        self, socket: web.WebSocketResponse, session: Session | None, frame: dict[str, Any]
    ) -> Session | None:
        match frame["op"]:
            case 1:
                self.heartbeats += 1
                if not self.deaf:
                    await self._send(socket, {"op": 11, "d": None})
            case 2:
                session = await self._identify(socket, frame["d"])
            case 6:
                session = await self._resume(socket, frame["d"])
            case 8 if session:
                await self._members(session, frame["d"])
        self._ring()
        return session

    async def _identify(self, socket: web.WebSocketResponse, asked: dict[str, Any]) -> Session | None:
        shard = (int(asked.get("shard", (0, 1))[0]), int(asked.get("shard", (0, 1))[1]))
        self.identifies.append({"shard": shard, "intents": asked["intents"]})
        if asked["token"].removeprefix("Bot ") != self.world.token:
            await socket.close(code=4004, message=b"Authentication failed.")
            return None
        allowed = MESSAGE_CONTENT if self.world.message_content else 0
        if asked["intents"] & PRIVILEGED & ~allowed:
            await socket.close(code=4014, message=b"Disallowed intent(s).")
            return None
        session = Session(id=secrets.token_hex(16), shard=shard, intents=asked["intents"], socket=socket)
        self.sessions.append(session)
        guilds = [guild for guild in self.world.guilds.values() if guild.installed and session.owns(guild)]
        await self._tell(
            session,
            "READY",
            {
                "v": 10,
                "user": self.telling.user(self.world.bot),
                "guilds": [{"id": str(guild.id), "unavailable": True} for guild in guilds],
                "session_id": session.id,
                "resume_gateway_url": self.url,
                "shard": list(shard),
                "application": {"id": str(self.world.app_id), "flags": 1 << 19 if allowed else 0},
            },
        )
        if session.intents & GUILDS:
            for guild in guilds:
                await self._tell(session, "GUILD_CREATE", self.telling.guild_create(guild))
        return session

    async def _resume(self, socket: web.WebSocketResponse, asked: dict[str, Any]) -> Session | None:
        self.resumes += 1
        if self._invalid_resumes:
            resumable = self._invalid_resumes.pop(0)
            if not resumable:
                self.sessions = [one for one in self.sessions if one.id != asked["session_id"]]
            await self._send(socket, {"op": 9, "d": resumable})
            return None
        session = next((one for one in self.sessions if one.id == asked["session_id"]), None)
        if session is None or asked["token"].removeprefix("Bot ") != self.world.token:
            await self._send(socket, {"op": 9, "d": False})
            return None
        session.socket = socket
        for seq, frame in list(session.told):
            if seq > (asked["seq"] or 0):
                await socket.send_str(frame)
        await self._tell(session, "RESUMED", {})
        return session

    async def _members(self, session: Session, asked: dict[str, Any]) -> None:
        guild = self.world.guilds[int(asked["guild_id"])]
        wanted = {int(id_) for id_ in asked.get("user_ids") or ()}
        query = asked.get("query") or ""
        found = [
            person
            for person in (*guild.members.values(), self.world.bot)
            if (person.id in wanted if wanted else person.name.lower().startswith(query.lower()))
        ]
        told: dict[str, Any] = {
            "guild_id": str(guild.id),
            "members": [self.telling.member(person, guild) for person in found],
            "chunk_index": 0,
            "chunk_count": 1,
        }
        if "nonce" in asked:
            told["nonce"] = asked["nonce"]
        await self._tell(session, "GUILD_MEMBERS_CHUNK", told)

    async def _tell(self, session: Session, name: str, told: dict[str, Any]) -> None:
        session.seq += 1
        frame = json.dumps({"op": 0, "t": name, "s": session.seq, "d": told})
        session.told.append((session.seq, frame))
        if session.live and session.socket:
            try:
                await session.socket.send_str(frame)
            except ConnectionError:
                session.socket = None  # the client is gone; it may resume

    async def _send(self, socket: web.WebSocketResponse | None, frame: dict[str, Any]) -> None:
        if socket and not socket.closed:
            await socket.send_str(json.dumps(frame))


def _intent(message: Message) -> int:
    """What a session needs to hear of it."""
    return DIRECT_MESSAGES if message.channel.is_direct else GUILD_MESSAGES


def _heard(message: Message) -> bool:
    """An app hears nothing of ephemeral messages, of people's groups, and of servers it is not in."""
    channel = message.channel
    return not (message.ephemeral or channel.kind is Kind.GROUP_DM or (channel.guild and not channel.guild.installed))
