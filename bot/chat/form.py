"""A form for a picture, whatever it looks like: what it holds at first, and the wish that was filled in."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from decimal import Decimal
from typing import Any, Final, Protocol

from bot.errors import BadValueError
from bot.offer import Offer
from bot.prompt import read as read_prompt
from bot.prompt import written
from bot.request import PROMPT_LIMIT, Kind, Ratio, Wish

COMMON: Final = tuple(
    map(Ratio.parse, ("1:1", "3:2", "2:3", "4:3", "3:4", "5:4", "4:5", "16:9", "9:16", "21:9", "9:21"))
)
"""Shapes that people choose from; any other can be written as a flag."""
FLAGS_LIMIT: Final = 400
EXAMPLE: Final = "--seed 7 --steps 30 --format png"

PROMPT: Final = "prompt"
MODEL: Final = "model"
ASPECT: Final = "aspect"
FLAGS: Final = "flags"
PICTURES: Final = "pictures"
"""The fields' ids; an older form's answer is read as long as it has any of them."""


class Say(Protocol):
    """desk.say, in the reader's language."""

    def __call__(self, key: str, **facts: object) -> str: ...


@dataclass(frozen=True, slots=True)
class Choice:
    """One thing to choose in a form."""

    label: str
    value: str
    hint: str
    chosen: bool = False


class Draft:
    """What a form holds when it opens: the offers that paint, and a wish that was made before."""

    def __init__(self, offers: Sequence[Offer], wish: Wish | None) -> None:
        self.painters = [offer for offer in offers if offer.kind is Kind.IMAGINE]
        self.wish = wish or Wish(prompt="")
        self._chosen = _chosen(self.painters, self.wish)

    @property
    def prompt(self) -> str:
        return self.wish.prompt[:PROMPT_LIMIT]

    @property
    def references(self) -> int:
        """The most pictures that any of them can paint after."""
        return max((offer.references for offer in self.painters), default=0)

    def models(self, say: Say, *, limit: int) -> list[Choice]:
        """All models with their prices; the chosen one is always among them."""
        listed = list(self.painters[:limit])
        if self._chosen is not None and self._chosen not in listed:
            listed[-1] = self._chosen
        return [
            Choice(offer.title, offer.name, _price(offer.price_cents, say), offer is self._chosen) for offer in listed
        ]

    def aspects(self, say: Say) -> list[Choice]:
        asked = self.wish.ratio
        ratios = [*COMMON, asked] if asked is not None and asked not in COMMON else COMMON
        return [Choice(str(ratio), str(ratio), say(orientation(ratio)), ratio == asked) for ratio in ratios]

    def flags(self, **told: None) -> str:
        """All that the wish says and the other fields don't; told are those of a form with more fields: seed=None."""
        left_out: dict[str, Any] = {"prompt": "", "ratio": None, **told}
        if self._chosen is not None:
            left_out |= {"model": None, "provider": None}
        return written(replace(self.wish, **left_out))[:FLAGS_LIMIT]


def title(verb: str) -> str:
    """The key of a form's title, by the verb in its id."""
    match verb:
        case "edit":
            return "chat-form-edit"
        case "reference":
            return "chat-form-reference"
        case _:  # any other way to a form begins a new picture
            return "chat-form-imagine"


def wish_of(*, prompt: str, flags: str, model: str | None, aspect: str | None) -> Wish:
    """What was asked for; the chosen model (an Offer's name) and shape go before flags. Raises RefusedError."""
    wish = read_prompt(f"{prompt} {flags}")
    if model:
        wish = replace(wish, model=model, provider=None)
    if not aspect:
        return wish
    try:
        ratio = Ratio.parse(aspect)
    except ValueError:
        raise BadValueError(field="ratio", value=aspect[:80], allowed="1:1, 3:2, 16:9, …") from None
    exact = wish.width is not None and wish.height is not None
    return replace(wish, ratio=ratio, width=None, height=None) if exact else replace(wish, ratio=ratio)


def orientation(ratio: Ratio) -> str:
    """The key of the word for it."""
    if ratio.across == ratio.down:
        return "chat-form-square"
    return "chat-form-landscape" if ratio.across > ratio.down else "chat-form-portrait"


def _chosen(painters: Sequence[Offer], wish: Wish) -> Offer | None:
    """The offer that the wish names, if it can be had."""
    if wish.model is None:
        return None
    fitting = (offer for offer in painters if wish.model.lower() in (offer.model, offer.name))
    return next((offer for offer in fitting if wish.provider is None or wish.provider.lower() == offer.provider), None)


def _price(cents: Decimal | None, say: Say) -> str:
    if cents is None:
        return say("chat-form-price-unknown")
    return say("chat-form-price", cents=cents) if cents else say("cost-free")
