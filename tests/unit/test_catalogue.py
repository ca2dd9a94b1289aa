"""The catalogue: who is on, who is asked first, and what a key that comes and goes does to tasks under way."""

from __future__ import annotations

import asyncio
from dataclasses import replace
from pathlib import Path

import pytest

from bot.clock import RealClock
from bot.errors import BadKeyError, NoOfferError, OutOfCreditError, RejectedError, UnknownModelError, UnreachableError
from bot.providers import Health, Kit
from bot.providers.catalogue import Catalogue, Stand
from bot.request import Kind
from tests.house import ENLARGER, PAINTER, ScriptedProvider


class Vendor(ScriptedProvider):
    """A scripted provider whose check waits for a word, and fails where it should."""

    fails: Exception | None = None
    answer: asyncio.Event | None = None

    async def check(self) -> Health:
        if self.answer is not None:
            await self.answer.wait()
        if self.fails is not None:
            raise self.fails
        return Health(credits_cents=250)


def vendor(name: str, model: str = "brush") -> Vendor:
    return Vendor(name=name, offers=(replace(PAINTER, provider=name, model=model),))


def stand(name: str, provider: Vendor | None) -> Stand:
    return Stand(name=name, title=name.title(), variable=f"{name.upper()}_KEY", settings=None, provider=provider)


@pytest.fixture
def opened() -> list[Vendor]:
    """What `switch_on` opens, in turn."""
    return []


@pytest.fixture
def catalogue(tmp_path: Path, opened: list[Vendor], monkeypatch: pytest.MonkeyPatch) -> Catalogue:
    made = Catalogue(
        [stand("first", vendor("first")), stand("second", vendor("second", "pen")), stand("third", None)],
        Kit(clock=RealClock(), data_dir=tmp_path),
    )
    monkeypatch.setattr(made, "_opened", lambda stand, key: opened.pop(0))
    return made


def names(catalogue: Catalogue) -> list[str]:
    return [offer.name for offer in catalogue.choose(Kind.IMAGINE)]


def test_offers_come_in_the_operators_order_and_by_name(catalogue: Catalogue) -> None:
    assert names(catalogue) == ["first/brush", "second/pen"]
    for written in ("pen", "PEN", "second/pen"):
        assert [offer.name for offer in catalogue.choose(Kind.IMAGINE, model=written)] == ["second/pen"]
    assert [offer.model for offer in catalogue.choose(Kind.IMAGINE, provider="Second")] == ["pen"]
    with pytest.raises(UnknownModelError) as caught:
        catalogue.choose(Kind.IMAGINE, provider="first", model="pen")
    assert caught.value.facts == {"model": "first/pen", "possible": "brush, pen"}
    with pytest.raises(NoOfferError) as nothing:
        catalogue.choose(Kind.UPSCALE)
    assert nothing.value.facts["kind"] == "upscale"


@pytest.mark.parametrize(("error", "key"), [(BadKeyError(), "bad-key"), (OutOfCreditError(), "out-of-credit")])
def test_what_the_operator_must_mend_goes_to_the_end_of_the_list_until_it_works(
    catalogue: Catalogue, error: BadKeyError | OutOfCreditError, key: str
) -> None:
    catalogue.blame("first", error)
    assert catalogue.stands[0].fault == key
    assert names(catalogue) == ["second/pen", "first/brush"]
    catalogue.praise("first")
    assert catalogue.stands[0].fault == ""
    assert names(catalogue) == ["first/brush", "second/pen"]


def test_a_persons_mistake_is_not_blamed_on_the_provider(catalogue: Catalogue) -> None:
    catalogue.blame("first", RejectedError())
    catalogue.blame("nobody", BadKeyError())
    assert names(catalogue) == ["first/brush", "second/pen"]


async def test_a_key_that_works_switches_its_provider_on(catalogue: Catalogue, opened: list[Vendor]) -> None:
    opened.append(vendor("third", "chalk"))
    await catalogue.switch_on("third", "a-key", remembered=True)
    third = catalogue.stands[2]
    assert (third.on, third.remembered, third.credits_cents) == (True, True, 250)
    assert "third/chalk" in names(catalogue)


