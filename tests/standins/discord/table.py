"""Which address of the official document is answered by what."""

from __future__ import annotations

from aiohttp import web

from tests.standins.discord.account import Account
from tests.standins.discord.answering import Answering
from tests.standins.discord.command import Commands
from tests.standins.discord.posting import Posting
from tests.standins.discord.rest import Rest

COMMANDS = "/applications/{application_id}/commands"
GUILD_COMMANDS = "/applications/{application_id}/guilds/{guild_id}/commands"
MESSAGES = "/channels/{channel_id}/messages"
WEBHOOK = "/webhooks/{webhook_id}/{webhook_token}"


def open_routes(
    app: web.Application, rest: Rest, account: Account, commands: Commands, posting: Posting, answering: Answering
) -> None:
    """Register them all; where two match an address, the earlier is taken."""
    table = [
        ("GET", "/users/@me", account.me),
        ("GET", "/users/@me/guilds", account.my_guilds),
        ("POST", "/users/@me/channels", account.open_direct),
        ("GET", "/users/{user_id}", account.user),
        ("GET", "/oauth2/applications/@me", account.application),
        ("GET", "/applications/@me", account.application),
        ("GET", "/gateway", account.gateway_address),
        ("GET", "/gateway/bot", account.gateway_bot),
        ("GET", "/guilds/{guild_id}", account.guild),
        ("GET", "/guilds/{guild_id}/channels", account.guild_channels),
        ("GET", "/guilds/{guild_id}/roles", account.guild_roles),
        ("GET", "/guilds/{guild_id}/members/{user_id}", account.member),
        ("GET", "/channels/{channel_id}", account.channel),
        ("POST", "/channels/{channel_id}/typing", posting.typing),
        ("GET", MESSAGES, posting.history),
        ("POST", MESSAGES, posting.create),
        ("GET", MESSAGES + "/{message_id}", posting.read),
        ("PATCH", MESSAGES + "/{message_id}", posting.edit),
        ("DELETE", MESSAGES + "/{message_id}", posting.delete),
        ("POST", "/interactions/{interaction_id}/{interaction_token}/callback", answering.callback),
        ("POST", WEBHOOK, answering.followup),
    ]
    for last in ("@original", "{message_id}"):
        where = f"{WEBHOOK}/messages/{last}"
        table += [
            ("GET", where, answering.read),
            ("PATCH", where, answering.edit),
            ("DELETE", where, answering.delete),
        ]
    for where in (COMMANDS, GUILD_COMMANDS):
        table += [
            ("GET", where, commands.read_all),
            ("PUT", where, commands.replace),
            ("POST", where, commands.create),
            ("GET", where + "/{command_id}", commands.read),
            ("PATCH", where + "/{command_id}", commands.edit),
            ("DELETE", where + "/{command_id}", commands.delete),
        ]
    for method, template, handler in table:
        rest.answer(app, method, template, handler)
