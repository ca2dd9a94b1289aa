"""Messages that speak to the bot: mentions, direct messages, and replies that say "upscale". Answered with a reply."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import replace
from functools import partial
from typing import Final

import discord
import structlog

from adapters.discord import render
from adapters.discord.attachment import Attachment, covered, pictures_in
from adapters.discord.event import DOOR, NOBODY, Handle, may_speak, permissions_of, person_of, place_of_message
from adapters.discord.reception import UNHEARD, Reception, told
from bot import prompt
from bot.chat import asking
from bot.chat.form import Say
from bot.errors import (
    BotError,
    DuplicateError,
    HouseError,
    NoOfferError,
    PictureMissingError,
    PictureUnseenError,
    PlaceShutError,
    RefusedError,
)
from bot.message import Place, Reply, Tone, Verb
from bot.prompt import HelpCommand, ImagineCommand, UnknownCommand, UpscaleCommand, UsageCommand, WordsCommand
from bot.request import Enlarge, ImageId, Wish

log = structlog.get_logger(__name__)

SAID: Final = (discord.MessageType.default, discord.MessageType.reply)
"""What people write; the other kinds Discord writes."""
_CODE: Final = re.compile(r"`[^`]*`")
"""Shown as written, as when people explain how to call the bot; Discord mentions nobody in it, either."""
_MENTION: Final = re.compile(r"<@!?(\d+)>")
_EMOJI: Final = re.compile(r"<a?:(\w+):\d+>")


async def answer(message: discord.Message, door: Reception) -> None:
    """The outermost line of a message; never raises."""
    me = door.messenger.client.user if door.messenger.client else None
    if me is None or message.author.bot or message.webhook_id is not None or message.type not in SAID:
        return
    role = message.guild.self_role if message.guild else None
    words = words_for(message, me.id, role.id if role else None)
    unread = words is None and replies_unread(message, me.id) and door.may_hint(message.channel.id)
    if words is None and not unread:
        return
    talk = Talk(message, door)
    try:
        async with door.listening(message.id):
            await (talk.hint() if words is None else talk.answer(words))
    except DuplicateError:
        log.info("message delivered again")
    except BotError as error:
        if not isinstance(error, RefusedError):
            log.warning("message not served", error=type(error).__name__)
        await talk.refuse(error)
    except UNHEARD as error:
        log.warning("message not answered", **told(error))
    except Exception:  # the outermost line of a message
        log.exception("message broke")
        await talk.refuse(HouseError())


def words_for(message: discord.Message, me: int, role: int | None) -> str | None:
    """What a message says to the bot, its own mention left out; None where it does not speak to the bot.

    A reply pings whom it replies to. People chat in replies, so that alone asks for nothing unless it is a command.
    """
    ours = re.compile(rf"<@!?{me}>" if role is None else rf"<@!?{me}>|<@&{role}>")
    words = asking.called(" ".join(ours.sub(" ", message.content).split()))
    called = message.guild is None or ours.search(_CODE.sub("", message.content))
    if not called and not (_pings(message, me) and _is_command(words)):
        return None
    names = {str(person.id): asking.harmless(person.display_name) for person in message.mentions}
    named = _MENTION.sub(lambda found: names.get(found[1], found[0]), words)
    return _EMOJI.sub(r"\1", named)


def replies_unread(message: discord.Message, me: int) -> bool:
    """Whether somebody answered the bot in words that Discord keeps from us.

    Among the mentions it leaves the bot out where the message replied to answers an interaction.
    """
    known = message.reference.resolved if message.reference else None
    to_us = isinstance(known, discord.Message) and known.author.id == me
    return message.guild is not None and (to_us or _pings(message, me)) and _is_bare(message)


def _pings(message: discord.Message, me: int) -> bool:
    return message.type is discord.MessageType.reply and any(person.id == me for person in message.mentions)


def _is_command(words: str) -> bool:
    try:
        return isinstance(prompt.read_command(words), UpscaleCommand | HelpCommand)
    except RefusedError:
        return False


def _is_bare(message: discord.Message) -> bool:
    """Nobody can post a message with nothing in it: the intent is missing, so Discord left it out."""
    parts = (message.content, message.attachments, message.embeds, message.components, message.stickers)
    return not any((*parts, message.message_snapshots, message.poll))


class Talk:
    """One message and the answer to it. Its methods raise what the desk raises."""

    def __init__(self, message: discord.Message, door: Reception) -> None:
        client = door.messenger.client
        self._message = message
        self._door = door
        self._desk = door.desk
        self._speaks = _may_speak(message)
        person = person_of(message, door.settings, door.roles)
        self._person = replace(person, locale=door.tongue_of(message.author.id) or person.locale)
        self._say: Say = partial(door.desk.say, self._person.locale)
        application = client.application_id if client else None
        self._place = place_of_message(message, door.settings, application=application or 0, speaks=self._speaks)

    async def answer(self, words: str) -> None:
        """Do what the words say: a command, or a picture to paint."""
        if not self._speaks:
            raise PlaceShutError  # told in a direct message: a result could not be posted here, either
        match prompt.read_command(words):
            case UpscaleCommand(factor=factor):
                await self._enlarge(await self._shown(), factor)
            case WordsCommand(text="") if self._message.attachments:
                await self._ask(pictures_in(self._message))
            case HelpCommand() | UsageCommand() | UnknownCommand() | WordsCommand(text=""):  # no word to one alone
                await self._help()
            case ImagineCommand(wish=wish):
                await self._paint(wish)
            case WordsCommand(text=text):
                await self._paint(self._desk.read(text))

    async def _help(self) -> None:
        """All of it where nobody else has to scroll past it; a few lines in a channel."""
        reply = self._desk.help(self._person.locale)
        if self._message.guild is None:
            reply = replace(reply, body=self._say("discord-help-body"))
        else:
            reply = replace(reply, body=self._say("discord-help-brief"), fields=())
        await self._reply(reply)

    async def hint(self) -> None:
        """How to say it so that we can read it; nobody asked, so not where they could not ask, either."""
        if self._speaks and await self._door.welcome(by=self._person, at=self._place):
            await self._reply(Reply(tone=Tone.HELP, title=self._say("help-title"), body=self._say("discord-unread")))

    async def refuse(self, error: BotError) -> None:
        """Say no; never raises."""
        try:
            await self._reply(self._desk.notice(error, locale=self._person.locale))
        except (*UNHEARD, OSError) as unheard:
            log.warning("refusal not told", **told(unheard))

    async def _paint(self, wish: Wish) -> None:
        """Paint what was said, after the pictures that came along or that it replies to."""
        try:
            shown = await self._shown()
        except PictureUnseenError:
            # Words alone may have been meant; that is for the person to say, since it costs money.
            title, body = self._say("title-refused"), self._say("discord-unseen-words")
            await self._reply(Reply(tone=Tone.REFUSED, title=title, body=body))
            return
        most = asking.most_references(self._desk)
        if shown and not most:
            raise NoOfferError(kind="reference")
        if isinstance(shown, str):
            wish = replace(wish, references=(shown,))
        elif len(shown) > most:
            await self._which(shown, Verb.REFERENCE, None)
            return
        elif shown:
            kept = await self._door.keep(shown, by=self._person, at=self._place)
            wish = replace(wish, references=tuple(picture.id for picture in kept))
            self._cover(shown)
        await self._accept(wish, asked=f"/imagine {prompt.written(wish)}")

    async def _enlarge(self, shown: ImageId | Sequence[Attachment], factor: int | None) -> None:
        if not shown:
            raise PictureMissingError
        if isinstance(shown, str):
            source = shown
        elif len(shown) > 1:
            await self._which(shown, Verb.UPSCALE, factor)
            return
        else:
            source = (await self._door.keep(shown, by=self._person, at=self._place))[0].id
            self._cover(shown)
        await self._accept(Enlarge(source=source, factor=factor), asked=f"/upscale x{factor}" if factor else "/upscale")

    async def _ask(self, shown: Sequence[Attachment]) -> None:
        """What to do with a picture that came without a word: whatever it is, it costs money."""
        if not shown:
            raise PictureMissingError
        if len(shown) > 1:
            await self._which(shown, Verb.UPSCALE, None)
            return
        await self._send(*await self._door.what(shown[0], by=self._person, at=self._place))

    async def _accept(self, wish: Wish | Enlarge, *, asked: str) -> None:
        await self._desk.accept(wish, by=self._person, at=self._place, event=str(self._message.id), asked=asked)

    async def _which(self, shown: Sequence[Attachment], verb: Verb, factor: int | None) -> None:
        view, files = await self._door.which(shown, verb, by=self._person, at=self._place, factor=factor)
        await self._send(view, files)

    async def _shown(self) -> ImageId | Sequence[Attachment]:
        """The pictures that come with the message, else those of the one it replies to; our own as the original.

        Raises PictureUnseenError where Discord does not show us what is in that message.
        """
        own = pictures_in(self._message)
        reference = self._message.reference
        if own or reference is None or reference.message_id is None or self._message.type is not SAID[1]:
            return own
        image = await self._door.behind(reference.channel_id, reference.message_id)
        if image is not None:
            if isinstance(reference.resolved, discord.Message) and covered(reference.resolved):
                self._place = _covered(self._place)
            return image
        replied = await self._replied(reference.resolved, reference.message_id)
        return pictures_in(replied) if replied is not None else ()

    async def _replied(self, known: object, message: int) -> discord.Message | None:
        """The message replied to, read anew where Discord left it out; None: it is gone. Raises PictureUnseenError."""
        if isinstance(known, discord.DeletedReferencedMessage):
            return None
        if isinstance(known, discord.Message) and not _is_bare(known):
            return known
        channel = self._message.channel
        try:
            if isinstance(channel, discord.DMChannel) or _permissions(self._message).read_message_history:
                found = await channel.fetch_message(message)
                if not _is_bare(found):
                    return found
        except discord.NotFound:
            return None
        except UNHEARD as error:
            log.info("message replied to not read", **told(error))
        raise PictureUnseenError(door=DOOR)

    def _cover(self, shown: Sequence[Attachment]) -> None:
        if any(each.spoiler for each in shown):
            self._place = _covered(self._place)

    async def _reply(self, reply: Reply) -> None:
        await self._send(render.message(reply, say=self._say))

    async def _send(self, view: discord.ui.LayoutView, files: Sequence[discord.File] = ()) -> None:
        """In reply, where the bot may speak; else to the person directly."""
        if not self._speaks:
            await self._message.author.send(view=view, files=list(files), allowed_mentions=NOBODY)
            return
        reference = self._message.to_reference(fail_if_not_exists=False)
        await self._message.channel.send(view=view, files=list(files), reference=reference, allowed_mentions=NOBODY)


def _may_speak(message: discord.Message) -> bool:
    return message.guild is None or may_speak(_permissions(message), message.channel)


def _permissions(message: discord.Message) -> discord.Permissions:
    """The bot's own in the message's channel."""
    return permissions_of(message.guild.me if message.guild else None, message.channel)


def _covered(place: Place) -> Place:
    """The place, with the result hidden until somebody clicks it, as what it was made from is."""
    return replace(place, handle=str(replace(Handle.of(place), spoiler=True)))
