from __future__ import annotations

import pytest

from adapters.web.body import Form
from adapters.web.pages.studio import enlarged, painted, presets
from bot.errors import BadValueError
from bot.offer import Grid, Ratios
from bot.request import Enlarge, Format, ImageId, Ratio, Shape, Wish
from tests.standins.desk import OFFERS, ULTRA

DEV = {"offer": "flux/flux-dev", "width": "1024", "height": "768", "steps": "28", "guidance": "3", "seed": "",
       "safety_tolerance": "2", "output_format": "webp"}  # fmt: skip
"""The panel as it stands before anything is touched."""
SOURCE = ImageId("0" * 64)


def paint(wish: Wish | None = None, **fields: str) -> Wish:
    return painted(wish or Wish(prompt="a fox"), Form({**DEV, **fields}), OFFERS)


def test_an_untouched_panel_adds_nothing() -> None:
    assert paint() == Wish(prompt="a fox")


def test_no_panel_adds_nothing() -> None:
    assert painted(Wish(prompt="a fox"), Form(), OFFERS) == Wish(prompt="a fox")


def test_what_was_moved_is_added() -> None:
    wish = paint(
        width="512", steps="30", guidance="4,5", safety_tolerance="0", prompt_upsampling="on", output_format="png"
    )
    assert wish == Wish(
        prompt="a fox", width=512, height=768, steps=30, guidance=4.5, safety_tolerance=0, prompt_upsampling=True,
        output_format=Format.PNG,
    )  # fmt: skip


def test_words_outweigh_the_panel() -> None:
    said = Wish(prompt="a fox", ratio=Ratio(16, 9), seed=1)
    assert paint(said, width="512", seed="2", steps="30") == Wish(prompt="a fox", ratio=Ratio(16, 9), seed=1, steps=30)


def test_a_model_named_in_words_puts_the_panel_aside() -> None:
    said = Wish(prompt="a fox", model="sketch")
    assert paint(said, steps="30", width="512") == said


def test_another_model_goes_by_name_with_its_own_controls() -> None:
    fields = {"offer": "flux/flux-pro-1.1-ultra", "ratio": "9:16", "raw": "on", "steps": "30"}
    assert painted(Wish(prompt="a fox"), Form({**DEV, **fields}), OFFERS) == Wish(
        prompt="a fox", provider="flux", model="flux-pro-1.1-ultra", ratio=Ratio(9, 16), raw=True
    )


@pytest.mark.parametrize(
    ("name", "value"),
    [("steps", "many"), ("steps", "-1"), ("steps", "1.5"), ("guidance", "1e9"), ("width", "٣"), ("seed", "x"),
     ("height", "1" * 20)],
)  # fmt: skip
def test_what_is_no_number_names_its_field(name: str, value: str) -> None:
    with pytest.raises(BadValueError) as raised:
        painted(Wish(prompt="a fox"), Form({**DEV, name: value}), OFFERS)
    assert raised.value.facts["field"] == name


@pytest.mark.parametrize(
    ("said", "fields", "factor"),
    [
        (None, {"factor": "4"}, 4),
        (None, {"factor": "2"}, None),
        (None, {"factor": "7"}, None),
        (3, {"factor": "4"}, 3),
        (None, {}, None),
    ],
)
def test_the_factor_comes_from_the_words_then_the_panel(
    said: int | None, fields: dict[str, str], factor: int | None
) -> None:
    sent = Form({"upscaler": "local/upscale", **fields})
    assert enlarged(SOURCE, said, sent, OFFERS) == Enlarge(source=SOURCE, factor=factor)


def test_presets_are_shapes_that_the_model_can_make() -> None:
    for offer in OFFERS:
        match offer.shapes:
            case Grid(low=low, high=high, step=step):
                for preset in presets(offer.shapes):
                    for side in (preset.shape.width, preset.shape.height):
                        assert low <= side <= high
                        assert side % step == 0
            case Ratios():
                assert [preset.ratio for preset in presets(offer.shapes)] == list(ULTRA)
            case None:
                pass


def test_a_presets_icon_fits_its_box() -> None:
    grid = OFFERS[0].shapes
    assert isinstance(grid, Grid)
    for preset in presets(grid):
        assert max(preset.icon) == 16
        assert preset.shape != Shape(0, 0)
