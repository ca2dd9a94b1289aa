"""One interaction while it is answered: what a person can have, and how each answer gets back to them."""

from __future__ import annotations

import asyncio
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from functools import partial
from typing import TYPE_CHECKING, Any

import discord

from adapters.discord import forms, render
from adapters.discord.attachment import Attachment, covered, pictures_in
from adapters.discord.event import DOOR, FILE_LIMIT, NOBODY, Handle, person_of, place_of
from bot import prompt
from bot.errors import (
    BadValueError,
    BotError,
    DuplicateError,
    JobUnknownError,
    NoOfferError,
    OutdatedError,
    PictureMissingError,
)
from bot.fitting import series, wish_of
from bot.job import JobId
from bot.message import Person, Picture, Place, Reply, Tone, Verb
from bot.request import Enlarge, ImageId, Imagine, Wish
from bot.view import View

if TYPE_CHECKING:
    from adapters.discord.reception import Reception


@dataclass(frozen=True, slots=True, kw_only=True)
class Manner:
    """How a picture is asked for, besides the wish; short enough to travel in a form's id."""

    count: int = 1
    private: bool = False
    spoiler: bool = False

    def __str__(self) -> str:
        return f"{self.count}{'p' * self.private}{'s' * self.spoiler}"

    @classmethod
    def of(cls, written: str) -> Manner:
        """What `str` wrote. Raises OutdatedError."""
        found = re.fullmatch(r"([1-9])(p?)(s?)", written)
        if found is None:
            raise OutdatedError
        return cls(count=int(found[1]), private=bool(found[2]), spoiler=bool(found[3]))


