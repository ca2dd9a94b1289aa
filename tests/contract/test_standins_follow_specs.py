"""The vendors' own descriptions against our stand-ins, our readings and our offers, where this machine has them."""

from __future__ import annotations

from collections.abc import AsyncIterator
from typing import Any

import aiohttp
import pytest
from jsonschema import Draft202012Validator

from bot.offer import Grid, Number, Ratios, Switch
from bot.providers import flux, stability
from bot.request import SEED_LIMIT
from tests.clock import HeldClock
from tests.standins import bfl, spec
from tests.standins import stability as stable
from tests.standins.bfl import FluxStandIn
from tests.standins.fault import At, Fault
from tests.standins.front import AT_ONCE
from tests.standins.stability import StabilityStandIn
from tests.wire.providing import png

BFL = spec.find(bfl.DOCUMENT)
BFL_NEWER = spec.find("bfl-openapi-additions.json")
STABILITY = spec.find(stable.DOCUMENT)
pytestmark = pytest.mark.skipif(not (BFL and BFL_NEWER and STABILITY), reason=spec.ABSENT)

BODIES: list[dict[str, Any]] = [
    {},
    {"prompt": "a fox"},
    {"prompt": None},
    {"prompt": 3},
    {"prompt": "a fox", "width": 1024, "height": 768},
    {"prompt": "a fox", "width": 255},
    {"prompt": "a fox", "width": 1000},
    {"prompt": "a fox", "height": 1472},
    {"prompt": "a fox", "width": "wide"},
    {"prompt": "a fox", "steps": 0},
    {"prompt": "a fox", "steps": 50},
    {"prompt": "a fox", "steps": None},
    {"prompt": "a fox", "steps": 51},
    {"prompt": "a fox", "guidance": 1.4},
    {"prompt": "a fox", "guidance": 5},
    {"prompt": "a fox", "seed": None},
    {"prompt": "a fox", "seed": 1.5},
    {"prompt": "a fox", "safety_tolerance": 7},
    {"prompt": "a fox", "safety_tolerance": None},
    {"prompt": "a fox", "output_format": "webp"},
    {"prompt": "a fox", "output_format": "gif"},
    {"prompt": "a fox", "prompt_upsampling": "yes"},
    {"prompt": "a fox", "image_prompt": "aGk="},
    {"prompt": "a fox", "raw": 1},
    {"prompt": "a fox", "aspect_ratio": 1.5},
    {"prompt": "a fox", "image_prompt_strength": 1.1},
]


def document(found: spec.Spec | None) -> spec.Spec:
    assert found is not None
    return found


@pytest.fixture
async def session() -> AsyncIterator[aiohttp.ClientSession]:
    async with aiohttp.ClientSession() as session:
        yield session


def test_every_described_status_has_a_reading() -> None:
    described = document(BFL).statuses() | document(BFL_NEWER).statuses()
    assert described <= set(flux.READINGS)
    assert set(flux.READINGS) - described == {"Failed"}  # in samples only


def test_no_fault_of_the_stand_in_ends_in_a_word_without_reading() -> None:
    assert {word for word, _ in bfl.ENDS.values()} <= set(flux.READINGS)


@pytest.mark.parametrize("model", sorted(bfl.SCHEMAS))
def test_the_stand_ins_own_schema_judges_as_the_description_does(model: str) -> None:
    for body in BODIES:
        ours = not list(Draft202012Validator(bfl.SCHEMAS[model]).iter_errors(body))
        theirs = not document(BFL).faults_of_request(f"/v1/{model}", "application/json", body)
        if body == {"prompt": None}:  # some models take null; we never send it
            continue
        assert ours is theirs, body
    described = document(BFL).request_schema(f"/v1/{model}", "application/json")["properties"]
    assert set(bfl.SCHEMAS[model]["properties"]) == set(described)


@pytest.mark.parametrize("model", sorted(flux.OFFERS))
def test_what_flux_offers_is_what_the_description_allows(model: flux.Model) -> None:
    offer = flux.OFFERS[model]
    described = document(BFL).request_schema(f"/v1/{model}", "application/json")["properties"]
    for control in offer.controls:
        allowed = described[control.name]
        ranged = next((part for part in allowed.get("anyOf", ()) if "maximum" in part), allowed)
        match control:
            case Number():
                assert (control.low, control.high) == (ranged["minimum"], ranged["maximum"])
            case Switch():
                assert ranged["type"] == "boolean"
        assert control.default == allowed["default"]
    match offer.shapes:
        case Grid(low=low, high=high, step=step, default=default):
            for side, name in ((default.width, "width"), (default.height, "height")):
                asked = described[name]
                assert (low, high, step, side) == (
                    asked["minimum"],
                    asked["maximum"],
                    asked["multipleOf"],
                    asked["default"],
                )
        case Ratios(names=names):
            assert str(names[0]) == described["aspect_ratio"]["default"]
        case None:
            pytest.fail("a model without shapes")
    assert bool(offer.references) is ("image_prompt" in described)


def test_what_stability_offers_is_what_the_description_allows() -> None:
    schemas = document(STABILITY).document["components"]["schemas"]
    core, fast = stability.OFFERS["core"], stability.OFFERS["fast"]
    assert isinstance(core.shapes, Ratios)
    assert set(map(str, stability.RATIOS)) == set(schemas["AspectRatio"]["enum"]) == set(stable.RATIOS)
    assert str(core.shapes.names[0]) == schemas["AspectRatio"]["default"]
    assert schemas["Seed"]["maximum"] == SEED_LIMIT
    for offer in (core, fast):
        assert {format_.value for format_ in offer.formats} == set(schemas["OutputFormat"]["enum"])
        described = document(STABILITY).document["paths"][stability.PATHS[offer.model]]["post"]
        assert offer.price_cents == described["x-credits"]
    image = document(STABILITY).request_schema(stability.PATHS["fast"], "multipart/form-data")["properties"]["image"]
    assert fast.intake is not None
    assert (fast.intake.min_side, fast.intake.max_side) == (image["x-min-side"], image["x-max-side"])
    assert (fast.intake.min_pixels, fast.intake.max_pixels[4]) == (image["x-min-pixels"], image["x-max-pixels"])


