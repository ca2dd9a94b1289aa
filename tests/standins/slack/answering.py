"""What the app answers: bodies of acknowledgements, and what it sends to a response_url."""

from __future__ import annotations

import json
from typing import Any, Final

from aiohttp import web

from tests.standins.slack.asking import Asking
from tests.standins.slack.delivered import RESPONSES, Delivered, Sort
from tests.standins.slack.message import Message
from tests.standins.slack.posting import Posting, numbered
from tests.standins.slack.rules import RefusedError
from tests.standins.slack.view import View
from tests.standins.slack.viewing import Viewing
from tests.standins.slack.world import World

FIELDS: Final = frozenset(
    {
        "attachments",
        "blocks",
        "delete_original",
        "link_names",
        "metadata",
        "mrkdwn",
        "parse",
        "replace_original",
        "response_type",
        "text",
        "thread_ts",
        "unfurl_links",
        "unfurl_media",
    }
)
"""What an answer may hold."""


class Answering:
    """`responses` are bodies that came to response_urls with what became of each."""

    def __init__(self, world: World, asking: Asking, posting: Posting, viewing: Viewing, violations: list[str]) -> None:
        self.world = world
        self.responses: list[tuple[dict[str, Any], int, str]] = []
        self.response_troubles: list[int | None] = []
        """Statuses that the next posts to a response_url get; None hangs up."""
        self._asking = asking
        self._posting = posting
        self._viewing = viewing
        self._violations = violations

    def took(self, told: Delivered) -> None:
        """Show what came with an acknowledgement."""
        body = told.response
        try:
            if told.kind == "view_submission":
                self._submitted(told, body or {})
            elif told.sort is Sort.COMMAND and isinstance(body, dict) and (body.get("text") or body.get("blocks")):
                self._answer(told, body)
        except RefusedError as error:
            told.error = error.error
            self._violations += [f"acknowledgement: {one}" for one in error.messages or (error.error,)]

    async def respond(self, request: web.Request) -> web.Response:
        """A post to a response_url."""
        told = self._asking.responses.get(request.match_info["secret"])
        try:
            body = json.loads(await request.text())
        except ValueError:
            body = {}
        if self.response_troubles:
            status = self.response_troubles.pop(0)
            if status is None and request.transport is not None:
                request.transport.abort()
            self.responses.append((body, status or 0, ""))
            return web.Response(status=status or 500, text="trouble")
        status, error = self._responded(told, body)
        self.responses.append((body, status, error))
        if error:
            return web.json_response({"ok": False, "error": error}, status=status)
        return web.Response(text="ok")

    def _responded(self, told: Delivered | None, body: dict[str, Any]) -> tuple[int, str]:
        if told is None:
            return 404, "invalid_url"
        if told.response_lapsed(self.world.clock.now()):
            return 404, "expired_url"
        if told.responses >= RESPONSES:
            return 404, "used_url"
        told.responses += 1
        try:
            if body.get("delete_original"):
                if told.message:
                    told.message.deleted = True
            else:
                self._answer(told, body)
        except RefusedError as error:
            self._violations += [f"response_url: {one}" for one in error.messages or (error.error,)]
            return 400, error.error
        return 200, ""

    def _answer(self, told: Delivered, body: dict[str, Any]) -> None:
        """A message that answers a command or button. Raises RefusedError."""
        channel, person = told.channel, told.person
        if channel is None or person is None:
            raise RefusedError("invalid_arguments", "this act belongs to no channel")
        if strange := body.keys() - FIELDS:
            raise RefusedError("invalid_arguments", f"unknown: {sorted(strange)}")
        public = body.get("response_type") == "in_channel"
        message = Message(
            ts=self.world.ids.ts(),
            channel=channel,
            author=channel.workspace.bot,
            at=self.world.clock.now(),
            fallback=body.get("text") or "",
            blocks=numbered(body.get("blocks") or [], self.world),
            thread_ts=body.get("thread_ts") or "",
            viewer=None if public else person,
        )
        old = told.message
        replaces = body.get("replace_original") in (True, "true") and old is not None and not old.deleted
        ephemeral = old.ephemeral if replaces and old else not public
        self._posting.check_content(message, ephemeral=ephemeral)
        if replaces and old:
            old.history.append(old.text)
            old.edits.append(message.at)
            old.fallback, old.blocks = message.fallback, message.blocks
            message = old
        else:
            channel.messages.append(message)
        told.message = message
        told.answers.append(message)

    def _submitted(self, told: Delivered, body: dict[str, Any]) -> None:
        """What becomes of a modal whose submission was acknowledged. Raises RefusedError."""
        view = told.source
        assert isinstance(view, View)
        stack = self.world.modals.setdefault(view.person.id, [])
        match body.get("response_action"):
            case None:
                self._close(stack, view)
            case "errors":
                known = {block["block_id"] for block in view.blocks if block["type"] == "input"}
                errors = body.get("errors") or {}
                if not errors or errors.keys() - known:
                    raise RefusedError("invalid_arguments", f"errors for {sorted(errors)}, inputs are {sorted(known)}")
                view.errors = dict(errors)
            case "update":
                self._viewing.write(view, self._viewing.checked(body.get("view"), "modal"))
                view.updates += 1
                told.view = view
            case "push":
                self._viewing.pushed(told, self._viewing.checked(body.get("view"), "modal"))
            case "clear":
                for each in stack:
                    each.closed = True
                stack.clear()
            case strange:
                raise RefusedError("invalid_arguments", f"response_action: {strange}")

    @staticmethod
    def _close(stack: list[View], view: View) -> None:
        view.closed = True
        if view in stack:
            stack.remove(view)
