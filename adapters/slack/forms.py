"""Slack's forms: what an /imagine or /upscale can hold as fields, and what a person filled in. Pure values."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any, Final

from adapters.slack import render
from adapters.slack.attachment import Attachment
from adapters.slack.markup import Json, plain
from bot.chat import form as shared
from bot.chat.form import ASPECT, FLAGS, FLAGS_LIMIT, MODEL, PICTURES, PROMPT, Choice, Draft, Say
from bot.chat.press import Manner, Press
from bot.errors import (
    BadValueError,
    BotError,
    BrokenPictureError,
    FileTooLargeError,
    NoOfferError,
    NotAPictureError,
    OutdatedError,
    PictureMissingError,
    PictureTooLargeError,
    PictureTooSmallError,
    PictureUnknownError,
    PictureUnreachableError,
    PromptMissingError,
    PromptTooLongError,
    UnknownFlagError,
    UnknownModelError,
)
from bot.message import Reply
from bot.offer import Offer
from bot.prompt import GUIDANCE_LIMIT, STEPS_LIMIT
from bot.request import PROMPT_LIMIT, SEED_LIMIT, Wish

TITLE_LIMIT: Final = 24
"""Characters, also of the buttons that send and close a form."""
LABEL_LIMIT: Final = 2000
"""Characters, also of a field's hint."""
OPTION_LIMIT: Final = 75
"""Characters of an option's text and description."""
PLACEHOLDER_LIMIT: Final = 150
OPTIONS_LIMIT: Final = 100
FILES_LIMIT: Final = 10
RECENT_LIMIT: Final = 5
"""Pictures of the channel to choose from; Slack takes ten in such a choice, and they must be scrolled past."""
EXAMPLE: Final = "--raw --format png"
FILETYPES: Final = ("png", "jpg", "jpeg", "webp")

SEED: Final = "seed"
STEPS: Final = "steps"
GUIDANCE: Final = "guidance"
UPSAMPLING: Final = "upsampling"
COUNT: Final = "count"
RECENT: Final = "recent"
FACTOR: Final = "factor"
"""The fields' ids besides those that every chat platform's form has."""
_ON: Final = "on"

_FIELDS: Final[Mapping[str, str]] = {
    "ratio": ASPECT,
    "seed": SEED,
    "steps": STEPS,
    "guidance": GUIDANCE,
    "prompt_upsampling": UPSAMPLING,
    "count": COUNT,
    "factor": FACTOR,
    "model": MODEL,
    "references": PICTURES,
    "prompt": PROMPT,
}
"""request.py's names for what has a field of its own; all else is a flag."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Filled:
    """A form as it was sent, numbers as they were typed. `model` is an Offer's name, `flags` as in "--seed 7"."""

    prompt: str = ""
    model: str | None = None
    aspect: str | None = None
    seed: str = ""
    steps: str = ""
    guidance: str = ""
    upsampling: bool = False
    count: int = 1
    flags: str = ""
    factor: int | None = None
    files: tuple[str, ...] = ()
    """Slack's ids of what was uploaded; where nothing was, of the picture that was chosen."""
    fields: frozenset[str] = frozenset()
    """The ids of all that could be filled in."""