@pytest.mark.parametrize(
    ("fault", "age_s"),
    [(None, 0.0), (None, 5.0), (Fault.REQUEST_MODERATED, 5.0), (Fault.CONTENT_MODERATED_BARE, 5.0),
     (Fault.ERROR_OBJECT, 5.0), (Fault.PROGRESS_FRACTION, 1.0), (Fault.VANISHED, 5.0)],
)  # fmt: skip
async def test_flux_answers_have_the_described_shape(
    session: aiohttp.ClientSession, fault: Fault | None, age_s: float
) -> None:
    clock = HeldClock()
    async with FluxStandIn(clock=clock, latency=AT_ONCE) as vendor:
        vendor.front.latency = type(AT_ONCE)(submit_s=0, poll_s=0, delivery_s=0, account_s=0, work_s=(4, 4))
        if fault:
            vendor.fault(fault)
        key = {"x-key": "k"}
        async with session.post(f"{vendor.url}/v1/flux-dev", json={"prompt": "a fox"}, headers=key) as answer:
            submitted = await answer.json()
        assert not document(BFL).faults_of_answer("/v1/flux-dev", "post", 200, submitted)
        await clock.advance(age_s)
        async with session.get(submitted["polling_url"], headers=key) as answer:
            assert not document(BFL).faults_of_answer("/v1/get_result", "get", 200, await answer.json())
        async with session.post(f"{vendor.url}/v1/flux-dev", json={"width": 1}, headers=key) as answer:
            assert answer.status == 422
            assert not document(BFL).faults_of_answer("/v1/flux-dev", "post", 422, await answer.json())
        async with session.get(f"{vendor.url}/v1/credits", headers=key) as answer:
            assert not document(BFL).faults_of_answer("/v1/credits", "get", 200, await answer.json())


async def test_a_submit_with_a_webhook_is_answered_in_the_described_shape(session: aiohttp.ClientSession) -> None:
    async with FluxStandIn(clock=HeldClock(), latency=AT_ONCE) as vendor:
        body = {"prompt": "a fox", "webhook_url": "http://127.0.0.1:9/hook", "webhook_secret": "s"}
        assert not document(BFL).faults_of_request("/v1/flux-dev", "application/json", body)
        key = {"x-key": "k"}
        async with session.post(f"{vendor.url}/v1/flux-dev", json=body, headers=key) as answer:
            submitted = await answer.json()
        assert not document(BFL).faults_of_answer("/v1/flux-dev", "post", 200, submitted)
        assert "polling_url" not in submitted
        assert {"id", "status", "webhook_url"} <= submitted.keys()
        async with session.get(f"{vendor.url}/v1/get_result?id={submitted['id']}", headers=key) as answer:
            assert not document(BFL).faults_of_answer("/v1/get_result", "get", 200, await answer.json())


@pytest.mark.parametrize("fault", sorted(stable.REFUSALS))
async def test_stability_refusals_have_the_described_shape(session: aiohttp.ClientSession, fault: Fault) -> None:
    async with StabilityStandIn(clock=HeldClock(), latency=AT_ONCE) as vendor:
        vendor.fault(fault, at=At.SUBMIT)
        form = aiohttp.FormData({"prompt": "a fox"}, default_to_multipart=True)
        headers = {"authorization": "Bearer k"}
        async with session.post(vendor.url + stable.CORE, data=form, headers=headers) as answer:
            body = await answer.json()
        assert not document(STABILITY).faults_of_answer(stable.CORE, "post", answer.status, body)


async def test_stability_answers_have_the_described_shape(session: aiohttp.ClientSession) -> None:
    clock = HeldClock()
    async with StabilityStandIn(clock=clock, latency=AT_ONCE) as vendor:
        headers = {"authorization": "Bearer k", "accept": "application/json"}
        form = aiohttp.FormData({"prompt": "a fox"}, default_to_multipart=True)
        async with session.post(vendor.url + stable.CORE, data=form, headers=headers) as answer:
            assert answer.headers["content-type"] == "application/json; type=image/png"
            body = await answer.json(content_type=None)
        assert not document(STABILITY).faults_of_answer(stable.CORE, "post", 200, body)

        form = aiohttp.FormData({"prompt": "a fox"}, default_to_multipart=True)
        form.add_field("image", png(64, 64), filename="x.png", content_type="image/png")
        async with session.post(vendor.url + stable.CREATIVE, data=form, headers=headers) as answer:
            started = await answer.json()
        assert not document(STABILITY).faults_of_answer(stable.CREATIVE, "post", 200, started)
        async with session.get(f"{vendor.url}/v2beta/results/{started['id']}", headers=headers) as answer:
            assert answer.status == 200
        async with session.get(
            f"{vendor.url}/v2beta/results/{started['id']}", headers={"authorization": "Bearer another"}
        ) as answer:
            assert answer.status == 404
            assert not document(STABILITY).faults_of_answer("/v2beta/results/{id}", "get", 404, await answer.json())
        async with session.get(f"{vendor.url}/v1/user/balance", headers=headers) as answer:
            assert not document(STABILITY).faults_of_answer("/v1/user/balance", "get", 200, await answer.json())
        async with session.post(vendor.url + stable.CORE, data={"prompt": "a fox"}, headers=headers) as answer:
            assert answer.status == 400
