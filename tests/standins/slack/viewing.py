"""Views and the assistant's pane as the app fills them: views.*, assistant.threads.*."""

from __future__ import annotations

import secrets
from collections.abc import Mapping
from typing import Any, Final

from tests.standins.slack.api import Call
from tests.standins.slack.asking import Asking
from tests.standins.slack.block import faults_of_view, too_large
from tests.standins.slack.delivered import Delivered
from tests.standins.slack.event import Telling
from tests.standins.slack.posting import Posting, numbered
from tests.standins.slack.rules import RefusedError, invalid_arguments
from tests.standins.slack.view import STACK, View
from tests.standins.slack.world import Channel, Person, World

PROMPTS: Final = 4


class Viewing:
    """`prompts` and `titles` are the assistant's, by channel; a title by channel and thread."""

    def __init__(self, world: World, telling: Telling, asking: Asking, posting: Posting) -> None:
        self.world = world
        self.telling = telling
        self.prompts: dict[str, list[dict[str, str]]] = {}
        self.standing_prompts: list[dict[str, str]] = []
        """What the manifest suggests everywhere."""
        self.titles: dict[tuple[str, str], str] = {}
        self._asking = asking
        self._posting = posting

    async def open(self, call: Call) -> dict[str, Any]:
        """views.open"""
        given = self.checked(call.args["view"], "modal")
        asked = self._exchanged(call)
        return {"view": self.telling.view(self.opened(asked, given))}

    async def push(self, call: Call) -> dict[str, Any]:
        """views.push"""
        given = self.checked(call.args["view"], "modal")
        asked = self._exchanged(call)
        if not isinstance(asked.source, View) or asked.source.closed:
            raise RefusedError("not_found")
        return {"view": self.telling.view(self.pushed(asked, given))}

    async def update(self, call: Call) -> dict[str, Any]:
        """views.update"""
        view = self._named(call)
        given = self.checked(call.args["view"], view.kind)
        if call.args.get("hash") and call.args["hash"] != view.hash:
            raise RefusedError("hash_conflict")
        self.write(view, given)
        view.updates += 1
        return {"view": self.telling.view(view)}

    async def publish(self, call: Call) -> dict[str, Any]:
        """views.publish"""
        given = self.checked(call.args["view"], "home")
        person = next((each.people.get(call.args["user_id"]) for each in call.workspaces), None)
        if person is None:
            raise RefusedError("invalid_arguments", "user_id: no such user")
        view = self.world.homes.get(person.id)
        if view is None:
            view = View(id=self.world.ids.mint("V"), kind="home", person=person, workspace=person.workspace)
            self.world.homes[person.id] = self.world.views[view.id] = view
        elif call.args.get("hash") and call.args["hash"] != view.hash:
            raise RefusedError("hash_conflict")
        else:
            view.updates += 1
        self.write(view, given)
        return {"view": self.telling.view(view)}

    async def status(self, call: Call) -> dict[str, Any]:
        """assistant.threads.setStatus"""
        channel, thread = self._pane(call)
        for one in call.args.get("loading_messages") or ():
            if not 1 <= len(one) <= 50:
                raise invalid_arguments("loading_messages: 1 to 50 characters each")
        self._posting.statuses[channel.id, thread] = (call.args["status"], call.at)
        if not call.args["status"]:
            del self._posting.statuses[channel.id, thread]
        return {}

    async def title(self, call: Call) -> dict[str, Any]:
        """assistant.threads.setTitle"""
        channel, thread = self._pane(call)
        self.titles[channel.id, thread] = call.args["title"]
        return {}

    async def suggest(self, call: Call) -> dict[str, Any]:
        """assistant.threads.setSuggestedPrompts"""
        channel, _ = self._pane(call)
        prompts = call.args["prompts"]
        good = isinstance(prompts, list) and all(
            isinstance(one, dict) and one.keys() == {"title", "message"} and all(one.values()) for one in prompts
        )
        if not good or not 1 <= len(prompts) <= PROMPTS:
            raise invalid_arguments(f"prompts: 1 to {PROMPTS}, each with a title and a message")
        self.prompts[channel.id] = prompts
        return {}

    def checked(self, view: Any, kind: str) -> Mapping[str, Any]:
        """A view as it may be shown. Raises RefusedError."""
        if faults := faults_of_view(view):
            raise invalid_arguments(*faults)
        if view["type"] != kind:
            raise invalid_arguments(f"a {kind} is wanted, not a {view['type']}")
        if too_large(view):
            raise RefusedError("view_too_large", fault=True)
        return dict(view)

    def opened(self, asked: Delivered, given: Mapping[str, Any]) -> View:
        """A new modal, in front of its person."""
        person = self._person(asked)
        for view in self.world.modals.get(person.id, []):
            view.closed = True
        view = self._made(asked, given)
        self.world.modals[person.id] = [view]
        asked.view = view
        return view

    def pushed(self, asked: Delivered, given: Mapping[str, Any]) -> View:
        """A modal on top of the others. Raises RefusedError."""
        below = self.world.modals.setdefault(self._person(asked).id, [])
        if len(below) >= STACK:
            raise RefusedError("push_limit_reached", fault=True)
        view = self._made(asked, given)
        if below:
            view.root, view.previous = below[0].id, below[-1].id
        below.append(view)
        asked.view = view
        return view

    def write(self, view: View, given: Mapping[str, Any]) -> None:
        """Show it so from now on. Raises RefusedError."""
        blocks = numbered(given["blocks"], self.world)
        self._posting.check_pictures(blocks, view.workspace)
        view.write({**given, "blocks": blocks}, digest=f"{self.world.ids.ts()}.{secrets.token_hex(4)}")

    def _made(self, asked: Delivered, given: Mapping[str, Any]) -> View:
        view = View(id=self.world.ids.mint("V"), kind="modal", person=self._person(asked), workspace=asked.workspace)
        self.write(view, given)
        self.world.views[view.id] = view
        return view

    def _exchanged(self, call: Call) -> Delivered:
        """The act that a trigger_id belongs to, which is used up by it. Raises RefusedError."""
        trigger = call.args.get("trigger_id") or call.args.get("interactivity_pointer") or ""
        asked = self._asking.triggers.get(trigger)
        if asked is None or not any(each is asked.workspace for each in call.workspaces):
            raise RefusedError("invalid_trigger_id", fault=True)
        if asked.trigger_used:
            raise RefusedError("exchanged_trigger_id")
        if asked.trigger_lapsed(call.at):
            raise RefusedError("expired_trigger_id")
        asked.trigger_used = True
        return asked

    def _named(self, call: Call) -> View:
        view = self.world.views.get(call.args.get("view_id") or "")
        if external := call.args.get("external_id"):
            view = next((one for one in self.world.views.values() if one.external_id == external), None)
        if view is None or view.closed:
            raise RefusedError("not_found")
        return view

    def _pane(self, call: Call) -> tuple[Channel, str]:
        channel = call.channel(call.args["channel_id"])
        thread = str(call.args.get("thread_ts") or "")
        if thread and channel.message(thread) is None:
            raise RefusedError("invalid_thread_ts")
        return channel, thread

    @staticmethod
    def _person(asked: Delivered) -> Person:
        assert asked.person, "nobody did that"
        return asked.person
