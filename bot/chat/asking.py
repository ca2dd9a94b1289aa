"""Between a person's words and the desk: options against flags, forms filled in again, and several pictures at once."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from typing import Any, Final

from bot import prompt
from bot.desk import Desk
from bot.errors import BadValueError, BotError, DuplicateError, NoOfferError
from bot.fitting import series, wish_of
from bot.message import Person, Place
from bot.request import Imagine, Wish
from bot.view import View

_CALL: Final = re.compile(r"\A[,:](?:\s+|\Z)")
_FLAGGING: Final = re.compile(r"(?<!\S)[-–—/]+|[\"„“”]")


@dataclass(frozen=True, slots=True)
class Stopped:
    """Of several pictures, `taken` were accepted before one was refused."""

    taken: int
    error: BotError
    asked: str


async def paint(
    desk: Desk, wish: Wish, count: int, *, by: Person, at: Callable[[bool], Place], event: str, most: int
) -> Stopped | None:
    """As many pictures as were asked for, each a job of its own; a job's place is at(whether it is the first).

    Of an event that is delivered again, those are taken that an earlier end left out. Raises what the desk raises of
    the first one, DuplicateError where all of them were taken before, BadValueError for a count that is not 1 to `most`
    (of a form, or a list of commands, from before the setting was changed).
    """
    if not 1 <= count <= most:
        raise BadValueError(field="count", value=count, allowed=f"1–{most}" if most > 1 else "1")
    known: DuplicateError | None = None
    new = False
    for number, each in enumerate(series(wish, count), start=1):
        first = number == 1
        asked = f"/imagine {prompt.written(each)}"
        try:
            await desk.accept(each, by=by, at=at(first), event=event if first else f"{event}:{number}", asked=asked)
            new = True
        except DuplicateError as error:
            known = error
        except BotError as error:
            if first:
                raise
            return Stopped(number - 1, error, asked)
    if known is not None and not new:
        raise known
    return None


def called(words: str) -> str:
    """What is said to somebody whose name was left out: of "@imagebot, upscale" or "@imagebot: upscale" the command."""
    return _CALL.sub("", words)


def harmless(name: str) -> str:
    """A name as words to paint: people choose it themselves, and its dashes are nobody's flags."""
    return " ".join(_FLAGGING.sub("", name).split())


def most_references(desk: Desk) -> int:
    """As many pictures as any model that is on can paint after."""
    return max((offer.references for offer in desk.offers()), default=0)


def check_references(desk: Desk, count: int = 1) -> None:
    """Before pictures are fetched: whether anything can paint after so many. Raises NoOfferError, BadValueError."""
    most = most_references(desk)
    if not most:
        raise NoOfferError(kind="reference")
    if count > most:
        raise BadValueError(field="references", value=count, allowed=f"0–{most}")


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
