"""`imagebot slack ...`, and Slack's part of `imagebot check`: Web API calls and one socket, with no house open."""

from __future__ import annotations

import asyncio
import re
from collections.abc import AsyncIterator, Awaitable, Collection, Iterator, Mapping
from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING, Any, Final

import aiohttp
import click
from cryptography.fernet import Fernet
from slack_sdk.errors import SlackApiError, SlackClientError
from slack_sdk.web.async_client import AsyncWebClient

from adapters import Finding, Keyless, Kit, State, Verbatim
from adapters.slack import manifest
from adapters.slack.credential import (
    APP_TOKEN,
    BOT_TOKEN,
    CLIENT_ID,
    CLIENT_SECRET,
    ENCRYPTION_KEY,
    objections,
)
from adapters.slack.event import DOOR, channel_of
from adapters.slack.fault import MISSING_SCOPE, TOO_OFTEN, UNHEARD, code_of
from bot.message import DIRECT
from bot.words import FALLBACK, Words

if TYPE_CHECKING:
    from slack_sdk.web.async_slack_response import AsyncSlackResponse

    from adapters.slack import Settings

PATIENCE_S: Final = 20.0
"""For one call, and for a socket's first word."""
CLOSING_S: Final = 1.0
"""Slack keeps its end open after a socket said goodbye, so nobody waits for it."""
MANIFEST: Final = "imagebot slack manifest"
NO_CODE: Final = "check"
"""In place of an installation's code: a client that Slack knows is told `invalid_code`, another that it is unknown."""
SPENT: Final[Mapping[str, str]] = {
    "account_inactive": "revoked",
    "token_revoked": "revoked",
    "token_expired": "expired",
    "invalid_auth": "unknown",
    "not_allowed_token_type": "unknown",
    "not_authed": "unknown",
}
"""Why a token is not accepted, by Slack's word."""
CLIENT_FAULTS: Final[Mapping[str, str]] = {"invalid_client_id": CLIENT_ID, "bad_client_secret": CLIENT_SECRET}
BROKEN: Final = frozenset(("fatal_error", "internal_error", "request_timeout", "service_unavailable"))
"""Slack's words for what is wrong on its side."""


class StrangerError(SlackClientError):
    """What answers is no Slack: a proxy's page, or slack.api_url leads elsewhere."""


@dataclass(frozen=True, slots=True)
class Line:
    """A client that makes calls and hears nothing, on a session that also takes one socket."""

    client: AsyncWebClient
    session: aiohttp.ClientSession


@dataclass(frozen=True, slots=True)
class Bot:
    """Whom the bot token belongs to, and the scopes that it was given; None where Slack does not tell."""

    name: str
    team: str
    granted: frozenset[str] | None
    app: str
    """Its app's id; empty where that is not to be had."""


@click.group()
def commands() -> None:
    """Make the Slack app."""


@commands.command("manifest")
@click.option("--many", is_flag=True, help="For an app that other workspaces install, too.")
@click.option(
    "--language", default=FALLBACK, show_default=True, metavar="LANGUAGE", help="Of the app's page and its commands."
)
@click.option("--link", is_flag=True, help="Print a link that makes the app, in place of something to paste.")
def print_manifest(many: bool, language: str, link: bool) -> Keyless:
    """Print the app's manifest.

    It goes into Slack's "From a manifest", or into an app that is there already; standard error says what comes next.
    """
    return Keyless(partial(_manifest, many=many, language=language, link=link))


@commands.command("key")
def print_key() -> Keyless:
    """Print a fresh key for SLACK_ENCRYPTION_KEY.

    The tokens of many workspaces are encrypted with it.
    """
    return Keyless(_key)


async def check(settings: Settings, kit: Kit) -> AsyncIterator[Finding]:
    """Tokens, scopes, Socket Mode, and whether the bot is in each channel that is open to it."""
    wrong = list(objections(settings, kit.secrets))
    for objection in wrong:
        yield Finding(State.FAULT, objection.key, objection.facts)
    if wrong:
        return
    async with aiohttp.ClientSession(timeout=aiohttp.ClientTimeout(total=PATIENCE_S)) as session:
        line = Line(AsyncWebClient(base_url=settings.api_url, session=session, retry_handlers=[]), session)
        look = _many if CLIENT_ID in kit.secrets else _single
        try:
            async for finding in look(settings, kit, line):
                yield finding
        except UNHEARD as error:
            yield _fault(error)


