"""The channel itself: its page, what is said in it, and the buttons of its messages."""

from __future__ import annotations

import re
import secrets
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Final

from aiohttp import web

from adapters.web.answer import ThresholdError
from adapters.web.body import Form, form
from adapters.web.guard import CALLER
from adapters.web.pages.entrance import asset_address
from adapters.web.pages.stream import BEAT_S, position
from adapters.web.pages.studio import Studio, enlarged, painted
from adapters.web.render import Say, message, millis, notice, templates
from adapters.web.visitor import (
    CHANNEL,
    COOKIE_LIFE_S,
    NAME_COOKIE,
    NAME_LIMIT,
    PERSON_COOKIE,
    Speech,
    clean_name,
    give_cookie,
    name_of,
    page_person,
    written_name,
)
from bot.clock import Clock
from bot.desk import Desk
from bot.errors import DuplicateError, JobUnknownError, PictureMissingError, PictureUnknownError
from bot.job import JobId
from bot.message import Person, Reply, Tone, Verb
from bot.prompt import (
    HelpCommand,
    ImagineCommand,
    UnknownCommand,
    UpscaleCommand,
    UsageCommand,
    WordsCommand,
    read_command,
)
from bot.request import PROMPT_LIMIT, Enlarge, ImageId, Wish
from bot.view import Entry

PAGE_LENGTH: Final = 50
"""Messages on a fresh page, and more at each look back."""
EXAMPLES: Final = ("page-example-1", "page-example-2", "page-example-3", "page-example-4")


