"""Discord's forms: what an /imagine can hold as fields, and what a person filled in. Nothing is kept in between.

As in render.py, a form belongs to the running loop it is made in and comes back stopped.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from decimal import Decimal
from typing import Any, Final

import discord
from discord import ui

from adapters.discord.attachment import Attachment
from adapters.discord.render import PRESS, Say
from bot.errors import BadValueError
from bot.offer import Offer
from bot.prompt import read as read_prompt
from bot.prompt import written
from bot.request import PROMPT_LIMIT, Kind, Ratio, Wish

TITLE_LIMIT: Final = 45
"""Characters, also of a field's label."""
HINT_LIMIT: Final = 100
"""Characters, also of an option's label, value and description."""
PLACEHOLDER_LIMIT: Final = 150
OPTIONS_LIMIT: Final = 25
FILES_LIMIT: Final = 10
FLAGS_LIMIT: Final = 400
EXAMPLE: Final = "--seed 7 --steps 30 --format png"
COMMON: Final = tuple(
    map(Ratio.parse, ("1:1", "3:2", "2:3", "4:3", "3:4", "5:4", "4:5", "16:9", "9:16", "21:9", "9:21"))
)
"""Shapes that people choose from; any other can be written as a flag."""

PROMPT: Final = "prompt"
MODEL: Final = "model"
ASPECT: Final = "aspect"
FLAGS: Final = "flags"
PICTURES: Final = "pictures"
"""The fields' ids; an older form's answer is read as long as it has any of them."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Filled:
    """A form as it was sent. `model` is an Offer's name, `flags` as typed, as in "--seed 7"."""

    prompt: str = ""
    model: str | None = None
    aspect: str | None = None
    flags: str = ""
    attachments: tuple[Attachment, ...] = ()


def imagine(offers: Sequence[Offer], *, say: Say, wish: Wish | None, custom_id: str, references: bool) -> ui.Modal:
    """The form that paints, filled in with a wish; its title goes by the verb in custom_id.

    references: it takes pictures as well, where a model does.
    """
    painters = [offer for offer in offers if offer.kind is Kind.IMAGINE]
    chosen = _chosen(painters, wish)
    form = ui.Modal(title=say(_title(custom_id))[:TITLE_LIMIT], custom_id=custom_id, timeout=None)
    form.add_item(_label(say("label-prompt"), _prompt(wish), say("control-hint-prompt")))
    if painters:
        form.add_item(_label(say("label-model"), _models(painters, chosen, say), say("control-hint-model")))
    form.add_item(_label(say("label-ratio"), _aspects(wish, say), say("control-hint-ratio")))
    form.add_item(_label(say("chat-form-flags"), _flags(wish, chosen), say("chat-form-flags-hint")))
    most = min(FILES_LIMIT, max((offer.references for offer in painters), default=0))
    if references and most:
        upload: ui.FileUpload[Any] = ui.FileUpload(custom_id=PICTURES, required=False, min_values=0, max_values=most)
        form.add_item(_label(say("label-references"), upload, say("control-hint-references")))
    form.stop()
    return form


def read(event: discord.Interaction[Any]) -> Filled:
    """What was filled in; a field that is missing, empty or unknown to this release is left out."""
    sent: Mapping[str, Any] = dict(event.data or {})
    fields = {field["custom_id"]: field for field in _fields(sent.get("components")) if "custom_id" in field}
    files: Mapping[str, Any] = (sent.get("resolved") or {}).get("attachments") or {}
    uploaded = (files.get(str(each)) for each in fields.get(PICTURES, {}).get("values") or ())
    return Filled(
        prompt=_text(fields.get(PROMPT)),
        model=_choice(fields.get(MODEL)),
        aspect=_choice(fields.get(ASPECT)),
        flags=_text(fields.get(FLAGS)),
        attachments=tuple(_attachment(file) for file in uploaded if file and file.get("url")),
    )


def wish_of(filled: Filled) -> Wish:
    """What was asked for; the chosen model and shape go before flags. Raises RefusedError."""
    wish = read_prompt(f"{filled.prompt} {filled.flags}")
    if filled.model:
        wish = replace(wish, model=filled.model, provider=None)
    if not filled.aspect:
        return wish
    try:
        ratio = Ratio.parse(filled.aspect)
    except ValueError:
        raise BadValueError(field="ratio", value=filled.aspect[:80], allowed="1:1, 3:2, 16:9, …") from None
    exact = wish.width is not None and wish.height is not None
    return replace(wish, ratio=ratio, width=None, height=None) if exact else replace(wish, ratio=ratio)


