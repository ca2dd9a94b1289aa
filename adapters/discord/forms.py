"""Discord's forms: what an /imagine can hold as fields, and what a person filled in. Nothing is kept in between.

As in render.py, a form belongs to the running loop it is made in and comes back stopped.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

import discord
from discord import ui

from adapters.discord.attachment import Attachment
from bot.chat import form as shared
from bot.chat.form import ASPECT, EXAMPLE, FLAGS, FLAGS_LIMIT, MODEL, PICTURES, PROMPT, Choice, Draft, Say
from bot.chat.press import Press
from bot.offer import Offer
from bot.request import PROMPT_LIMIT, Wish

TITLE_LIMIT: Final = 45
"""Characters, also of a field's label."""
HINT_LIMIT: Final = 100
"""Characters, also of an option's label, value and description."""
PLACEHOLDER_LIMIT: Final = 150
OPTIONS_LIMIT: Final = 25
FILES_LIMIT: Final = 10


@dataclass(frozen=True, slots=True, kw_only=True)
class Filled:
    """A form as it was sent. `model` is an Offer's name, `flags` as typed, as in "--seed 7"."""

    prompt: str = ""
    model: str | None = None
    aspect: str | None = None
    flags: str = ""
    attachments: tuple[Attachment, ...] = ()


def imagine(offers: Sequence[Offer], *, say: Say, wish: Wish | None, opened_by: Press, references: bool) -> ui.Modal:
    """The form that paints, filled in with a wish; its title goes by the verb that opened it.

    references: it takes pictures as well, where a model does.
    """
    draft = Draft(offers, wish)
    title = say(shared.title(opened_by.verb))
    form = ui.Modal(title=title[:TITLE_LIMIT], custom_id=str(opened_by), timeout=None)
    form.add_item(_label(say("label-prompt"), _prompt(draft), say("control-hint-prompt")))
    if draft.painters:
        usual = say("chat-form-usual-model", title=draft.painters[0].title)
        models = _select(MODEL, draft.models(say, limit=OPTIONS_LIMIT), usual)
        form.add_item(_label(say("label-model"), models, say("control-hint-model")))
    aspects = _select(ASPECT, draft.aspects(say), say("chat-form-usual-ratio"))
    form.add_item(_label(say("label-ratio"), aspects, say("control-hint-ratio")))
    form.add_item(_label(say("chat-form-flags"), _flags(draft), say("chat-form-flags-hint")))
    most = min(FILES_LIMIT, draft.references)
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
    return shared.wish_of(prompt=filled.prompt, flags=filled.flags, model=filled.model, aspect=filled.aspect)


def _prompt(draft: Draft) -> ui.TextInput[Any]:
    return ui.TextInput(
        custom_id=PROMPT,
        style=discord.TextStyle.paragraph,
        max_length=PROMPT_LIMIT,
        default=draft.prompt or None,
    )


def _flags(draft: Draft) -> ui.TextInput[Any]:
    return ui.TextInput(
        custom_id=FLAGS,
        required=False,
        max_length=FLAGS_LIMIT,
        placeholder=EXAMPLE,
        default=draft.flags() or None,
    )


def _select(id_: str, choices: Sequence[Choice], placeholder: str) -> ui.Select[Any]:
    options = [
        discord.SelectOption(
            label=each.label[:HINT_LIMIT],
            value=each.value[:HINT_LIMIT],
            description=each.hint[:HINT_LIMIT],
            default=each.chosen,
        )
        for each in choices
    ]
    return ui.Select(
        custom_id=id_, options=options, placeholder=placeholder[:PLACEHOLDER_LIMIT], required=False, min_values=0
    )


def _label(text: str, field: ui.Item[Any], hint: str) -> ui.Label[Any]:
    return ui.Label(text=text[:TITLE_LIMIT], component=field, description=hint[:HINT_LIMIT])


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
