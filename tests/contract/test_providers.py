"""What every provider of the registry owes the house, on its stand-in where it is remote."""

from __future__ import annotations

import importlib
from collections.abc import AsyncIterator, Callable
from contextlib import AbstractAsyncContextManager
from dataclasses import dataclass, fields
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from pydantic import BaseModel, ValidationError

from bot.clock import RealClock
from bot.errors import BotError
from bot.job import Moderated, Rendered, Ticket, Where
from bot.offer import Grid, Number, Offer, Ratios
from bot.providers import REGISTRY, Health, Kit, Provider, Reading
from bot.record import decode, encode
from bot.request import SIDE_LIMIT, ImageId, Imagine, Kind, Ratio, Request, Shape, Upscale
from bot.sections import Policy
from tests.standins.bfl import FluxStandIn
from tests.standins.fault import Fault
from tests.standins.front import AT_ONCE
from tests.standins.stability import StabilityStandIn
from tests.wire.providing import KEY, Shelf, decoded, order, png

STAND_INS: dict[str, Callable[[], AbstractAsyncContextManager[Any]]] = {
    "flux": lambda: FluxStandIn(latency=AT_ONCE, keys=frozenset({KEY})),
    "stability": lambda: StabilityStandIn(latency=AT_ONCE, keys=frozenset({KEY})),
}
"""By provider; one that needs a key needs a stand-in."""

REFUSES: dict[str, tuple[Fault, Where]] = {
    "flux": (Fault.REQUEST_MODERATED, Where.PROMPT),
    "stability": (Fault.MODERATED_403, Where.PROMPT),
}
"""How each stand-in is told to refuse the words."""


@dataclass(frozen=True, slots=True)
class Opened:
    """A provider ready for work; `vendor` is its stand-in, None where it is its own."""

    module: Any
    provider: Provider
    vendor: Any


@pytest.fixture(params=sorted(REGISTRY))
def name(request: pytest.FixtureRequest) -> str:
    return str(request.param)


@pytest.fixture
async def opened(name: str, tmp_path: Path) -> AsyncIterator[Opened]:
    module = importlib.import_module(REGISTRY[name])
    kit = Kit(clock=RealClock(), data_dir=tmp_path)
    if module.VARIABLE is None:
        provider = module.open_provider(module.Settings(), "", kit)
        yield Opened(module, provider, None)
        await provider.close()
        return
    assert name in STAND_INS, f"{name} needs a key, so it needs a stand-in here"
    async with STAND_INS[name]() as vendor:
        provider = module.open_provider(module.Settings(base_url=vendor.url), KEY, kit)
        yield Opened(module, provider, vendor)
        await provider.close()


def a_request(offer: Offer) -> Request:
    """The smallest thing that the offer can do, with its controls' defaults."""
    match offer.kind:
        case Kind.IMAGINE:
            assert offer.shapes is not None
            shape = offer.shapes.nearest(Shape(256, 256))
            controls: dict[str, Any] = {control.name: _plain(control.default, control) for control in offer.controls}
            return Imagine(
                prompt="a lighthouse at dusk", shape=shape, seed=7, output_format=offer.formats[0], **controls
            )
        case Kind.UPSCALE:
            return Upscale(source=ImageId("0" * 64), factor=offer.factors[0], output_format=offer.formats[0])


def _plain(default: float | bool, control: object) -> float | bool:
    return int(default) if isinstance(control, Number) and control.whole else default


def pictures_for(offer: Offer) -> tuple[bytes, ...]:
    return (png(48, 40),) if offer.kind is Kind.UPSCALE else ()


async def test_the_module_says_what_the_registry_needs(name: str, opened: Opened) -> None:
    module = opened.module
    assert isinstance(module.TITLE, str)
    assert module.TITLE
    assert module.VARIABLE is None or module.VARIABLE.isupper()
    assert issubclass(module.Settings, BaseModel)
    assert module.Settings().enabled is True
    assert opened.provider.name == name


async def test_its_settings_refuse_what_they_do_not_know(opened: Opened) -> None:
    with pytest.raises(ValidationError):
        opened.module.Settings(no_such_setting=1)


async def test_offers_are_whole_and_named_once(name: str, opened: Opened) -> None:
    offers = opened.provider.offers
    assert offers
    assert len({offer.model for offer in offers}) == len(offers)
    for offer in offers:
        assert offer.provider == name
        assert offer.title
        assert offer.formats
        assert offer.slots >= 1
        assert 0 < offer.typical_s < offer.deadline_s


async def test_no_price_is_silently_zero(opened: Opened) -> None:
    for offer in opened.provider.offers:
        if offer.free:
            assert not offer.price_cents
        else:
            assert offer.price_cents is None or offer.price_cents > 0
            assert offer.price_cents is None or offer.price_as_of is not None


async def test_an_unknown_price_is_held_to_be_dearer_than_any_known_one(opened: Opened) -> None:
    assert all((offer.price_cents or 0) < Policy().unknown_price_cents for offer in opened.provider.offers)


