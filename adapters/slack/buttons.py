"""Buttons and forms, known by their ids alone: they work after every restart and on every message of ours."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

from slack_bolt.app.async_app import AsyncApp
from slack_bolt.response import BoltResponse

from adapters.slack import forms, home
from adapters.slack.attachment import Attachment
from adapters.slack.event import Origin, sent_from
from adapters.slack.reception import Ack, Reception
from adapters.slack.visit import Visit
from bot import prompt
from bot.chat.press import Manner, Press
from bot.errors import OutdatedError, PictureMissingError
from bot.message import Verb
from bot.request import Wish


def plant(app: AsyncApp, door: Reception) -> None:
    """Listen for every button and form."""

    async def press(body: Mapping[str, Any], ack: Ack) -> BoltResponse:
        if not _asks(body):
            return await ack()
        return await door.answer(body, ack, pressed)

    async def submit(body: Mapping[str, Any], ack: Ack) -> BoltResponse:
        return await door.answer(body, ack, submitted)

    app.action(re.compile(".*"))(press)
    app.view(re.compile(".*"))(submit)


async def pressed(visit: Visit) -> None:
    """A button."""
    press = Press.of(_action(visit.event.body).get("action_id"))
    match press.asks:
        case Verb.UPSCALE:
            await visit.enlarge(press.image, press.factor)
        case Verb.AGAIN:
            await visit.again(press.job)
        case Verb.RETRY:
            await visit.retry(press.job)
        case Verb.LOOK:
            await visit.desk.settle(press.job, by=visit.person)
        case Verb.EDIT:
            await visit.edit(press.job)
        case Verb.REFERENCE:
            await visit.refer(press.image)
        case Verb.CANCEL:
            await visit.desk.cancel(press.job, by=visit.person)
        case Verb.DELETE:
            await visit.desk.delete(press.job, by=visit.person)
    if press.asks not in (Verb.EDIT, Verb.REFERENCE):
        await visit.settle()
    if not visit.event.message:  # on the bot's own page, which shows what became of it
        await home.show(visit)


async def submitted(visit: Visit) -> None:
    """A form, filled in."""
    view: Mapping[str, Any] = visit.event.body["view"]
    origin = Origin.of(str(view.get("private_metadata") or ""))
    visit.moved(sent_from(visit.event, origin))
    press, filled = Press.of(view.get("callback_id")), forms.read(view)
    visit.asked = f"/imagine {filled.prompt} {filled.flags}".strip()
    manner = Manner(count=filled.count)
    match press.verb:
        case "imagine":
            wish = _wish(visit, filled)
            await visit.paint(await visit.with_references(wish, await _files(visit, filled)), manner)
        case "reference":
            wish = _wish(visit, filled)
            if press.target:
                wish = replace(wish, references=(press.image,))
            files = [*origin.files, *filled.files]
            shown = await visit.files(files)
            await visit.paint(await visit.with_references(wish, shown), manner)
        case "edit":
            await visit.edited(press.job, _wish(visit, filled), await _files(visit, filled), manner)
        case "upscale":
            visit.asked = ""
            await _enlarge(visit, filled)
        case _:
            raise OutdatedError
    await visit.settle()


async def _enlarge(visit: Visit, filled: forms.Filled) -> None:
    shown = await _files(visit, filled)
    if not shown:
        raise PictureMissingError
    (kept,) = await visit.bring(shown[:1])
    await visit.enlarge(kept.id, filled.factor)


def _wish(visit: Visit, filled: forms.Filled) -> Wish:
    """What was asked for, which from then on is told whole where it is refused. Raises RefusedError."""
    wish = forms.wish_of(filled)
    visit.asked = f"/imagine {prompt.written(wish)}"
    return wish


async def _files(visit: Visit, filled: forms.Filled) -> Sequence[Attachment]:
    return await visit.files(filled.files)


def _asks(body: Mapping[str, Any]) -> bool:
    """Whether it is a press of ours, not a choice in a form."""
    return _action(body).get("type") == "button"


def _action(body: Mapping[str, Any]) -> Mapping[str, Any]:
    actions = body.get("actions")
    return actions[0] if isinstance(actions, list) and actions else {}
