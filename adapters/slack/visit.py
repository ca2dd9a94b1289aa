"""One event while it is answered: what a person can have, and how each answer gets back to them."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from functools import partial
from typing import TYPE_CHECKING, Any

from slack_sdk.web.async_client import AsyncWebClient

from adapters.slack import forms, render
from adapters.slack.attachment import Attachment, pictures_in
from adapters.slack.event import (
    Account,
    Happening,
    origin_of,
    parts_of,
    person_of,
    place_of,
    receipt_of,
)
from adapters.slack.upload import name_for
from adapters.slack.voice import Line, Voice
from bot import prompt
from bot.chat import asking
from bot.chat.form import Say
from bot.chat.press import Manner, Press
from bot.errors import (
    BotError,
    BusyError,
    DeliveryError,
    JobUnknownError,
    PictureMissingError,
    RefusedError,
    StrangerError,
)
from bot.job import JobId
from bot.message import DIRECT, Person, Picture, Place, Reply, Tone, Verb
from bot.request import Enlarge, ImageId, Imagine, Wish
from bot.view import View

if TYPE_CHECKING:
    from adapters.slack.reception import Reception


class Visit:
    """Its methods raise what the desk raises, and the reception tells it. asked: the person's words, for a refusal."""

    def __init__(self, door: Reception, event: Happening, line: Line, account: Account, client: AsyncWebClient) -> None:
        self.event = event
        self.desk = door.desk
        self.person: Person = person_of(event, account, door.settings, door.workspaces.kit.roles)
        self.say: Say = partial(door.desk.say, self.person.locale)
        self.asked = ""
        self.client = client
        self._door = door
        self._voice = Voice(line, client, door.channels, self.say)
        self._account = account

    @classmethod
    async def of(cls, door: Reception, event: Happening, line: Line) -> Visit:
        """Of a workspace that has this app. Raises DeliveryError where it has not any more."""
        client = await door.workspaces.client(str(event.tenant))
        match door.settings.assistant:
            case "agent" if event.kind == "message" and event.is_direct and not event.thread:
                event = replace(event, thread=event.message, in_assistant=True)  # an agent's talks are threads
            case "off":
                event = replace(event, in_assistant=False)
            case "agent" | "pane":
                pass
        return cls(door, event, line, await door.people.account(event), client)

    def moved(self, event: Happening) -> None:
        """Carry on as if it had happened elsewhere: a form is sent from nowhere."""
        self.event = event
        self.person = person_of(event, self._account, self._door.settings, self._door.workspaces.kit.roles)

    # ---- what a person can have

    async def imagine(self, words: str) -> None:
        """/imagine: with words a picture, without a form for them."""
        if not words:
            await self.fill_in(Press("imagine", str(Manner())), None, references=True)
            return
        self.asked = f"/imagine {words}"
        if isinstance(prompt.read_command(words), prompt.HelpCommand):
            await self.help()
        else:
            await self.paint(self.desk.read(words), Manner())

    async def paint(self, wish: Wish, manner: Manner) -> None:
        """As many pictures as were asked for; how many were taken is told where not all were."""
        at = await self.enter()
        stopped = await asking.paint(
            self.desk, wish, manner.count, by=self.person, at=lambda _: at, event=self.event.id,
            most=self._door.settings.max_count,
        )  # fmt: skip
        if stopped is not None:
            notice = self.desk.notice(stopped.error, locale=self.person.locale, asked=stopped.asked)
            taken = self.say("chat-some-taken", taken=stopped.taken, count=manner.count)
            await self.tell(replace(notice, body=f"{taken} {notice.body}"))
        await self._reassure()

    async def enlarge(self, source: ImageId, factor: int | None) -> None:
        asked = f"/upscale x{factor}" if factor else "/upscale"
        wish = Enlarge(source=source, factor=factor)
        at = await self.enter()
        await self.desk.accept(wish, by=self.person, at=at, event=self.event.id, asked=asked)
        await self._reassure()

    async def again(self, job: JobId) -> None:
        """The same once more."""
        await self.seen(job)
        await self.desk.again(job, by=self.person, at=await self.enter(), event=self.event.id)

    async def retry(self, job: JobId) -> None:
        """As `again`, after an end that nobody is sure of: once only, since it may be charged a second time."""
        await self.seen(job)
        await self.desk.again(job, by=self.person, at=await self.enter(), event=f"retry:{job}")

    async def edit(self, job: JobId) -> None:
        """The form that holds what made a picture."""
        await self.fill_in(Press("edit", job), asking.wish_behind(await self.seen(job)), references=True)

    async def edited(self, job: JobId, wish: Wish, uploaded: Sequence[Attachment], manner: Manner) -> None:
        """What that form asks for: after the same pictures as before, unless it brings others."""
        view = await self.seen(job)
        if uploaded:
            wish = await self.with_references(wish, uploaded)
        elif isinstance(view.request, Imagine):
            wish = replace(wish, references=view.request.references)
        await self.paint(wish, manner)

    async def use(self, message: Mapping[str, Any], verb: Verb) -> None:
        """Enlarge what somebody's message shows, or take it as a reference; where it shows several, ask which."""
        if verb is Verb.REFERENCE:
            asking.check_references(self.desk)
        source = await self.behind(str(message.get("ts") or ""))
        shown = await self.shown_in(message) if source is None else ()
        if source is None and not shown:
            raise PictureMissingError
        if source is None and len(shown) > 1:
            await self.which(shown, verb)
        elif verb is Verb.REFERENCE and source is None:
            await self.fill_in(Press("reference", "", str(Manner())), None, references=False, files=shown)
        elif verb is Verb.REFERENCE:
            await self.refer(source or ImageId(""))
        else:
            await self.enlarge(source or (await self.bring(shown))[0].id, None)

    async def upscale(self, words: str) -> None:
        """/upscale: a form for a file or for one of the channel's latest pictures, which are looked for meanwhile."""
        self.asked = f"/upscale {words}".strip()
        if isinstance(prompt.read_command(words), prompt.HelpCommand):
            await self.help()
            return
        command = prompt.read_command(f"upscale {words}")  # as in a sentence: "this x4 please"
        if not isinstance(command, prompt.UpscaleCommand):
            command = prompt.read_command(self.asked)
        factor = command.factor if isinstance(command, prompt.UpscaleCommand) else None
        await self.enter()
        opened = await self._voice.open(self.event, forms.loading(say=self.say))
        recent = await self._door.pictures.recent(self.event.tenant, self.event.channel, forms.RECENT_LIMIT)
        factors = sorted({factor for offer in self.desk.offers() for factor in offer.factors})
        form = partial(forms.upscale, recent, factors, say=self.say, metadata=str(origin_of(self.event)), chosen=factor)
        if not (await self._voice.turn_to(opened, form()) or await self._voice.turn_to(opened, form(seen=False))):
            raise BusyError

    async def refer(self, image: ImageId) -> None:
        """The form for a new picture after this one."""
        asking.check_references(self.desk)
        await self.fill_in(Press("reference", image, str(Manner())), None, references=False)

    async def which(self, shown: Sequence[Attachment], verb: Verb, factor: int | None = None) -> None:
        """Ask which of several pictures is meant, of those that can be read. Raises RefusedError where none can."""
        kept: list[Picture] = []
        names: list[str] = []
        refusals: list[RefusedError] = []
        for each in shown[: render.ASKED_LIMIT]:
            try:
                kept += await self.bring([each])
            except RefusedError as error:
                refusals.append(error)
            else:
                names.append(each.name)
        if not kept:
            raise refusals[0]
        question = self.desk.which(kept, verb, locale=self.person.locale, factor=factor)
        # Slack shows no file in a message for one person, so the pictures go by their names.
        named = [
            replace(button, label=" · ".join(filter(None, (button.label, name))))
            for button, name in zip(question.buttons, names, strict=True)
        ]
        await self.tell(replace(question, pictures=(), buttons=tuple(named)))

    async def help(self) -> None:
        await self.tell(replace(self.desk.help(self.person.locale), body=self.say("slack-help-body")))

    async def usage(self) -> None:
        """What was spent and is left, to the person alone; the plot, for which such a message has no room, is posted
        where they and the bot are alone.
        """
        reply = await self.desk.usage(by=self._overseer(), at=self._here())
        if reply.pictures and not self.event.is_direct:
            note = self.say("slack-usage-plot")
            await self.tell(replace(reply, body=f"{reply.body} {note}", pictures=()))
        else:
            await self.tell(replace(reply, pictures=()))
        if reply.pictures:
            await self._post_alone(replace(reply, body="", fields=()))

    async def spent(self) -> Reply:
        """The person's own, without a plot."""
        return await self.desk.usage(by=self.person.unled, at=self._here(), drawn=False)

    async def seen(self, job: JobId) -> View:
        """A job that this person may know of. Raises JobUnknownError, also for one whose message was deleted."""
        view = await self.desk.view(job)
        private = view.at.private or DIRECT in view.at.within
        if view.deleted or (private and view.by.key != self.person.key):
            raise JobUnknownError
        return view

    async def with_references(self, wish: Wish, attachments: Sequence[Attachment]) -> Wish:
        """The wish with people's pictures to paint after."""
        if not attachments:
            return wish
        asking.check_references(self.desk, len(attachments))
        kept = await self.bring(attachments)
        return replace(wish, references=(*wish.references, *(picture.id for picture in kept)))

    async def bring(self, attachments: Sequence[Attachment]) -> tuple[Picture, ...]:
        """Keep people's pictures; others are answered meanwhile."""
        at = await self.enter()
        async with self._door.aside(self.event):
            return await self._door.keep(attachments, by=self.person, at=at)

    async def shown_in(self, message: Mapping[str, Any]) -> Sequence[Attachment]:
        """The pictures of a message, as the event holds it."""
        shown = pictures_in(parts_of(message, "files"), parts_of(message, "blocks"))
        return await self._door.pictures.whole(self.event.tenant, shown)

    async def above(self) -> Sequence[Attachment]:
        """The pictures of the message that began the thread, as far as Slack tells of their files."""
        event = self.event
        return await self._door.pictures.in_message(event.tenant, event.channel, event.thread)

    async def within(self) -> Sequence[Attachment]:
        """The same; where it had none, those that were last put into the thread."""
        event = self.event
        return await self._door.pictures.in_thread(event.tenant, event.channel, event.thread)

    async def sent_since(self, moment: datetime | None) -> Sequence[Attachment]:
        """The picture that somebody put into the channel last, after a moment; one at most."""
        event = self.event
        since = moment.timestamp() + 1 if moment else 0.0
        return await self._door.pictures.recent(event.tenant, event.channel, 1, since=since)

    async def names(self, users: Iterable[str]) -> Mapping[str, str]:
        """What people are called, by their ids, as far as it is known."""
        return await self._door.people.names(self.event.tenant, users)

    async def files(self, ids: Sequence[str]) -> Sequence[Attachment]:
        """People's pictures by Slack's ids. Raises RefusedError for what is no picture, or not to be seen."""
        return [await self._door.pictures.of_file(self.event.tenant, each) for each in ids]

    def file_known(self, picture: Picture) -> str:
        """Slack's id of a picture of ours that it has already; "" where it has not."""
        return self._door.messenger.uploads.known(str(self.event.tenant), picture)

    async def file_for(self, job: JobId, picture: Picture) -> str:
        """The same, given to Slack now; "" where it does not take it. Others are answered meanwhile."""
        async with self._door.aside(self.event):
            try:
                uploads = self._door.messenger.uploads
                upload = await uploads.bring(str(self.event.tenant), picture, name_for(job))
            except DeliveryError:
                return ""
        return upload.file if upload is not None and upload.ready else ""

    async def workspace_url(self) -> str:
        """Where the workspace's messages can be opened; "" where Slack has not told."""
        return (await self._door.workspaces.seat(self.event.tenant)).url

    async def publish(self, view: Mapping[str, Any]) -> None:
        """Bring the bot's own page up to date for this person."""
        await self.client.views_publish(user_id=self.event.user, view=dict(view))

    async def behind(self, ts: str) -> ImageId | None:
        """Our own original of what a message of the channel shows; None where it is not ours."""
        return await self.desk.behind(receipt_of(self.event.tenant, self.event.channel, ts)) if ts else None

    # ---- how it is answered

    async def enter(self) -> Place:
        """Where the answer belongs, made sure that it can be posted there. Raises StrangerError, NotInvitedError."""
        if self._account.stranger is not None and not self._door.settings.outsiders:
            raise StrangerError
        event = self.event
        if not event.channel:  # the bot's own page
            event = replace(event, channel=await self._door.channels.direct(event.tenant, event.user))
            self.moved(event)
        elif event.kind not in ("app_mention", "message"):  # else it heard, so it is there
            await self._door.channels.enter(event.tenant, event.channel)
        now = self._door.clock.now().timestamp()
        return place_of(event, self._door.settings, at=now, thread=event.below)

    async def tell(self, reply: Reply) -> None:
        """An answer for this person alone."""
        await self._voice.tell(self.event, reply)

    async def fill_in(
        self, opened_by: Press, wish: Wish | None, *, references: bool, files: Sequence[Attachment] = ()
    ) -> None:
        """Open the form for a picture, where one could be posted: nobody fills it in for nothing."""
        await self.enter()
        origin = origin_of(self.event, (each.id for each in files))
        form = forms.imagine(
            self.desk.offers(self.person.locale), say=self.say, wish=wish, opened_by=opened_by,
            metadata=str(origin), references=references, max_count=self._door.settings.max_count,
        )  # fmt: skip
        await self._voice.open(self.event, form)

    async def settle(self) -> None:
        """Take the question away that this person alone saw, once it is answered."""
        await self._voice.settle(self.event)

    async def refuse(self, error: BotError) -> None:
        """Say no, to the person alone. Who only looked asked for nothing."""
        if self.event.kind != "app_home_opened":
            notice = self.desk.notice(error, locale=self.person.locale, asked=self.asked)
            await self._voice.refuse(self.event, error, notice)

    def _overseer(self) -> Person:
        """Who leads one workspace of many has no say over the others, unless the operator named them."""
        named = {*self._account.groups, self.event.user}.intersection(self._door.settings.moderators)
        return self.person if named or self._door.workspaces.installations is None else self.person.unled

    def _here(self) -> Place:
        """Where it happened, whether or not something can be posted there."""
        return place_of(self.event, self._door.settings, at=self._door.clock.now().timestamp())

    async def _post_alone(self, reply: Reply) -> None:
        """A message with pictures, where the person and the bot are alone. Raises DeliveryError."""
        at = self._here()
        if not self.event.is_direct:
            direct = await self._door.channels.direct(self.event.tenant, self.event.user)
            event = replace(self.event, channel=direct, thread="", in_assistant=False)
            at = place_of(event, self._door.settings, at=self._door.clock.now().timestamp())
        async with self._door.aside(self.event):
            await self._door.messenger.post(at, reply, nonce=f"usage-{self.event.id}")

    async def _reassure(self) -> None:
        """Where Slack takes no more messages for the moment, say to the person that the picture is being made."""
        newest = await self.desk.mine(self.person, limit=1) if self._voice.line.open else ()
        if newest and newest[0].receipt is None and not newest[0].status.ended:
            title, body = self.say("slack-taken"), self.say("slack-taken-body")
            await self.tell(Reply(tone=Tone.HELP, locale=self.person.locale, title=title, body=body))