async def test_controls_are_parameters_that_a_person_can_ask_for(opened: Opened) -> None:
    askable = {field.name for field in fields(Imagine)}
    for offer in opened.provider.offers:
        assert len({control.name for control in offer.controls}) == len(offer.controls)
        for control in offer.controls:
            assert control.name in askable
            if isinstance(control, Number):
                assert control.low <= control.default <= control.high
                assert control.step > 0


async def test_each_kind_of_work_says_what_it_needs(opened: Opened) -> None:
    for offer in opened.provider.offers:
        match offer.kind:
            case Kind.IMAGINE:
                assert offer.shapes is not None
            case Kind.UPSCALE:
                assert offer.intake is not None
                assert offer.factors
                assert set(offer.intake.max_pixels) == set(offer.factors)
                assert all(factor >= 2 for factor in offer.factors)
                assert offer.intake.min_pixels <= min(offer.intake.max_pixels.values())


async def test_any_wish_settles_on_a_shape_that_the_model_makes(opened: Opened) -> None:
    for offer in opened.provider.offers:
        if offer.shapes is None:
            continue
        settled = [
            offer.shapes.default,
            *(offer.shapes.of(Ratio(*pair)) for pair in ((1, 1), (16, 9), (9, 21), (1, 50), (4, 3))),
            *(offer.shapes.nearest(Shape(*pair)) for pair in ((1, 1), (4096, 4096), (4096, 1), (1000, 777))),
        ]
        for shape in settled:
            match offer.shapes:
                case Grid(low=low, high=high, step=step, max_pixels=most):
                    assert low <= shape.width <= high <= SIDE_LIMIT
                    assert low <= shape.height <= high
                    assert shape.width % step == shape.height % step == 0
                    assert shape.pixels <= most
                case Ratios(shapes=shapes):
                    assert shape in shapes
                    assert max(shape.width, shape.height) <= SIDE_LIMIT


async def test_every_offer_brings_a_picture_of_the_size_and_type_it_promises(opened: Opened) -> None:
    for offer in opened.provider.offers:
        shelf, request = Shelf(), a_request(offer)
        result: Ticket | Reading = await opened.provider.submit(
            order(request, offer.model, shelf=shelf, pictures=pictures_for(offer))
        )
        if isinstance(result, Ticket):
            assert decode(encode(result), Ticket) == result
            result = await opened.provider.poll(result)
        assert isinstance(result, Rendered)
        assert decode(encode(result), Rendered) == result
        assert bool(result.link) is not bool(result.shelf)
        picture = decoded(await opened.provider.fetch(result.link) if result.link else shelf.kept[0])
        assert (picture.format or "").lower() == request.output_format.value
        assert picture.size == _promised(offer, request)


def _promised(offer: Offer, request: Request) -> tuple[int, int]:
    match request:
        case Imagine(shape=shape):
            return shape.width, shape.height
        case Upscale(factor=factor):
            return 48 * factor, 40 * factor


async def test_a_paid_picture_names_its_price(opened: Opened) -> None:
    for offer in opened.provider.offers:
        result: Ticket | Reading = await opened.provider.submit(
            order(a_request(offer), offer.model, pictures=pictures_for(offer))
        )
        assert not isinstance(result, Moderated)
        if isinstance(result, Ticket):
            result = await opened.provider.poll(result)
        assert isinstance(result, Rendered)
        if offer.free:
            assert result.cost_cents == Decimal(0)
        else:
            assert result.cost_cents == offer.price_cents


async def test_refused_words_are_an_answer_not_an_error(name: str, opened: Opened) -> None:
    if opened.vendor is None:
        pytest.skip("moderates nothing")
    fault, where = REFUSES[name]
    opened.vendor.fault(fault)
    offer = next(offer for offer in opened.provider.offers if offer.kind is Kind.IMAGINE)
    result: Ticket | Reading = await opened.provider.submit(order(a_request(offer), offer.model))
    if isinstance(result, Ticket):
        result = await opened.provider.poll(result)
    assert isinstance(result, Moderated)
    assert result.where is where


async def test_a_working_key_is_told(opened: Opened) -> None:
    assert isinstance(await opened.provider.check(), Health)


async def test_a_stranger_among_tickets_and_links_raises_our_errors_only(name: str, opened: Opened) -> None:
    address = f"{opened.vendor.url}/nowhere" if opened.vendor else ""
    with pytest.raises(BotError):
        await opened.provider.poll(Ticket(name, "unknown", url=address))
    for link in (address, "https://pictures.example/1", "file:///etc/passwd", ""):
        with pytest.raises(BotError):
            await opened.provider.fetch(link)


async def test_closing_twice_is_well(opened: Opened) -> None:
    await opened.provider.close()
    await opened.provider.close()


def test_opening_alone_needs_no_loop_and_leaves_nothing_behind(name: str, tmp_path: Path) -> None:
    module = importlib.import_module(REGISTRY[name])
    module.open_provider(module.Settings(), "key", Kit(clock=RealClock(), data_dir=tmp_path))
    assert list(tmp_path.iterdir()) == []
