"""Buttons and forms, known by their ids alone: they work after every restart and on every message of ours."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import discord

from adapters.discord import forms, render
from adapters.discord.reception import Reception
from adapters.discord.visit import Visit
from bot.chat.press import Manner, Press
from bot.errors import OutdatedError
from bot.job import JobId
from bot.message import Button, Verb


async def answer(event: discord.Interaction[Any], door: Reception) -> None:
    """Work on a press or a form; other interactions are the command tree's."""
    match event.type:
        case discord.InteractionType.component:
            await door.answer(event, pressed)
        case discord.InteractionType.modal_submit:
            await door.answer(event, submitted)
        case _:
            pass


async def pressed(visit: Visit) -> None:
    """A button."""
    await visit.look()
    press = press_of(visit.event)
    match press.asks:
        case Verb.UPSCALE:
            await visit.enlarge(press.image, press.factor, Manner())
        case Verb.AGAIN:
            await visit.again(press.job)
        case Verb.RETRY if press.sure:
            await visit.retry(press.job)
        case Verb.RETRY:
            job = press.job
            await visit.seen(job)
            await visit.show(render.confirm(Button(Verb.RETRY, visit.say("button-retry"), job), say=visit.say))
        case Verb.LOOK:
            job = press.job
            await visit.event.response.defer()
            await visit.desk.settle(job, by=visit.person)
        case Verb.EDIT:
            await visit.edit(press.job)
        case Verb.REFERENCE:
            await visit.refer(press.image, Manner(private=visit.private, spoiler=visit.spoiler))
        case Verb.CANCEL:
            job = press.job
            await visit.event.response.defer()
            await visit.desk.cancel(job, by=visit.person)
        case Verb.DELETE if press.sure:
            job = press.job
            await visit.event.response.defer()
            await visit.desk.delete(job, by=visit.person)
            await visit.event.delete_original_response()  # the question
        case Verb.DELETE:
            await _ask_whether(visit, press.job)


async def submitted(visit: Visit) -> None:
    """A form, filled in. What was written comes back with a refusal, since the form is gone by then."""
    await visit.look()
    press, filled = press_of(visit.event), forms.read(visit.event)
    visit.asked = f"/imagine {filled.prompt} {filled.flags}".strip()
    match press.verb:
        case "imagine":
            manner, image = Manner.of(press.target), press.image_besides
        case "reference":
            manner, image = Manner.of(press.more), press.image
        case "edit":
            await visit.edited(press.job, forms.wish_of(filled), filled.attachments)
            return
        case _:
            raise OutdatedError
    visit.private = visit.private or manner.private
    wish = await visit.with_references(forms.wish_of(filled), filled.attachments)
    if image is not None:
        wish = replace(wish, references=(image, *wish.references))
    spoiler = manner.spoiler or any(each.spoiler for each in filled.attachments)
    await visit.paint(wish, replace(manner, spoiler=spoiler))


async def _ask_whether(visit: Visit, job: JobId) -> None:
    """What is deleted stays deleted, so ask; but not those who may not do it anyway."""
    await visit.desk.may_touch(job, by=visit.person)
    label = visit.say("button-delete")
    await visit.show(render.confirm(Button(Verb.DELETE, label, job), say=visit.say))


def press_of(event: discord.Interaction[Any]) -> Press:
    """What was pressed or sent. Raises OutdatedError."""
    return Press.of(dict(event.data or {}).get("custom_id"))