def imagine(
    offers: Sequence[Offer],
    *,
    say: Say,
    wish: Wish | None,
    opened_by: Press,
    metadata: str,
    references: bool,
    max_count: int,
) -> Json:
    """The form that paints, filled in with a wish; its title goes by the verb that opened it.

    metadata comes back with it, at most 3,000 characters. references: it takes pictures as well, where a model does.
    """
    draft = Draft(offers, wish)
    usual = say("chat-form-usual-model", title=draft.painters[0].title) if draft.painters else ""
    models, aspects = draft.models(say, limit=OPTIONS_LIMIT), draft.aspects(say)
    blocks = [
        _input(
            PROMPT, say("label-prompt"), _text(draft.prompt, PROMPT_LIMIT, say("control-hint-prompt"), multiline=True)
        ),
        _input(MODEL, say("label-model"), _select(models, usual), hint=say("control-hint-model")),
        _input(ASPECT, say("label-ratio"), _select(aspects, say("chat-form-usual-ratio"))),
        *_numbers(draft.wish, say),
        _input(UPSAMPLING, say("label-prompt_upsampling"), _switch(say, on=bool(draft.wish.prompt_upsampling))),
    ]
    if max_count > 1 and opened_by.verb != "edit":
        chosen = min(max_count, _count(opened_by))
        counts = [Choice(str(each), str(each), "", each == chosen) for each in range(1, max_count + 1)]
        blocks.append(_input(COUNT, say("label-count"), _select(counts, ""), hint=say("slack-form-count-hint")))
    flags = _text(_rest(draft), FLAGS_LIMIT, EXAMPLE)
    blocks.append(_input(FLAGS, say("chat-form-flags"), flags, hint=say("slack-form-flags-hint")))
    if references and draft.references:
        upload = _upload(min(FILES_LIMIT, draft.references))
        hint = say("control-hint-references")
        blocks.append(_input(PICTURES, say("label-references"), upload, hint=hint))
    title, submit = say(shared.title(opened_by.verb)), say("slack-form-paint")
    offered = [block for block in blocks if block["element"].get("options") != []]
    return _modal(title, offered, say, submit=submit, callback_id=str(opened_by), private_metadata=metadata)


def upscale(
    recent: Sequence[Attachment],
    factors: Sequence[int],
    *,
    say: Say,
    metadata: str,
    chosen: int | None = None,
    seen: bool = True,
) -> Json:
    """The form that enlarges: a file, or one of the channel's latest pictures, of which the first is chosen.

    chosen is how many times, where the person said so. Not seen: the pictures go by their names alone.
    """
    listed = recent[:RECENT_LIMIT]
    names = [say("which-button", number=number) for number in range(1, len(listed) + 1)]
    blocks = [_thumbnail(name, picture) for name, picture in zip(names, listed, strict=True) if seen]
    if listed:
        pictures = [_option(name, each.id, each.name) for name, each in zip(names, listed, strict=True)]
        radio = {"type": "radio_buttons", "options": pictures, "initial_option": pictures[0]}
        blocks.append(_input(RECENT, say("slack-form-recent"), radio))
    file_hint = say("slack-form-file-or-recent") if listed else ""
    blocks.append(_input(PICTURES, say("label-file"), _upload(1), hint=file_hint, optional=bool(listed)))
    if factors:
        hint = say("control-hint-factor")
        usual = chosen if chosen in factors else factors[0]
        choices = [Choice(f"x{factor}", str(factor), "", factor == usual) for factor in factors]
        blocks.append(_input(FACTOR, say("label-factor"), _select(choices, ""), hint=hint))
    title, opened_by = say("slack-form-upscale"), str(Press("upscale", ""))
    return _modal(title, blocks, say, submit=say("button-upscale"), callback_id=opened_by, private_metadata=metadata)


def loading(*, say: Say) -> Json:
    """Shown at once, since what opens a form lives 3 s; another form takes its place."""
    return _modal(say("slack-form-loading"), [_words(say("slack-form-loading-body"))], say)


def notice(reply: Reply, *, say: Say) -> Json:
    """What there is to tell in place of a form that was sent."""
    told = render.message(reply, say=say, titled=len(reply.title) > TITLE_LIMIT)
    blocks = [block for block in told.blocks if block["type"] != "actions"]
    return _modal(reply.title, blocks or [_words(reply.title)], say)