@pytest.mark.parametrize("error", [BadKeyError(), UnreachableError()])
async def test_a_key_that_fails_changes_nothing_and_leaves_nothing_open(
    catalogue: Catalogue, opened: list[Vendor], error: Exception
) -> None:
    new, before = vendor("first"), catalogue.stands
    new.fails = error
    opened.append(new)
    with pytest.raises(type(error)):
        await catalogue.switch_on("first", "a-key", remembered=False)
    assert new.closed
    assert catalogue.stands == before


async def test_a_provider_nobody_knows_cannot_be_switched_on(catalogue: Catalogue) -> None:
    with pytest.raises(NoOfferError):
        await catalogue.switch_on("nobody", "a-key", remembered=False)


async def test_a_provider_that_is_off_serves_its_tasks_and_sells_nothing(catalogue: Catalogue) -> None:
    provider = catalogue.provider("first")
    catalogue.switch_off("first")
    assert names(catalogue) == ["second/pen"]
    assert catalogue.provider("first") is provider
    assert catalogue.offer("first", "brush").model == "brush"
    with pytest.raises(NoOfferError):
        catalogue.seller("first")
    with pytest.raises(NoOfferError):
        catalogue.offer("first", "chalk")
    with pytest.raises(NoOfferError):
        catalogue.provider("third")


async def test_every_provider_that_was_ever_on_is_closed_with_the_house(
    catalogue: Catalogue, opened: list[Vendor]
) -> None:
    vendors = [vendor("first") for _ in range(3)]
    before = catalogue.provider("first")
    opened.extend(vendors)
    for _ in vendors:
        await catalogue.switch_on("first", "a-key", remembered=False)
    catalogue.switch_off("first")
    await catalogue.close()
    assert isinstance(before, Vendor)
    assert [each.closed for each in (before, *vendors)] == [True] * 4


async def test_of_two_keys_given_at_once_the_loser_is_retired_too(catalogue: Catalogue, opened: list[Vendor]) -> None:
    vendors = [vendor("third"), vendor("third")]
    for each in vendors:
        each.answer = asyncio.Event()
    opened.extend(vendors)
    async with asyncio.TaskGroup() as keys:
        for _ in vendors:
            keys.create_task(catalogue.switch_on("third", "a-key", remembered=False))
        await asyncio.sleep(0)
        for each in vendors:
            assert each.answer is not None
            each.answer.set()
    await catalogue.close()
    assert [each.closed for each in vendors] == [True, True]


async def test_a_fault_found_meanwhile_does_not_bring_a_dropped_key_back(
    catalogue: Catalogue, opened: list[Vendor]
) -> None:
    slow = vendor("first")
    slow.answer = asyncio.Event()
    opened.append(slow)
    async with asyncio.TaskGroup() as tasks:
        tasks.create_task(catalogue.switch_on("first", "a-key", remembered=False))
        await asyncio.sleep(0)
        catalogue.blame("first", BadKeyError())
        catalogue.switch_off("first")
        slow.answer.set()
    assert catalogue.seller("first") is slow
    assert catalogue.stands[0].fault == ""


def test_lanes_are_as_wide_as_the_providers_slots(tmp_path: Path) -> None:
    wide = vendor("wide")
    wide.offers = (replace(PAINTER, slots=24), ENLARGER)
    catalogue = Catalogue([stand("wide", wide)], Kit(clock=RealClock(), data_dir=tmp_path))
    assert catalogue.lanes() == {"wide": 24}


async def test_looking_after_a_provider_learns_its_credit_and_its_trouble(catalogue: Catalogue) -> None:
    first = catalogue.stands[0].provider
    assert isinstance(first, Vendor)
    first.fails = BadKeyError()
    for name in ("first", "second", "third"):
        await catalogue.look_after(name)
    assert [(stand.fault, stand.credits_cents) for stand in catalogue.stands] == [
        ("bad-key", None),
        ("", 250),
        ("", None),
    ]
    assert names(catalogue) == ["second/pen", "first/brush"]
    first.fails = None
    await catalogue.look_after("first")
    assert names(catalogue) == ["first/brush", "second/pen"]


async def test_a_provider_out_of_reach_keeps_its_place(catalogue: Catalogue) -> None:
    first = catalogue.stands[0].provider
    assert isinstance(first, Vendor)
    first.fails = UnreachableError()
    await catalogue.look_after("first")
    assert names(catalogue) == ["first/brush", "second/pen"]