async def _manifest(
    settings: Settings, kit: Kit, *, many: bool, language: str, link: bool
) -> AsyncIterator[Finding | Verbatim]:
    many = many or CLIENT_ID in kit.secrets
    if many and not settings.public_url:
        yield Finding(State.FAULT, "check-slack-lacks", {"variable": "public_url"})
        return
    app = manifest.manifest(settings, say=partial(Words.load(kit.clock).say, language), many=many, roles=kit.roles)
    text = manifest.link(app) if link else manifest.written(app)
    yield Verbatim(text)
    if BOT_TOKEN in kit.secrets or CLIENT_ID in kit.secrets:
        yield Finding(State.HINT, "setup-slack-again")
        return
    for number, step in enumerate(_steps(settings, many=many, link=link), start=1):
        yield Finding(State.HINT, step, {"step": str(number), "url": manifest.CREATE_URL})
    if settings.assistant == "agent":
        yield Finding(State.HINT, "setup-slack-agent")


def _steps(settings: Settings, *, many: bool, link: bool) -> Iterator[str]:
    """From the manifest to the first picture, as keys of words/."""
    yield "setup-slack-open" if link else "setup-slack-paste"
    if many:
        yield "setup-slack-client"
        yield "setup-slack-distribute"
    else:
        yield "setup-slack-install"
    yield "setup-slack-app-token" if settings.mode == "socket" else "setup-slack-signing-secret"
    yield "setup-slack-check"
    if settings.mode == "http":
        yield "setup-slack-verify"


async def _key(settings: Settings, kit: Kit) -> AsyncIterator[Finding | Verbatim]:
    yield Verbatim(Fernet.generate_key().decode())
    key = "setup-slack-key-further" if ENCRYPTION_KEY in kit.secrets else "setup-slack-key"
    yield Finding(State.HINT, key)


async def _many(settings: Settings, kit: Kit, line: Line) -> AsyncIterator[Finding]:
    """Of an app that workspaces install: which ones did, and with what scopes, is for the running bot to know."""
    yield await _installable(settings, kit, line.client)
    yield await _way_in(settings, kit, line)


async def _single(settings: Settings, kit: Kit, line: Line) -> AsyncIterator[Finding]:
    line.client.token = kit.secrets[BOT_TOKEN]
    bot = await _bot(line.client)
    yield Finding(State.WELL, "check-slack", {"name": bot.name, "team": bot.team})
    for finding in _allowed(settings, bot, kit.roles):
        yield finding
    yield await _way_in(settings, kit, line, bot.app)
    told = [channel_of(place) for place in kit.alerted(DOOR)]
    for channel in dict.fromkeys((*settings.channels, *told)):
        yield await _channel(channel, line.client, bot)


async def _bot(client: AsyncWebClient) -> Bot:
    answer = await _asked(client.auth_test())
    told = answer.headers.get("x-oauth-scopes")
    granted = None if told is None else frozenset(scope.strip() for scope in told.split(",") if scope.strip())
    return Bot(str(answer["user"]), str(answer["team"]), granted, await _app_of(client, answer.get("bot_id")))


async def _app_of(client: AsyncWebClient, bot_id: str | None) -> str:
    if bot_id is None:
        return ""
    try:
        answer = await _asked(client.bots_info(bot=bot_id))
    except SlackApiError:  # a scope is missing, which is told anyway
        return ""
    return str(answer["bot"].get("app_id", ""))


def _allowed(settings: Settings, bot: Bot, roles: Collection[str]) -> Iterator[Finding]:
    """The scopes that were given against those that are needed."""
    if bot.granted is None:
        return
    needed = manifest.scopes(settings, roles)
    lacking = [scope for scope in needed if scope not in bot.granted]
    spare = sorted(bot.granted.difference(needed))
    if lacking:
        told = {"names": ", ".join(lacking), "command": MANIFEST}
        yield Finding(State.FAULT, "check-slack-scopes-fault", {"count": len(lacking), **told})
    else:
        yield Finding(State.WELL, "check-slack-scopes", {"count": len(needed)})
    if spare:
        yield Finding(State.OFF, "check-slack-scopes-spare", {"count": len(spare), "names": ", ".join(spare)})


async def _installable(settings: Settings, kit: Kit, client: AsyncWebClient) -> Finding:
    """Whether Slack knows the client that workspaces install with."""
    asked = {
        "client_id": kit.secrets[CLIENT_ID],
        "client_secret": kit.secrets[CLIENT_SECRET],
        "code": NO_CODE,
        "redirect_uri": settings.public_url + manifest.REDIRECT_PATH,
    }
    try:
        await _asked(client.api_call("oauth.v2.access", data=asked))
    except SlackApiError as error:
        word = code_of(error)
        if word in CLIENT_FAULTS:
            return Finding(State.FAULT, "check-slack-client", {"variable": CLIENT_FAULTS[word]})
        if word == "bad_redirect_uri":
            return Finding(State.FAULT, "check-slack-redirect", {"url": asked["redirect_uri"]})
        if word != "invalid_code":
            raise
    return Finding(State.WELL, "check-slack-installable", {"url": settings.public_url + manifest.INSTALL_PATH})