def read(view: Mapping[str, Any]) -> Filled:
    """What was filled in; a field that is missing, empty or unknown to this release is left out."""
    state = view.get("state")
    values = state.get("values") if isinstance(state, dict) else None
    fields = {name: _answer(answers) for name, answers in values.items()} if isinstance(values, dict) else {}
    recent = _choice(fields.get(RECENT))
    count, factor = _choice(fields.get(COUNT)) or "", _choice(fields.get(FACTOR)) or ""
    return Filled(
        prompt=_typed(fields.get(PROMPT)),
        model=_choice(fields.get(MODEL)),
        aspect=_choice(fields.get(ASPECT)),
        seed=_typed(fields.get(SEED)),
        steps=_typed(fields.get(STEPS)),
        guidance=_typed(fields.get(GUIDANCE)),
        upsampling=bool(fields.get(UPSAMPLING, {}).get("selected_options")),
        count=int(count) if count.isdecimal() else 1,
        flags=_typed(fields.get(FLAGS)),
        factor=int(factor) if factor.isdecimal() else None,
        files=_files(fields.get(PICTURES)) or ((recent,) if recent else ()),
        fields=frozenset(fields),
    )


def wish_of(filled: Filled) -> Wish:
    """What was asked for; what has a field of its own goes before flags. Raises RefusedError."""
    typed = {"seed": filled.seed, "steps": filled.steps, "guidance": filled.guidance}
    flags = [filled.flags, *(f"--{name}={''.join(value.split())}" for name, value in typed.items() if value.strip())]
    wish = shared.wish_of(prompt=filled.prompt, flags=" ".join(flags), model=filled.model, aspect=filled.aspect)
    return replace(wish, prompt_upsampling=True) if filled.upsampling else wish


def errors(error: BotError, filled: Filled, sentence: str) -> dict[str, str] | None:
    """The sentence at the field that it is about; None where it is about none, or the form has none of that kind."""
    field = _at_fault(error, filled)
    return {field: sentence} if field in filled.fields else None


def _at_fault(error: BotError, filled: Filled) -> str | None:
    match error:
        case BadValueError():
            field = _FIELDS.get(str(error.facts["field"]), FLAGS)
            return field if _is_given(field, filled) else _flagged(filled)
        case UnknownModelError():
            return MODEL if filled.model else _flagged(filled)
        case UnknownFlagError():
            return PROMPT if str(error.facts["flag"]) in filled.prompt else FLAGS
        case PromptMissingError() | PromptTooLongError():
            return PROMPT
        case NoOfferError() if error.facts.get("kind") == "reference" and filled.files:
            return PICTURES
        case (
            PictureMissingError()
            | PictureUnknownError()
            | PictureUnreachableError()
            | NotAPictureError()
            | BrokenPictureError()
            | FileTooLargeError()
            | PictureTooLargeError()
            | PictureTooSmallError()
        ):
            return PICTURES
        case _:  # nothing that filling in the form another way would help
            return None


def _is_given(field: str, filled: Filled) -> bool:
    """Whether it was filled in there, not said as a flag; what no flag says can have come from nowhere else."""
    given = {SEED: filled.seed, STEPS: filled.steps, GUIDANCE: filled.guidance, ASPECT: filled.aspect, FLAGS: None}
    return bool(given.get(field, True))


def _flagged(filled: Filled) -> str:
    """Where flags were written."""
    return FLAGS if filled.flags.strip() or "--" not in filled.prompt else PROMPT


def _rest(draft: Draft) -> str:
    """What no field says. A form's box is ticked or not, so that "not at all" is left to a flag."""
    own: dict[str, None] = {"seed": None, "steps": None, "guidance": None}
    if draft.wish.prompt_upsampling is not False:
        own["prompt_upsampling"] = None
    return draft.flags(**own)


def _count(opened_by: Press) -> int:
    """How many pictures were asked for before the form opened."""
    try:
        return Manner.of(opened_by.more if opened_by.verb == "reference" else opened_by.target).count
    except OutdatedError:
        return 1


def _modal(title: str, blocks: Sequence[Json], say: Say, *, submit: str = "", **ids: str) -> Json:
    """A form; without submit, a page to be read."""
    close = say("button-cancel" if submit else "slack-form-close")
    view: Json = {
        "type": "modal",
        "title": plain(title, TITLE_LIMIT),
        "blocks": list(blocks),
        "close": plain(close, TITLE_LIMIT),
        **ids,
    }
    return {**view, "submit": plain(submit, TITLE_LIMIT)} if submit else view


