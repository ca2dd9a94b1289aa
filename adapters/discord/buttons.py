"""Buttons and forms, known by their ids alone: they work after every restart and on every message of ours."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any, Final, NoReturn

import discord

from adapters.discord import forms, render
from adapters.discord.reception import Reception
from adapters.discord.visit import Manner, Visit
from bot.errors import OutdatedError
from bot.job import JobId
from bot.message import Button, Verb
from bot.request import ImageId

_JOB: Final = re.compile(r"[0-9a-f]{16}")
_IMAGE: Final = re.compile(r"[0-9a-f]{64}")
_FACTOR: Final = re.compile(r"[2-8]")


@dataclass(frozen=True, slots=True)
class Press:
    """An id of ours, taken apart; its parts raise OutdatedError for what this release does not write."""

    verb: str
    target: str
    more: str = ""

    @classmethod
    def of(cls, event: discord.Interaction[Any]) -> Press:
        sent: Mapping[str, Any] = dict(event.data or {})
        found = render.PRESS.fullmatch(str(sent.get("custom_id")))
        if found is None:
            raise OutdatedError
        return cls(found["verb"], found["target"], found["more"] or "")

    @property
    def job(self) -> JobId:
        return JobId(self.target) if _JOB.fullmatch(self.target) else _outdated()

    @property
    def image(self) -> ImageId:
        return ImageId(self.target) if _IMAGE.fullmatch(self.target) else _outdated()

    @property
    def image_besides(self) -> ImageId | None:
        """The picture that more names, if it names any."""
        if not self.more:
            return None
        return ImageId(self.more) if _IMAGE.fullmatch(self.more) else _outdated()

    @property
    def factor(self) -> int | None:
        if not self.more:
            return None
        return int(self.more) if _FACTOR.fullmatch(self.more) else _outdated()

    @property
    def sure(self) -> bool:
        return self.more == render.SURE


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
    press = Press.of(visit.event)
    if press.verb not in list(Verb):
        raise OutdatedError
    match Verb(press.verb):
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
    press, filled = Press.of(visit.event), forms.read(visit.event)
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


def _outdated() -> NoReturn:
    raise OutdatedError
