"""One interaction while it is answered: what a person can have, and how each answer gets back to them."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping, Sequence
from dataclasses import replace
from functools import partial
from typing import TYPE_CHECKING, Any

import discord

from adapters.discord import forms, render
from adapters.discord.attachment import Attachment, covered, pictures_in
from adapters.discord.event import DOOR, FILE_LIMIT, NOBODY, Handle, oversees, person_of, place_of
from bot.chat import asking
from bot.chat.form import Say
from bot.chat.press import Manner, Press
from bot.errors import (
    BotError,
    DuplicateError,
    JobUnknownError,
    PictureMissingError,
)
from bot.job import JobId
from bot.message import Person, Picture, Place, Reply, Tone, Verb
from bot.request import Enlarge, ImageId, Imagine, Wish
from bot.view import View

if TYPE_CHECKING:
    from adapters.discord.reception import Reception


class Visit:
    """Its methods raise what the desk raises, and the reception tells it.

    asked: the person's words, shown again with a refusal. private: all answers are for this person alone.
    """

    def __init__(self, door: Reception, event: discord.Interaction[Any], *, answer_by_s: float) -> None:
        self.event = event
        self.desk = door.desk
        self.person: Person = person_of(event, door.settings, door.roles)
        self.say: Say = partial(door.desk.say, self.person.locale)
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
            wish = asking.overruled(self.desk.read(words), given)
            await self.paint(await self.with_references(wish, pictures), manner)
            return
        wish, more = asking.overruled(Wish(prompt=""), given), ""
        if pictures:
            kept = await self._quickly(pictures)
            if kept is None:
                return
            more = str(kept.id)
        await self.fill_in(Press("imagine", str(manner), more), wish, references=not more)

    async def paint(self, wish: Wish, manner: Manner) -> None:
        """As many pictures as were asked for; how many were taken is told where not all were."""

        def place(first: bool) -> Place:
            return self._place(private=manner.private, spoiler=manner.spoiler, first=first)

        event, most = str(self.event.id), self._door.settings.max_count
        stopped = await asking.paint(self.desk, wish, manner.count, by=self.person, at=place, event=event, most=most)
        if stopped is not None:
            notice = self.desk.notice(stopped.error, locale=self.person.locale, asked=stopped.asked)
            taken = self.say("chat-some-taken", taken=stopped.taken, count=manner.count)
            await self.tell(replace(notice, body=f"{taken} {notice.body}"))

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
        await self.fill_in(Press("edit", job), asking.wish_behind(await self.seen(job)), references=True)

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
        if verb is Verb.REFERENCE:
            asking.check_references(self.desk)
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
        asking.check_references(self.desk)
        await self.fill_in(Press("reference", image, str(manner)), None, references=False)

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

    async def usage(self) -> None:
        """What was spent and is left: the person's own, and who moderates a server of the team's reads all of it."""
        await self._think()
        by = self.person if oversees(self.event, self._door.settings) else self.person.unled
        reply = await self.desk.usage(by=by, at=self._place())
        limit_bytes = self.event.filesize_limit or FILE_LIMIT
        files = await self._door.files([(plot, False) for plot in reply.pictures], limit_bytes=limit_bytes)
        names = [files[plot.id].filename if plot.id in files else "" for plot in reply.pictures]
        await self.show(render.message(reply, say=self.say, files=names), list(files.values()))

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
        asking.check_references(self.desk, len(attachments))
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

    async def fill_in(self, opened_by: Press, wish: Wish | None, *, references: bool) -> None:
        """Open the form for a picture: only ever as the first answer."""
        offers = self.desk.offers(self.person.locale)
        form = forms.imagine(offers, say=self.say, wish=wish, opened_by=opened_by, references=references)
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


def _spoiler(view: View) -> bool:
    return view.at.door == DOOR and Handle.of(view.at).spoiler