class Visit:
    """Its methods raise what the desk raises, and the reception tells it.

    asked: the person's words, shown again with a refusal. private: all answers are for this person alone.
    """

    def __init__(self, door: Reception, event: discord.Interaction[Any], *, answer_by_s: float) -> None:
        self.event = event
        self.desk = door.desk
        self.person: Person = person_of(event, door.settings)
        self.say: render.Say = partial(door.desk.say, self.person.locale)
        self.asked = ""
        self.private = event.message is not None and event.message.flags.ephemeral
        self._door = door
        self._answer_by_s = answer_by_s
        self._thinking = self._passing = False
        """Whether the answer is Discord's own "thinking", or a note that the real answer replaces."""

    async def look(self) -> None:
        """Which of a public message's pictures is meant is asked in private; what follows from that is no secret."""
        message = self.event.message
        if self.private and message is not None and message.type is discord.MessageType.context_menu_command:
            self.private = await self._door.behind(message.channel.id, message.id) is not None

    # ---- what a person can have

    async def imagine(self, words: str, given: Mapping[str, Any], image: Attachment | None, manner: Manner) -> None:
        """/imagine: with words a picture, without a form for them."""
        self.asked, self.private = f"/imagine {words}" if words else "", manner.private
        pictures = [image] if image is not None else []
        manner = replace(manner, spoiler=manner.spoiler or any(each.spoiler for each in pictures))
        if words:
            wish = overruled(self.desk.read(words), given)
            await self.paint(await self.with_references(wish, pictures), manner)
            return
        wish, more = overruled(Wish(prompt=""), given), ""
        if pictures:
            kept = await self._quickly(pictures)
            if kept is None:
                return
            more = f":{kept.id}"
        await self.fill_in(f"v1:imagine:{manner}{more}", wish, references=not more)

    async def paint(self, wish: Wish, manner: Manner) -> None:
        """As many pictures as were asked for, each a job of its own; how many were taken is told where not all were."""
        most = self._door.settings.max_count
        if manner.count > most:  # of a form, or of a list of commands, from before the setting was changed
            raise BadValueError(field="count", value=manner.count, allowed=f"1–{most}" if most > 1 else "1")
        for number, each in enumerate(series(wish, manner.count), start=1):
            first = number == 1
            event = str(self.event.id) if first else f"{self.event.id}:{number}"
            at = self._place(private=manner.private, spoiler=manner.spoiler, first=first)
            asked = f"/imagine {prompt.written(each)}"
            try:
                await self.desk.accept(each, by=self.person, at=at, event=event, asked=asked)
            except DuplicateError:
                if first:
                    raise
            except BotError as error:
                if first:
                    raise
                notice = self.desk.notice(error, locale=self.person.locale, asked=asked)
                taken = self.say("discord-some-taken", taken=number - 1, count=manner.count)
                await self.tell(replace(notice, body=f"{taken} {notice.body}"))
                return

    async def enlarge(self, source: ImageId, factor: int | None, manner: Manner, *, asked: str = "") -> None:
        at = self._place(private=manner.private, spoiler=manner.spoiler)
        wish = Enlarge(source=source, factor=factor)
        await self.desk.accept(wish, by=self.person, at=at, event=str(self.event.id), asked=asked)

    async def again(self, job: JobId, *, event: str | None = None) -> None:
        """The same once more, covered and private as the first one was; for the same event only once."""
        view = await self.seen(job)
        at = self._place(private=view.at.private, spoiler=_spoiler(view))
        await self.desk.again(job, by=self.person, at=at, event=event or str(self.event.id))

    async def retry(self, job: JobId) -> None:
        """As `again`, once it was confirmed: that question is private, its answer stands where the job did.

        A question can be answered once: its buttons stay, and a second press would be charged again.
        """
        view = await self.desk.view(job)
        self.private = str(self.event.channel_id) != view.at.id
        question = self.event.message
        try:
            await self.again(job, event=f"retry:{question.id}" if question is not None else None)
        except DuplicateError:
            await self.event.response.defer()

    async def edit(self, job: JobId) -> None:
        """The form that holds what made a picture."""
        await self.fill_in(f"v1:edit:{job}", wish_behind(await self.seen(job)), references=True)

    async def edited(self, job: JobId, wish: Wish, uploaded: Sequence[Attachment]) -> None:
        """What that form asks for: after the same pictures as before, unless it brings others."""
        view = await self.seen(job)
        if uploaded:
            wish = await self.with_references(wish, uploaded)
        elif isinstance(view.request, Imagine):
            wish = replace(wish, references=view.request.references)
        await self.paint(wish, Manner(private=view.at.private, spoiler=_spoiler(view)))

    async def use(self, message: discord.Message, verb: Verb) -> None:
        """Enlarge what somebody's message shows, or take it as a reference; where it shows several, ask which."""
        self._check(verb)
        manner = Manner(private=message.flags.ephemeral, spoiler=covered(message))
        source = await self._door.behind(message.channel.id, message.id)
        shown = pictures_in(message) if source is None and not manner.private else ()
        if source is None and not shown:
            raise PictureMissingError
        if len(shown) > 1:
            await self._which(shown, verb)
            return
        if verb is Verb.REFERENCE:
            kept = None if source else await self._quickly(shown)
            source = source or (kept.id if kept else None)
            if source is not None:
                await self.refer(source, manner)
            return
        source = source or (await self.bring(shown))[0].id
        await self.enlarge(source, None, manner)

    async def upscale(self, image: Attachment, factor: int | None, manner: Manner) -> None:
        """/upscale with a picture."""
        self.asked, self.private = f"/upscale x{factor}" if factor else "/upscale", manner.private
        kept = (await self.bring([image]))[0]
        manner = replace(manner, spoiler=manner.spoiler or image.spoiler)
        await self.enlarge(kept.id, factor, manner, asked=self.asked)

    async def refer(self, image: ImageId, manner: Manner) -> None:
        """The form for a new picture after this one."""
        self._check(Verb.REFERENCE)
        await self.fill_in(f"v1:reference:{image}:{manner}", None, references=False)

    async def jobs(self) -> None:
        """A person's jobs, with the pictures that could not be delivered."""
        views = await self.desk.mine(self.person)
        untold = [(view.picture, _spoiler(view)) for view in views if view.untold and view.picture is not None]
        if untold:
            await self._think()
        limit_bytes = self.event.filesize_limit or FILE_LIMIT
        files = await self._door.files(untold, limit_bytes=limit_bytes) if untold else {}
        names = {image: file.filename for image, file in files.items()}
        await self.show(render.jobs(views, say=self.say, files=names), list(files.values()))
        await self.desk.seen(views)

    async def about(self) -> None:
        await self.tell(await self.desk.about(self.person))

    async def help(self) -> None:
        await self.tell(replace(self.desk.help(self.person.locale), body=self.say("discord-help-body")))

    async def seen(self, job: JobId) -> View:
        """A job that this person may know of; what follows from a private one is private.

        Raises JobUnknownError, also for another's private one and one whose message was deleted.
        """
        view = await self.desk.view(job)
        if view.deleted or (view.at.private and view.by.key != self.person.key):
            raise JobUnknownError
        self.private = self.private or view.at.private
        return view

    async def with_references(self, wish: Wish, attachments: Sequence[Attachment]) -> Wish:
        """The wish with people's pictures to paint after."""
        if not attachments:
            return wish
        self._check(Verb.REFERENCE, len(attachments))
        kept = await self.bring(attachments)
        return replace(wish, references=tuple(picture.id for picture in kept))

    async def bring(self, attachments: Sequence[Attachment]) -> tuple[Picture, ...]:
        """Keep people's pictures; where that outlasts the first answer, wait for it behind a private "thinking"."""
        work = asyncio.ensure_future(self._door.keep(attachments, by=self.person, at=self._place()))
        async with self._door.aside():
            try:
                await asyncio.wait((work,), timeout=self._door.left_s(self._answer_by_s))
                if not work.done():
                    await self._think()
                kept = await work
            finally:
                work.cancel()
        if self._thinking:
            # A public follow-up to a "thinking" would take its place and its privacy, so a note settles it before.
            reply = Reply(tone=Tone.HELP, title=self.say("discord-fetched"), body=self.say("discord-fetched-body"))
            await self.tell(reply)
            self._passing = True
        return kept

    # ---- how it is answered

    @property
    def spoiler(self) -> bool:
        """Whether the message pressed covers its picture."""
        return self.event.message is not None and covered(self.event.message)

    async def tell(self, reply: Reply) -> None:
        """An answer for this person alone."""
        await self.show(render.message(reply, say=self.say))

    async def show(
        self, view: discord.ui.LayoutView, files: Sequence[discord.File] = (), *, alone: bool = True
    ) -> None:
        """An answer to this person, in the way that is open now; alone: nobody else sees it."""
        if self._thinking or self._passing:
            self._thinking = self._passing = False
            await self.event.edit_original_response(view=view, attachments=list(files), allowed_mentions=NOBODY)
        elif self.event.response.is_done():
            await self.event.followup.send(view=view, files=list(files), ephemeral=alone, allowed_mentions=NOBODY)
        else:
            await self.event.response.send_message(
                view=view, files=list(files), ephemeral=alone, allowed_mentions=NOBODY
            )

    async def fill_in(self, custom_id: str, wish: Wish | None, *, references: bool) -> None:
        """Open the form for a picture: only ever as the first answer."""
        offers = self.desk.offers(self.person.locale)
        form = forms.imagine(offers, say=self.say, wish=wish, custom_id=custom_id, references=references)
        await self.event.response.send_modal(form)

    async def refuse(self, error: BotError) -> None:
        """Say no, to the person alone unless the operator wants everybody to see it."""
        notice = self.desk.notice(error, locale=self.person.locale, asked=self.asked)
        alone = self._door.settings.ephemeral_refusals or self.private
        await self.show(render.message(notice, say=self.say), alone=alone)

    async def leave(self) -> None:
        """Take away what was only said in passing."""
        if self._thinking or self._passing:
            await self.event.delete_original_response()

    def _place(self, *, private: bool = False, spoiler: bool = False, first: bool = True) -> Place:
        """Where the answer belongs. One that comes behind another answer is a message of its own."""
        first = first and not self.event.response.is_done()
        private, spoiler = private or self.private, spoiler or self.spoiler
        return place_of(self.event, self._door.settings, private=private, spoiler=spoiler, first=first)

    def _check(self, verb: Verb, count: int = 1) -> None:
        """Before pictures are fetched: whether anything can paint after so many. Raises NoOfferError, BadValueError."""
        if verb is not Verb.REFERENCE:
            return
        most = self._door.most_references()
        if not most:
            raise NoOfferError(kind="reference")
        if count > most:
            raise BadValueError(field="references", value=count, allowed=f"0–{most}")

    async def _which(self, shown: Sequence[Attachment], verb: Verb) -> None:
        await self._think()
        async with self._door.aside():
            view, files = await self._door.which(shown, verb, by=self.person, at=self._place())
        await self.show(view, files)

    async def _quickly(self, shown: Sequence[Attachment]) -> Picture | None:
        """The first of these pictures before a form, which bears no "thinking"; None: too slow, and told so."""
        try:
            async with self._door.aside(), asyncio.timeout(self._door.left_s(self._answer_by_s)):
                return (await self._door.keep(shown[:1], by=self.person, at=self._place()))[0]
        except TimeoutError:
            title, body = self.say("title-refused"), self.say("discord-slow-picture")
            await self.tell(Reply(tone=Tone.REFUSED, title=title, body=body))
            return None

    async def _think(self) -> None:
        """Ask for more time, privately: a public "thinking" could not turn into a private no."""
        if not self.event.response.is_done():
            await self.event.response.defer(ephemeral=True, thinking=True)
            self._thinking = True


def overruled(wish: Wish, given: Mapping[str, Any]) -> Wish:
    """The wish with the options that a person set besides the words: they go before flags among the words."""
    given = {name: value for name, value in given.items() if value is not None}
    if "width" in given and "height" in given:
        given["ratio"] = None  # nothing is left for it to say
    elif "ratio" in given and wish.width is not None and wish.height is not None:
        given = {"width": None, "height": None} | given
    if "model" in given:
        given["provider"] = None
    return replace(wish, **given)


def wish_behind(view: View) -> Wish | None:
    """What a person asked for, as they wrote it where that is known; None for what was not painted from words."""
    request = view.request
    if not isinstance(request, Imagine):
        return None
    try:
        command = prompt.read_command(view.reply.asked)
    except BotError:
        command = None
    if not isinstance(command, prompt.ImagineCommand):
        return wish_of(request, view.model, view.provider, keep_seed=False)
    written = command.wish
    return written if written.seed == request.seed else replace(written, seed=None)


def _spoiler(view: View) -> bool:
    return view.at.door == DOOR and Handle.of(view.at).spoiler