@dataclass(frozen=True, slots=True)
class Channel:
    """The handlers and what they stand on."""

    desk: Desk
    clock: Clock
    speech: Speech
    studio: Studio
    max_upload_bytes: int
    secure: bool
    """Whether people come by https, so that cookies must too."""

    def routes(self) -> list[web.RouteDef]:
        return [
            web.get("/", self.page),
            web.get("/channel/earlier", self.earlier),
            web.post("/channel/messages", self.hear),
            web.post("/channel/jobs/{id}/{verb}", self.press),
            web.post("/channel/name", self.rename),
        ]

    async def page(self, request: web.Request) -> web.Response:
        """The whole page. It gives no cookie: a link from elsewhere comes without them and must not replace them."""
        entries = await self.desk.history(CHANNEL, limit=PAGE_LENGTH)
        say = self.speech.to(request)
        caller = request[CALLER]
        page = (
            templates()
            .get_template("channel.html")
            .render(
                say=say,
                messages=_shown(entries, say),
                before=entries[0].position if len(entries) == PAGE_LENGTH else None,
                revision=max((entry.revision for entry in entries), default=0),
                now=millis(self.clock.now()),
                beat_ms=int(BEAT_S * 1000),
                person=name_of(request) or caller.token or say("page-guest"),
                name_limit=NAME_LIMIT,
                prompt_limit=PROMPT_LIMIT,
                signed_in=caller.token is not None,
                examples=[say(key) for key in EXAMPLES],
                sketching=not any(vendor.on and vendor.variable for vendor in self.desk.vendors()),
                studio=self.studio.panel(request),
                asset=asset_address,
                max_upload_bytes=self.max_upload_bytes,
            )
        )
        return web.Response(text=page, content_type="text/html", headers={"Vary": "Accept-Language, Cookie"})

    async def earlier(self, request: web.Request) -> web.Response:
        """The messages before a position, with the button for those before them."""
        before = position(request.query.get("before", ""))
        entries = await self.desk.history(CHANNEL, before=before, limit=PAGE_LENGTH)
        say = self.speech.to(request)
        html = (
            templates()
            .get_template("earlier.html")
            .render(
                messages=_shown(entries, say),
                before=entries[0].position if len(entries) == PAGE_LENGTH else None,
                say=say,
            )
        )
        return web.Response(text=html, content_type="text/html")

    async def hear(self, request: web.Request) -> web.Response:
        """Something said: the announcement that it made, or a notice for this person alone."""
        sent = await form(request, files=frozenset({"file"}), max_file_bytes=self.max_upload_bytes)
        say, locale = self.speech.to(request), self.speech.locale(request)
        person, fresh = page_person(request, locale, say("page-guest"))
        text = sent.text("text")
        command = read_command(text) if text or "file" not in sent.files else UpscaleCommand()
        match command:
            case HelpCommand():
                return private(self.desk.help(locale), say)
            case UsageCommand():
                return private(await self.desk.usage(by=person, at=CHANNEL), say)
            case UnknownCommand(name=name):
                hint = Reply(tone=Tone.HELP, title=say("page-unknown-command", name=name[:40]), asked=text)
                return private(hint, say, status=400)
            case WordsCommand(text=words) if words and "file" not in sent.files and not sent.text("reply_to"):
                hint = Reply(tone=Tone.HELP, title=say("page-plain-words"), asked=words)
                return private(hint, say, paint=f"/imagine {words}")
            case ImagineCommand() | UpscaleCommand() | WordsCommand():
                asked, answers = await self._asked(command, sent, person)
        try:
            event = _event(sent, person)
            job = await self.desk.accept(asked, by=person, at=CHANNEL, event=event, asked=text, answers=answers)
        except DuplicateError as error:
            job = JobId(str(error.facts["job"]))
        return await self._announced(job, say, fresh)

    async def press(self, request: web.Request) -> web.Response:
        """A button of a message."""
        sent = await form(request)
        say, locale = self.speech.to(request), self.speech.locale(request)
        person, fresh = page_person(request, locale, say("page-guest"))
        job, verb = JobId(request.match_info["id"]), request.match_info["verb"]
        if not re.fullmatch(r"[0-9a-f]{16}", job):
            raise JobUnknownError
        if verb not in list(Verb):
            raise web.HTTPNotFound
        event = _event(sent, person)
        try:
            match Verb(verb):
                case Verb.UPSCALE:
                    source = await self._shown_in(job)
                    asked = enlarged(source, None, sent, self.desk.offers())
                    job = await self.desk.accept(asked, by=person, at=CHANNEL, event=event, answers=source)
                case Verb.AGAIN | Verb.RETRY:
                    job = await self.desk.again(job, by=person, at=CHANNEL, event=event)
                case Verb.CANCEL:
                    await self.desk.cancel(job, by=person)
                    return web.Response(status=204)
                case Verb.LOOK:
                    await self.desk.settle(job, by=person)
                    return web.Response(status=204)
                case Verb.DELETE:
                    await self.desk.delete(job, by=person)
                    return web.Response(status=204)
                case Verb.EDIT | Verb.REFERENCE:  # they fill the composer, which the script does by itself
                    raise web.HTTPNotFound
        except DuplicateError as error:
            job = JobId(str(error.facts["job"]))
        return await self._announced(job, say, fresh)

    async def rename(self, request: web.Request) -> web.Response:
        """Remember the visitor's name, and how it looks in the head; back to the channel where no script sent this."""
        name = clean_name((await form(request)).text("name"))
        if request.headers.get("Sec-Fetch-Mode") == "navigate":
            response = web.Response(status=303, headers={"Location": "/"})
        else:
            shown = name or request[CALLER].token or self.speech.to(request)("page-guest")
            response = web.Response(
                text=templates().get_template("me.html").render(person=shown), content_type="text/html"
            )
        give_cookie(response, NAME_COOKIE, written_name(name), secure=self.secure, life_s=COOKIE_LIFE_S if name else 0)
        return response

    async def _asked(
        self, command: ImagineCommand | UpscaleCommand | WordsCommand, sent: Form, person: Person
    ) -> tuple[Wish | Enlarge, ImageId | None]:
        """What the desk is asked for, and the picture that it is about. The words are read before a file is kept."""
        offers = self.desk.offers()
        match command:
            case UpscaleCommand(factor=factor):
                source = await self._picture(sent, person)
                if source is None:
                    raise PictureMissingError
                return enlarged(source, factor, sent, offers), source
            case ImagineCommand(wish=wish):
                wish = painted(wish, sent, offers)
            case WordsCommand(text=words):
                wish = painted(self.desk.read(words), sent, offers)
        if ("file" in sent.files or sent.text("reply_to")) and not any(offer.references for offer in offers):
            raise ThresholdError(400, "page-no-references")
        reference = await self._picture(sent, person)
        return (wish if reference is None else replace(wish, references=(reference,))), reference

    async def _picture(self, sent: Form, person: Person) -> ImageId | None:
        """The picture brought along, else the one replied to. Raises RefusedError."""
        if "file" in sent.files:
            return (await self.desk.keep(sent.files["file"], by=person)).id
        if reply_to := sent.text("reply_to"):
            return await self._shown_in(JobId(reply_to))
        return None

    async def _shown_in(self, job: JobId) -> ImageId:
        """The picture of a message. Raises PictureUnknownError."""
        picture = (await self.desk.view(job)).picture
        if picture is None:
            raise PictureUnknownError
        return picture.id

    async def _announced(self, job: JobId, say: Say, fresh: str | None) -> web.Response:
        """The message as it stands, in case this page's stream is slower, and a cookie for a newcomer."""
        view = await self.desk.view(job)
        response = web.Response(
            text=message(view.reply, id=job, posted_at=view.accepted_at, say=say), status=202, content_type="text/html"
        )
        if fresh is not None:
            give_cookie(response, PERSON_COOKIE, fresh, secure=self.secure, life_s=COOKIE_LIFE_S)
        return response


def private(reply: Reply, say: Say, *, paint: str = "", status: int = 200) -> web.Response:
    """A fragment for one person: help, a hint, or a refusal."""
    return web.Response(text=notice(reply, say=say, paint=paint), status=status, content_type="text/html")


def _event(sent: Form, person: Person) -> str:
    """One name for one press of Enter, however often a shaky line repeats it."""
    nonce = sent.text("event")
    return f"page:{person.id}:{nonce if re.fullmatch(r'[A-Za-z0-9-]{8,64}', nonce) else secrets.token_hex(16)}"


def _shown(entries: Sequence[Entry], say: Say) -> list[str]:
    return [
        message(entry.reply, id=entry.job, posted_at=entry.posted_at, say=say)
        for entry in entries
        if entry.reply is not None
    ]
