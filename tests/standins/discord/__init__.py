"""Discord on localhost, over real sockets: REST, gateway and CDN, with people who use it.

    async with Discord(clock=clock) as discord:
        ada, guild = discord.person("Ada"), discord.guild("Atelier")
        art = guild.channel("art")
        ...                                          # start a client against discord.api_url
        asked = await discord.slash(ada, art, "imagine", prompt="a lighthouse")
        assert asked.first.kind is Answer.MESSAGE

Leaving the context raises AssertionError where a request broke Discord's own description or rules; a test that means
to break them clears `violations`.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from contextlib import AbstractAsyncContextManager
from types import TracebackType
from typing import Any, Final, Self

from aiohttp import web

from bot.clock import Clock, RealClock
from tests.standins.discord.account import Account
from tests.standins.discord.acting import Acting
from tests.standins.discord.answering import Answering
from tests.standins.discord.cdn import Cdn
from tests.standins.discord.command import Commands, register
from tests.standins.discord.fault import Fault, Scope, refusal, throttle
from tests.standins.discord.interaction import Answer, Asked, Interaction, Modal, Response
from tests.standins.discord.message import File, Flag, Message
from tests.standins.discord.posting import Posting
from tests.standins.discord.rest import BASE, BODY_LIMIT, Heard, Rest
from tests.standins.discord.table import open_routes
from tests.standins.discord.world import MIB, USUAL, Channel, Guild, Kind, Permission, Person, Role, World
from tests.standins.outage import away
from tests.standins.planned import Gate, Stage
from tests.standins.serving import Serving

__all__ = [
    "MIB",
    "TOKEN",
    "USUAL",
    "Answer",
    "Asked",
    "Channel",
    "Discord",
    "File",
    "Flag",
    "Guild",
    "Interaction",
    "Kind",
    "Message",
    "Modal",
    "Permission",
    "Person",
    "Response",
    "Role",
    "Scope",
    "Serving",
    "Stage",
]

TOKEN: Final = "MTIzNDU2Nzg5MDEyMzQ1Njc4.stand-in.not-a-secret"


class Discord(Acting):
    """One Discord with one app. Everything that is not told here is in `world`, `gateway`, `cdn`."""

    def __init__(
        self,
        *,
        clock: Clock | None = None,
        port: int = 0,
        token: str = TOKEN,
        shards: int = 1,
        message_content: bool = False,
        validate: bool = True,
    ) -> None:
        world = World(clock or RealClock(), token=token)
        world.message_content = message_content
        super().__init__(world, shards=shards)
        self.rest = Rest(self.world, self._ring, validate=validate)
        self.cdn = Cdn(self.world, self.telling)
        posting = Posting(self.world, self.telling, self.gateway)
        app = web.Application(client_max_size=BODY_LIMIT)
        open_routes(
            app,
            self.rest,
            Account(self.world, self.telling, self.gateway),
            Commands(self.world),
            posting,
            Answering(self.world, self.telling, posting),
        )
        app.router.add_get("/gateway", self.gateway.serve)
        app.router.add_get("/gateway/", self.gateway.serve)
        self.cdn.open(app)
        self.app = app
        self._runner = web.AppRunner(app, access_log=None, shutdown_timeout=0.2)
        self._port = port
        self.url = ""

    async def __aenter__(self) -> Self:
        await self._runner.setup()
        await web.TCPSite(self._runner, "127.0.0.1", self._port).start()
        self._port = self._runner.addresses[0][1]
        self.url = f"http://127.0.0.1:{self._port}"
        self.gateway.url = f"ws://127.0.0.1:{self._port}/gateway"
        self.telling.cdn = self.url
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.rest.faults.clear()
        await self.gateway.stop()
        await self._runner.cleanup()
        if error is None and self.violations:
            raise AssertionError("Discord would have refused:\n" + "\n".join(self.violations))

    def away(self) -> AbstractAsyncContextManager[None]:
        """Nobody answers for as long as the context lasts, and every socket is cut."""
        self.gateway.drop()
        return away(self._runner)

    # Where things are.

    @property
    def api_url(self) -> str:
        """REST's base, such as http://127.0.0.1:1234/api/v10."""
        return self.url + BASE

    @property
    def gateway_url(self) -> str:
        return self.gateway.url

    @property
    def token(self) -> str:
        return self.world.token

    @property
    def bot(self) -> Person:
        return self.world.bot

    # Who and what there is.

    def person(
        self, name: str, *, locale: str = "en-US", roles: Iterable[Role] = (), permissions: int = USUAL
    ) -> Person:
        """permissions are theirs in every channel; MANAGE_MESSAGES makes a moderator."""
        person = Person(
            id=self.world.snowflakes.mint(),
            name=name,
            locale=locale,
            roles={role.id for role in roles},
            permissions=permissions,
        )
        self.world.people[person.id] = person
        return person

    def guild(
        self,
        name: str = "Atelier",
        *,
        locale: str = "en-US",
        installed: bool = True,
        size_limit: int = 10 * MIB,
        members: Iterable[Person] = (),
    ) -> Guild:
        """Made before clients start, or else told to them by `join`. Its shard goes by the moment it is made in."""
        guild = Guild(
            id=self.world.snowflakes.mint(before_ms=3_600_000 - len(self.world.guilds)),
            name=name,
            locale=locale,
            installed=installed,
            size_limit=size_limit,
            members={person.id: person for person in members},
            _snowflakes=self.world.snowflakes,
        )
        self.world.guilds[guild.id] = guild
        return guild

    def dm(self, person: Person) -> Channel:
        return self.world.direct(person)

    def group(self, *people: Person) -> Channel:
        """People's own group, where the bot is no member."""
        return self.world.open_group(*people)

    def attachment(
        self, name: str, content: bytes, *, serving: Serving = Serving.WHOLE, told_size: int | None = None
    ) -> File:
        """A file to give with a command, a form or a message; told_size is a lie about its bytes."""
        return self.world.file(name, content, serving=serving, told_size=told_size)

    def link(self, file: File) -> str:
        """A fresh signed address; it lives 24 h by the clock."""
        return self.telling.link(file)

    def register(self, commands: Sequence[dict[str, Any]], *, guild: Guild | None = None) -> None:
        """Commands as a sync would have left them; a client's own PUT does the same."""
        scope = guild.id if guild else None
        self.world.commands[scope] = register(self.world, scope, commands, held=self.world.commands.get(scope, []))

    def commands(self, guild: Guild | None = None) -> list[dict[str, Any]]:
        return self.world.commands.get(guild.id if guild else None, [])

    async def join(self, guild: Guild) -> None:
        """The bot is added to a guild while it runs."""
        guild.installed = True
        told = self.telling.guild_create(guild) | {"unavailable": None}
        del told["unavailable"]
        await self.gateway.dispatch("GUILD_CREATE", guild, lambda _: told)

    async def leave(self, guild: Guild) -> None:
        """The bot is thrown out."""
        guild.installed = False
        await self.gateway.dispatch("GUILD_DELETE", guild, lambda _: {"id": str(guild.id)})

    async def permit(self, channel: Channel, permissions: int) -> None:
        """Change the bot's bits in a channel while it runs."""
        channel.permissions = permissions
        name = "THREAD_UPDATE" if channel.is_thread else "CHANNEL_UPDATE"
        await self.gateway.dispatch(name, channel.guild, lambda _: self.telling.channel(channel))

    async def delete(self, thing: Channel | Message) -> None:
        """Somebody removes a channel or a message."""
        thing.deleted = True
        if isinstance(thing, Message):
            await self.gateway.message_gone(thing)
        else:
            name = "THREAD_DELETE" if thing.is_thread else "CHANNEL_DELETE"
            await self.gateway.dispatch(name, thing.guild, lambda _: self.telling.channel(thing))

    # What goes wrong. Routes are such as "PATCH /webhooks", "/callback", "POST /channels/*/messages".

    def fail(
        self,
        route: str,
        *,
        status: int = 500,
        code: int = 0,
        times: int | None = 1,
        headers: Mapping[str, str] | None = None,
        stage: Stage = Stage.BEFORE,
    ) -> None:
        """Answer the next requests so; a 5xx without code is a proxy's HTML page. times None: until `heal`."""
        self.rest.faults.plan(refusal(route, status=status, code=code, times=times, headers=headers or {}, stage=stage))

    def throttle(
        self,
        route: str,
        *,
        retry_after_s: float = 0.05,
        scope: Scope = Scope.USER,
        via: bool = True,
        times: int | None = 1,
    ) -> None:
        """Answer 429; via=False is Cloudflare's own, which no client may retry."""
        self.rest.faults.plan(throttle(route, retry_after_s=retry_after_s, scope=scope, via=via, times=times))

    def hang_up(self, route: str, *, stage: Stage = Stage.AFTER, times: int | None = 1) -> None:
        """Cut the line: after carrying the request out, so that its answer is lost, or before."""
        self.rest.faults.plan(Fault(route=route, times=times, stage=stage))

    def hold(self, route: str, *, stage: Stage = Stage.BEFORE, times: int | None = 1) -> Gate:
        """Keep requests waiting until the gate's `open` is set: before they are carried out, or before the answer."""
        gate = Gate()
        self.rest.faults.plan(Fault(route=route, times=times, stage=stage, gate=gate))
        return gate

    def heal(self) -> None:
        """Forget every planned fault and open every gate."""
        self.rest.faults.clear()

    # What can be seen.

    def messages(self, channel: Channel) -> list[Message]:
        """What stands there, oldest first; ephemeral ones too, each with its viewer."""
        return [message for message in channel.messages if not message.deleted]

    @property
    def requests(self) -> list[Heard]:
        return self.rest.heard

    def asked(self, route: str) -> list[Heard]:
        """Requests whose "METHOD /template" contains that."""
        return [heard for heard in self.rest.heard if route in f"{heard.method} {heard.route}"]

    @property
    def violations(self) -> list[str]:
        return self.rest.violations