def _input(id_: str, label: str, element: Json, *, hint: str = "", optional: bool | None = None) -> Json:
    """A field; only the prompt must be filled in, unless a form says otherwise."""
    block: Json = {
        "type": "input",
        "block_id": id_,
        "label": plain(label, LABEL_LIMIT),
        "element": {**element, "action_id": id_},
        "optional": id_ != PROMPT if optional is None else optional,
    }
    return {**block, "hint": plain(hint, LABEL_LIMIT)} if hint else block


def _numbers(wish: Wish, say: Say) -> list[Json]:
    """Each model has a narrower range of its own, which the desk knows."""
    guidance = None if wish.guidance is None else f"{wish.guidance:g}"
    return [
        _input(SEED, say("label-seed"), _number(wish.seed, most=SEED_LIMIT), hint=say("control-hint-seed")),
        _input(
            STEPS, say("label-steps"), _number(wish.steps, least=1, most=STEPS_LIMIT), hint=say("control-hint-steps")
        ),
        _input(
            GUIDANCE,
            say("label-guidance"),
            _number(guidance, most=GUIDANCE_LIMIT, whole=False),
            hint=say("control-hint-guidance"),
        ),
    ]


def _number(value: str | int | None, *, least: int = 0, most: int, whole: bool = True) -> Json:
    element: Json = {
        "type": "number_input",
        "is_decimal_allowed": not whole,
        "min_value": str(least),
        "max_value": str(most),
    }
    return element if value is None else {**element, "initial_value": str(value)}


def _text(value: str, limit: int, placeholder: str, *, multiline: bool = False) -> Json:
    element: Json = {
        "type": "plain_text_input",
        "multiline": multiline,
        "max_length": limit,
        "placeholder": plain(placeholder, PLACEHOLDER_LIMIT),
    }
    return {**element, "initial_value": value} if value else element


def _select(choices: Sequence[Choice], placeholder: str) -> Json:
    options = [_option(each.label, each.value, each.hint) for each in choices]
    element: Json = {"type": "static_select", "options": options}
    if placeholder:
        element["placeholder"] = plain(placeholder, PLACEHOLDER_LIMIT)
    chosen = [option for option, each in zip(options, choices, strict=True) if each.chosen]
    return {**element, "initial_option": chosen[0]} if chosen else element


def _switch(say: Say, *, on: bool) -> Json:
    options = [_option(say("control-hint-prompt_upsampling"), _ON, "")]
    element: Json = {"type": "checkboxes", "options": options}
    return {**element, "initial_options": options} if on else element


def _option(text: str, value: str, hint: str) -> Json:
    option: Json = {"text": plain(text, OPTION_LIMIT), "value": value}
    return {**option, "description": plain(hint, OPTION_LIMIT)} if hint else option


def _upload(most: int) -> Json:
    return {"type": "file_input", "filetypes": list(FILETYPES), "max_files": most}


def _thumbnail(name: str, picture: Attachment) -> Json:
    image = {
        "type": "image",
        "slack_file": {"id": picture.id},
        "alt_text": plain(picture.name or name, LABEL_LIMIT)["text"],
    }
    return {"type": "section", "text": plain(name, OPTION_LIMIT), "accessory": image}


def _words(text: str) -> Json:
    return {"type": "section", "text": plain(text, LABEL_LIMIT)}


def _answer(answers: object) -> Mapping[str, Any]:
    """The one field of a block."""
    first = next(iter(answers.values()), None) if isinstance(answers, dict) else None
    return first if isinstance(first, dict) else {}


def _typed(answer: Mapping[str, Any] | None) -> str:
    value = (answer or {}).get("value")
    return value if isinstance(value, str) else ""


def _choice(answer: Mapping[str, Any] | None) -> str | None:
    option = (answer or {}).get("selected_option")
    return str(option["value"]) if isinstance(option, dict) and option.get("value") else None


def _files(answer: Mapping[str, Any] | None) -> tuple[str, ...]:
    files = (answer or {}).get("files")
    listed = files if isinstance(files, list) else []
    return tuple(str(file["id"]) for file in listed if isinstance(file, dict) and file.get("id"))
