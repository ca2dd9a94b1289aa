"""A Wish fitted to an offer: defaults filled in, ranges held, a shape that the model can make."""

from __future__ import annotations

from collections.abc import Callable
from typing import Final, TypeVar

from bot.errors import BadValueError, NoOfferError, PromptMissingError, PromptTooLongError
from bot.offer import Number, Offer, Shapes
from bot.request import PROMPT_LIMIT, SEED_LIMIT, SIDE_LIMIT, Format, Imagine, Kind, Ratio, Shape, Wish

N = TypeVar("N", int, float)

RATIO_SLACK: Final = 0.02
"""A shape within 2 % of the ratio that was asked for is taken for it, and the caption does not mention it."""


def fit(wish: Wish, offer: Offer, draw_seed: Callable[[], int]) -> Imagine:
    """The request that this offer can serve. Raises BadValueError, PromptMissingError, PromptTooLongError.

    A parameter that the model does not have is dropped and named in `ignored`; a shape it cannot make is replaced by
    the nearest, and `asked` remembers what it was.
    """
    if offer.shapes is None:
        raise NoOfferError(kind=Kind.IMAGINE.value)
    shape, asked = _shape(wish, offer.shapes)
    numbers, ignored = _controls(wish, offer)
    if wish.output_format is not None and wish.output_format not in offer.formats:
        ignored.append("output_format")
    return Imagine(
        prompt=_prompt(wish.prompt, min(PROMPT_LIMIT, offer.max_prompt)),
        shape=shape,
        asked=asked,
        seed=draw_seed() if wish.seed is None else _ranged("seed", wish.seed, 0, SEED_LIMIT),
        output_format=_format(wish.output_format, offer),
        steps=_whole(numbers["steps"]),
        guidance=numbers["guidance"],
        prompt_upsampling=_switch(numbers["prompt_upsampling"]),
        safety_tolerance=_whole(numbers["safety_tolerance"]),
        raw=_switch(numbers["raw"]),
        references=wish.references,
        ignored=tuple(ignored),
    )


def _prompt(prompt: str, limit: int) -> str:
    prompt = prompt.strip()
    if not prompt:
        raise PromptMissingError()
    if len(prompt) > limit:
        raise PromptTooLongError(length=len(prompt), limit=limit)
    return prompt


def _format(wanted: Format | None, offer: Offer) -> Format:
    wanted = wanted or Format.WEBP
    return wanted if wanted in offer.formats else offer.formats[0]


def _controls(wish: Wish, offer: Offer) -> tuple[dict[str, float | None], list[str]]:
    """Each parameter's value (switches as 0 and 1), None where the model lacks it; and those asked for in vain."""
    values: dict[str, float | None] = {}
    ignored: list[str] = []
    for name in ("steps", "guidance", "prompt_upsampling", "safety_tolerance", "raw"):
        wanted: float | bool | None = getattr(wish, name)
        control = offer.control(name)
        if control is None:
            values[name] = None
            if wanted is not None and wanted is not False:
                ignored.append(name)
        elif wanted is None:
            values[name] = float(control.default)
        elif isinstance(control, Number):
            values[name] = _ranged(name, float(wanted), control.low, control.high)
        else:
            values[name] = float(wanted)
    return values, ignored


def _shape(wish: Wish, shapes: Shapes) -> tuple[Shape, Shape | Ratio | None]:
    """The shape to make, and what was asked for where that is something else."""
    width, height, ratio = wish.width, wish.height, wish.ratio
    if width is None and height is None:
        if ratio is None:
            return shapes.default, None
        made = shapes.of(ratio)
        return made, None if abs(float(made.ratio) / float(ratio) - 1) <= RATIO_SLACK else ratio
    across = float(ratio or shapes.default.ratio)
    if width is None:
        width = round((height or 0) * across)
    if height is None:
        height = round(width / across)
    asked = Shape(
        int(_ranged("width", width, 16, SIDE_LIMIT)),
        int(_ranged("height", height, 16, SIDE_LIMIT)),
    )
    made = shapes.nearest(asked)
    return made, None if made == asked else asked


def _ranged(name: str, value: N, low: float, high: float) -> N:
    if not low <= value <= high:
        raise BadValueError(field=name, value=value, allowed=f"{low:g}-{high:g}")
    return value


def _whole(value: float | None) -> int | None:
    return None if value is None else int(value)


def _switch(value: float | None) -> bool | None:
    return None if value is None else bool(value)