def _title(custom_id: str) -> str:
    found = PRESS.fullmatch(custom_id)
    match found["verb"] if found else "":
        case "edit":
            return "chat-form-edit"
        case "reference":
            return "chat-form-reference"
        case _:  # any other way to a form begins a new picture
            return "chat-form-imagine"


def _chosen(painters: Sequence[Offer], wish: Wish | None) -> Offer | None:
    """The offer that the wish names, if it can be had."""
    if wish is None or wish.model is None:
        return None
    fitting = (offer for offer in painters if wish.model.lower() in (offer.model, offer.name))
    return next((offer for offer in fitting if wish.provider is None or wish.provider.lower() == offer.provider), None)


def _prompt(wish: Wish | None) -> ui.TextInput[Any]:
    return ui.TextInput(
        custom_id=PROMPT,
        style=discord.TextStyle.paragraph,
        max_length=PROMPT_LIMIT,
        default=wish.prompt[:PROMPT_LIMIT] or None if wish else None,
    )


def _models(painters: Sequence[Offer], chosen: Offer | None, say: Say) -> ui.Select[Any]:
    """All models with their prices; the chosen one is always among them."""
    listed = list(painters[:OPTIONS_LIMIT])
    if chosen is not None and chosen not in listed:
        listed[-1] = chosen
    options = [
        discord.SelectOption(
            label=offer.title[:HINT_LIMIT],
            value=offer.name[:HINT_LIMIT],
            description=_price(offer.price_cents, say)[:HINT_LIMIT],
            default=offer is chosen,
        )
        for offer in listed
    ]
    usual = say("chat-form-usual-model", title=painters[0].title)
    return _select(MODEL, options, usual)


def _aspects(wish: Wish | None, say: Say) -> ui.Select[Any]:
    asked = wish.ratio if wish else None
    ratios = [*COMMON, asked] if asked is not None and asked not in COMMON else COMMON
    options = [
        discord.SelectOption(label=str(ratio), description=say(orientation(ratio))[:HINT_LIMIT], default=ratio == asked)
        for ratio in ratios
    ]
    return _select(ASPECT, options, say("chat-form-usual-ratio"))


def _flags(wish: Wish | None, chosen: Offer | None) -> ui.TextInput[Any]:
    """All that the wish says and the other fields don't."""
    rest = replace(wish, prompt="", ratio=None) if wish else Wish(prompt="")
    if chosen is not None:
        rest = replace(rest, model=None, provider=None)
    return ui.TextInput(
        custom_id=FLAGS,
        required=False,
        max_length=FLAGS_LIMIT,
        placeholder=EXAMPLE,
        default=written(rest)[:FLAGS_LIMIT] or None,
    )


def _select(id_: str, options: list[discord.SelectOption], placeholder: str) -> ui.Select[Any]:
    return ui.Select(
        custom_id=id_, options=options, placeholder=placeholder[:PLACEHOLDER_LIMIT], required=False, min_values=0
    )


def _label(text: str, field: ui.Item[Any], hint: str) -> ui.Label[Any]:
    return ui.Label(text=text[:TITLE_LIMIT], component=field, description=hint[:HINT_LIMIT])


def _price(cents: Decimal | None, say: Say) -> str:
    if cents is None:
        return say("chat-form-price-unknown")
    return say("chat-form-price", cents=cents) if cents else say("cost-free")


def orientation(ratio: Ratio) -> str:
    """The key of the word for it."""
    if ratio.across == ratio.down:
        return "chat-form-square"
    return "chat-form-landscape" if ratio.across > ratio.down else "chat-form-portrait"


def _fields(components: object) -> Iterator[Mapping[str, Any]]:
    """Every field of an answer, whatever labels and rows it stands in."""
    for component in components if isinstance(components, list) else ():
        if isinstance(component, dict):
            yield component
            yield from _fields([component.get("component")])
            yield from _fields(component.get("components"))


def _text(field: Mapping[str, Any] | None) -> str:
    value = (field or {}).get("value")
    return value if isinstance(value, str) else ""


def _choice(field: Mapping[str, Any] | None) -> str | None:
    values = (field or {}).get("values")
    return str(values[0]) if isinstance(values, list) and values else None


def _attachment(file: Mapping[str, Any]) -> Attachment:
    name = str(file.get("filename") or "")
    return Attachment(str(file["url"]), name, int(file.get("size") or 0), name.startswith("SPOILER_"))