async def _way_in(settings: Settings, kit: Kit, line: Line, app: str = "") -> Finding:
    """How events come; app: the bot token's, where it is known."""
    if settings.mode == "socket":
        return await _socket(line, kit.secrets[APP_TOKEN], app)
    return Finding(State.WELL, "check-slack-called", {"url": settings.public_url + manifest.EVENTS_PATH})


async def _socket(line: Line, token: str, app: str) -> Finding:
    """Connect once, hear the greeting and leave: what Slack sends in between, it sends to another socket again."""
    try:
        ticket = await _asked(line.client.apps_connections_open(app_token=token))
    except SlackApiError as error:
        match code_of(error):
            case word if word == MISSING_SCOPE:
                return Finding(State.FAULT, "check-slack-socket-scope")
            case word if word in SPENT:
                return Finding(State.FAULT, "check-slack-token", {"variable": APP_TOKEN, "why": SPENT[word]})
            case _:
                raise
    match await _greeting(line, str(ticket["url"])):
        case {"type": "hello", "connection_info": {"app_id": str(other)}} if app and other != app:
            return Finding(State.FAULT, "check-slack-two-apps")
        case {"type": "hello"}:
            return Finding(State.WELL, "check-slack-socket")
        case {"reason": "link_disabled"}:
            return Finding(State.FAULT, "check-slack-socket-off")
        case {"reason": "too_many_websockets"}:
            return Finding(State.FAULT, "check-slack-socket-many")
        case _:
            return Finding(State.FAULT, "check-slack-fault", listed=("reason-broken",))


async def _greeting(line: Line, url: str) -> Any:
    """The first that a socket says, as JSON; None where it says nothing of the kind."""
    patience = aiohttp.ClientWSTimeout(ws_close=CLOSING_S)
    async with asyncio.timeout(PATIENCE_S):
        async with line.session.ws_connect(url, proxy=line.client.proxy, timeout=patience) as socket:
            said = await socket.receive()
    return said.json() if said.type is aiohttp.WSMsgType.TEXT else None


async def _channel(name: str, client: AsyncWebClient, bot: Bot) -> Finding:
    """Whether the bot is in one of the places that the operator opened, or how it comes to be."""
    if name == DIRECT:
        return Finding(State.WELL, "check-slack-direct")
    facts = {"channel": name, "invite": f"/invite @{bot.name}"}
    if not re.fullmatch(r"[CG][A-Z0-9]{2,}", name):
        return Finding(State.FAULT, "check-slack-channel-odd", facts)
    try:
        found: Mapping[str, Any] = (await _asked(client.conversations_info(channel=name)))["channel"]
    except SlackApiError as error:
        match code_of(error):
            case "channel_not_found":  # so Slack says of private ones, too, as long as the bot is not in them
                return Finding(State.FAULT, "check-slack-channel-unseen", facts)
            case word if word == MISSING_SCOPE:
                return Finding(State.FAULT, "check-slack-channel-scope", facts)
            case _:
                raise
    facts["channel"] = found.get("name") or name
    if found.get("is_archived"):
        return Finding(State.FAULT, "check-slack-channel-archived", facts)
    if found.get("is_member") or found.get("is_mpim"):
        return Finding(State.WELL, "check-slack-channel", facts)
    return Finding(State.WELL, "check-slack-channel-joins", facts)


async def _asked(call: Awaitable[AsyncSlackResponse]) -> AsyncSlackResponse:
    try:
        async with asyncio.timeout(PATIENCE_S):
            return await call
    except (AttributeError, KeyError, TypeError, ValueError) as error:  # slack_sdk trips over what is no JSON object
        if isinstance(error, aiohttp.ClientError):
            raise
        raise StrangerError from error


def _fault(error: Exception) -> Finding:
    """One clear sentence for whatever kept Slack from answering."""
    match error:
        case SlackApiError():
            return _refused(code_of(error), getattr(error.response, "status_code", 0))
        case StrangerError():
            reason = "reason-slack-stranger"
        case SlackClientError():
            reason = "reason-broken"
        case _:
            reason = "reason-unreachable"
    return Finding(State.FAULT, "check-slack-fault", listed=(reason,))


def _refused(word: str, status: int) -> Finding:
    if word in SPENT:
        return Finding(State.FAULT, "check-slack-token", {"variable": BOT_TOKEN, "why": SPENT[word]})
    if status == 429 or word in TOO_OFTEN:
        reason = "reason-throttled"
    elif status >= 500 or word in BROKEN:
        reason = "reason-broken"
    elif not word:
        reason = "reason-slack-stranger"
    else:
        return Finding(State.FAULT, "check-slack-refused", {"word": word})
    return Finding(State.FAULT, "check-slack-fault", listed=(reason,))
