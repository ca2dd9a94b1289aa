"""What was asked for, fitted to what is offered: defaults filled in, ranges held, a shape that the model can make."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from typing import Final, TypeVar

from bot.errors import (
    BadValueError,
    NoOfferError,
    PictureTooLargeError,
    PictureTooSmallError,
    PromptMissingError,
    PromptTooLongError,
    RefusedError,
)
from bot.offer import Number, Offer, Shapes
from bot.request import (
    PROMPT_LIMIT,
    SEED_LIMIT,
    SIDE_LIMIT,
    Enlarge,
    Format,
    Imagine,
    Kind,
    Ratio,
    Shape,
    Upscale,
    Wish,
)

N = TypeVar("N", int, float)

CONTROLS: Final = ("steps", "guidance", "prompt_upsampling", "safety_tolerance", "raw")
"""Parameters that some models have."""
RATIO_SLACK: Final = 0.02
"""A shape within 2 % of the ratio that was asked for is taken for it, and the caption does not mention it."""


def imagine(wish: Wish, offers: Sequence[Offer], draw_seed: Callable[[], int]) -> tuple[Offer, Imagine]:
    """The first offer that takes as many references, and its request. Raises what `fit` raises."""
    fitting = [offer for offer in offers if offer.references >= len(wish.references)]
    if not fitting:
        most = max(offer.references for offer in offers)
        if most == 0:
            raise NoOfferError(kind="reference")
        raise BadValueError(field="references", value=len(wish.references), allowed=f"0–{most}")
    return fitting[0], fit(wish, fitting[0], draw_seed)


def enlarge(wish: Enlarge, offers: Sequence[Offer], source: Shape) -> tuple[Offer, Upscale]:
    """The first offer that takes a picture of that shape; where none does, raises why the first one does not."""
    refusals: list[RefusedError] = []
    for offer in offers:
        for factor in [wish.factor] if wish.factor else offer.factors:
            refusal = _refusal(offer, factor, source)
            if refusal is None:
                output_format = wish.output_format or Format.WEBP
                return offer, Upscale(source=wish.source, factor=factor, output_format=output_format)
            refusals.append(refusal)
    telling = [refusal for refusal in refusals if not isinstance(refusal, BadValueError)]
    raise (telling or refusals or [NoOfferError(kind=Kind.UPSCALE.value)])[0]


def wish_of(request: Imagine, model: str | None, provider: str | None, *, keep_seed: bool) -> Wish:
    """The wish that a request came from, to be fitted anew; without a model, what only its own one knew is left out."""
    wish = Wish(
        prompt=request.prompt,
        width=request.shape.width,
        height=request.shape.height,
        seed=request.seed if keep_seed else None,
        output_format=request.output_format,
        model=model,
        provider=provider,
        references=request.references,
    )
    return wish if model is None else replace(wish, **{name: getattr(request, name) for name in CONTROLS})


def series(wish: Wish, count: int) -> tuple[Wish, ...]:
    """The same wish `count` times; a seed that was named counts up, so that each picture can be had again."""
    if wish.seed is None:
        return (wish,) * count
    return tuple(replace(wish, seed=(wish.seed + number) % (SEED_LIMIT + 1)) for number in range(count))


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


def _refusal(offer: Offer, factor: int, source: Shape) -> RefusedError | None:
    """Why this offer can't enlarge that picture, or None where it can."""
    intake = offer.intake
    if factor not in offer.factors or intake is None:
        return BadValueError(field="factor", value=factor, allowed=", ".join(f"x{each}" for each in offer.factors))
    width, height = source.width, source.height
    most = intake.max_pixels.get(factor, intake.max_side**2)
    side = int(most**0.5)
    if max(width, height) > intake.max_side or source.pixels > most:
        return PictureTooLargeError(width=width, height=height, limit=f"{side}x{side}")
    if min(width, height) < intake.min_side or source.pixels < intake.min_pixels:
        return PictureTooSmallError(width=width, height=height, limit=f"{intake.min_side}x{intake.min_side}")
    return None


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
    for name in CONTROLS:
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
        raise BadValueError(field=name, value=value, allowed=f"{_plain(low)}–{_plain(high)}")
    return value


def _plain(number: float) -> str:
    """All digits of a limit: 4294967294, not 4.29497e+09."""
    return str(int(number)) if number == int(number) else str(number)


def _whole(value: float | None) -> int | None:
    return None if value is None else int(value)


def _switch(value: float | None) -> bool | None:
    return None if value is None else bool(value)
