"""Which method is answered by what."""

from __future__ import annotations

from tests.standins.slack.account import Account
from tests.standins.slack.api import Api
from tests.standins.slack.conversing import Conversing
from tests.standins.slack.filing import Filing
from tests.standins.slack.oauth import OAuth
from tests.standins.slack.posting import Posting
from tests.standins.slack.socket_mode import SocketMode
from tests.standins.slack.viewing import Viewing


def open_methods(
    api: Api,
    account: Account,
    conversing: Conversing,
    posting: Posting,
    filing: Filing,
    viewing: Viewing,
    sockets: SocketMode,
    oauth: OAuth,
) -> None:
    """Serve every method that a bot which posts pictures calls."""
    api.answer("auth.test", account.test)
    api.answer("auth.revoke", account.revoke)
    api.answer("auth.teams.list", account.teams)
    api.answer("apps.uninstall", account.uninstall)
    api.answer("team.info", account.team)
    api.answer("users.info", account.user)
    api.answer("bots.info", account.bot)
    api.answer("usergroups.list", account.groups)
    api.answer("usergroups.users.list", account.group_members)

    api.answer("conversations.info", conversing.info)
    api.answer("conversations.join", conversing.join)
    api.answer("conversations.open", conversing.open)
    api.answer("conversations.list", conversing.listing)
    api.answer("conversations.members", conversing.members)
    api.answer("conversations.history", conversing.history)
    api.answer("conversations.replies", conversing.replies)
    api.answer("users.conversations", conversing.mine)

    api.answer("chat.postMessage", posting.post)
    api.answer("chat.update", posting.update)
    api.answer("chat.delete", posting.delete)
    api.answer("chat.postEphemeral", posting.whisper)
    api.answer("chat.getPermalink", posting.permalink)

    api.answer("files.getUploadURLExternal", filing.ticket)
    api.answer("files.completeUploadExternal", filing.complete)
    api.answer("files.info", filing.info)
    api.answer("files.list", filing.listing)
    api.answer("files.delete", filing.delete)

    api.answer("views.open", viewing.open)
    api.answer("views.push", viewing.push)
    api.answer("views.update", viewing.update)
    api.answer("views.publish", viewing.publish)
    api.answer("assistant.threads.setStatus", viewing.status)
    api.answer("assistant.threads.setTitle", viewing.title)
    api.answer("assistant.threads.setSuggestedPrompts", viewing.suggest)

    api.answer("apps.connections.open", sockets.connect)
    api.answer("oauth.v2.access", oauth.access)
