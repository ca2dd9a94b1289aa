"""Messages that speak to the bot: mentions in channels and threads, direct messages, and the assistant pane."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any, Final

from slack_bolt.app.async_app import AsyncApp
from slack_bolt.response import BoltResponse

from adapters.slack.attachment import Attachment
from adapters.slack.event import Handle
from adapters.slack.fault import UNHEARD
from adapters.slack.manifest import PROMPTS
from adapters.slack.reception import Ack, Reception
from adapters.slack.visit import Visit
from bot import prompt
from bot.chat import asking
from bot.chat.press import Manner
from bot.errors import NoOfferError, PictureMissingError
from bot.message import Button, Reply, Tone, Verb
from bot.prompt import HelpCommand, ImagineCommand, UnknownCommand, UpscaleCommand, UsageCommand, WordsCommand
from bot.request import ImageId, Wish
from bot.view import View

LOOKED_BACK: Final = 50
"""Messages of ours in a channel among which the last one of a thread is looked for."""
SAID: Final = (None, "file_share", "thread_broadcast")
"""The subtypes of what people write; the others Slack writes."""
_TOKEN: Final = re.compile(r"<([^<>|]*)(?:\|([^<>]*))?>")
"""A mention, a channel, a link or a date, as Slack marks it among the words, with what people see of it."""
_PERSON: Final = re.compile(r"<@([^<>|]+)")


def plant(app: AsyncApp, door: Reception) -> None:
    """Listen for what people say to the bot."""

    async def hear(body: Mapping[str, Any], ack: Ack) -> BoltResponse:
        if not _is_said(body["event"]):
            return await ack()
        return await door.answer(body, ack, heard)

    async def begin(body: Mapping[str, Any], ack: Ack) -> BoltResponse:
        return await door.answer(body, ack, begun)

    async def passing(ack: Ack) -> BoltResponse:
        return await ack()

    app.event("app_mention")(hear)
    app.event("message")(hear)
    app.event("assistant_thread_started")(begin)
    app.event("assistant_thread_context_changed")(passing)


async def heard(visit: Visit) -> None:
    """Do what the words say: a command, or a picture to paint."""
    event: Mapping[str, Any] = visit.event.body["event"]
    shown = await visit.shown_in(event)
    text, me = str(event.get("text") or ""), _me(visit.event.body)
    names = await visit.names(user for user in _PERSON.findall(text) if user != me)
    visit.asked = words_of(text, me, names)
    match prompt.read_command(visit.asked):
        case UpscaleCommand(factor=factor):
            await _enlarge(visit, shown, factor)
        case WordsCommand(text="") if event.get("files"):
            await _ask(visit, shown)
        case UsageCommand():
            await visit.usage()
        case HelpCommand() | UnknownCommand() | WordsCommand(text=""):
            await _help(visit)
        case ImagineCommand(wish=wish):
            await _paint(visit, wish, shown)
        case WordsCommand(text=text):
            await _paint(visit, visit.desk.read(text), shown)


async def begun(visit: Visit) -> None:
    """Somebody opened a talk with the bot, which is a thread yet only in the assistant pane: prompts to begin with."""
    prompts = [{"title": visit.say(key), "message": visit.say(key)} for key in PROMPTS]
    try:
        await visit.client.assistant_threads_setSuggestedPrompts(
            channel_id=visit.event.channel, thread_ts=visit.event.thread or None, prompts=prompts
        )
    except UNHEARD:
        return  # without them the pane is only emptier


def words_of(text: str, me: str, names: Mapping[str, str]) -> str:
    """What a message says, our own mention left out, as people see it: no marks, no flags in somebody's name.

    names are of people, by their ids; who has none there is left out.
    """

    def seen(found: re.Match[str]) -> str:
        mark, label = found[1], found[2]
        match mark[:1]:
            case "@" if mark[1:] == me:
                return " "
            case "@":
                return asking.harmless(names.get(mark[1:]) or label or "")
            case "#":
                return asking.harmless(label or "")
            case "!":
                return asking.harmless((label or mark.split("^")[0]).removeprefix("!"))
            case _:
                return label or mark

    shown = _TOKEN.sub(seen, text).replace("&lt;", "<").replace("&gt;", ">").replace("&amp;", "&")
    return asking.called(" ".join(shown.split()))


async def _paint(visit: Visit, wish: Wish, shown: Sequence[Attachment]) -> None:
    """Paint what was said, after the pictures that came along, or after the one that its thread is about."""
    visit.asked = f"/imagine {prompt.written(wish)}"
    most = asking.most_references(visit.desk)
    if shown and not most:
        raise NoOfferError(kind="reference")
    if not shown and most and visit.event.thread and not visit.event.is_direct:
        source = await visit.behind(visit.event.thread)
        wish = replace(wish, references=(source,)) if source else wish
        shown = () if source else await visit.above()
    if len(shown) > most:
        await visit.which(shown, Verb.REFERENCE)
        return
    await visit.paint(await visit.with_references(wish, shown), Manner())


async def _enlarge(visit: Visit, shown: Sequence[Attachment], factor: int | None) -> None:
    visit.asked = f"/upscale x{factor}" if factor else "/upscale"
    source = None
    if not shown:
        source, shown = await _meant(visit)
    if source is not None:
        await visit.enlarge(source, factor)
    elif not shown:
        raise PictureMissingError
    elif len(shown) > 1:
        await visit.which(shown, Verb.UPSCALE, factor)
    else:
        await visit.enlarge((await visit.bring(shown))[0].id, factor)


async def _meant(visit: Visit) -> tuple[ImageId | None, Sequence[Attachment]]:
    """Which picture is meant by who names none: in a thread that of its first message, else the last one there.

    One of ours as the original, else people's.
    """
    if visit.event.is_direct:
        ours = await _latest(visit)
        sent = await visit.sent_since(ours.ended_at if ours else None)
        return (ours.picture.id if ours and ours.picture and not sent else None), sent
    if not visit.event.thread:
        return None, ()
    if first := await visit.behind(visit.event.thread):
        return first, ()
    if shown := await visit.above():
        return None, shown
    ours = await _latest(visit)
    return (ours.picture.id, ()) if ours and ours.picture else (None, await visit.within())


async def _latest(visit: Visit) -> View | None:
    """Our last picture in this thread, whoever asked for it; in the whole talk, where no thread of it is meant."""
    at = await visit.enter()
    anywhere = visit.event.is_direct and visit.event.thread in ("", visit.event.message)
    for entry in reversed(await visit.desk.history(at, limit=LOOKED_BACK)):
        if entry.reply is not None and entry.reply.tone is Tone.DONE and entry.reply.pictures:
            view = await visit.desk.view(entry.job)
            if anywhere or Handle.of(view.at).thread == Handle.of(at).thread:
                return view
    return None


async def _ask(visit: Visit, shown: Sequence[Attachment]) -> None:
    """What to do with a picture that came without a word: whatever it is, it costs money."""
    if not shown:
        raise PictureMissingError
    if len(shown) > 1:
        await visit.which(shown, Verb.UPSCALE)
        return
    (kept,) = await visit.bring(shown)
    buttons = tuple(Button(verb, visit.say(f"button-{verb.value}"), kept.id) for verb in (Verb.UPSCALE, Verb.REFERENCE))
    question = Reply(
        tone=Tone.HELP,
        locale=visit.person.locale,
        title=visit.say("chat-wordless"),
        body=visit.say("slack-wordless-body"),
        buttons=buttons,
    )
    await visit.tell(question)


async def _help(visit: Visit) -> None:
    """All of it where nobody else has to scroll past it; a few lines in a channel."""
    if visit.event.is_direct:
        await visit.help()
    else:
        brief = replace(visit.desk.help(visit.person.locale), body=visit.say("slack-help-brief"), fields=())
        await visit.tell(brief)


def _is_said(event: Mapping[str, Any]) -> bool:
    """Whether a person said it to the bot: in a channel they mention it, a direct message always is meant for it."""
    direct = event.get("type") == "app_mention" or event.get("channel_type") == "im"
    return direct and event.get("subtype") in SAID and not event.get("bot_id") and not event.get("edited")


def _me(body: Mapping[str, Any]) -> str:
    """The bot's own user id, as the event tells for whom it is."""
    return str(next((each.get("user_id") for each in body.get("authorizations") or () if each.get("is_bot")), ""))
