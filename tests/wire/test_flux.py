"""The real Flux provider against its stand-in, over real sockets."""

from __future__ import annotations

import base64
from collections.abc import AsyncIterator
from decimal import Decimal

import pytest
import structlog
from structlog.testing import capture_logs

from bot.errors import (
    BrokenError,
    LinkGoneError,
    ProviderError,
    UnreachableError,
    UnsureError,
    VanishedError,
)
from bot.job import Moderated, Progress, Rendered, Where
from bot.providers import flux
from bot.providers.flux import Flux, Settings, open_provider
from bot.request import Format, Imagine, Shape
from tests.standins.bfl import LINK_LIFE_S, REASONS, FluxStandIn
from tests.standins.fault import At, Fault
from tests.standins.front import Latency
from tests.wire.fluxing import WORK_S, bought, ready
from tests.wire.providing import KEY, HastyClock, decoded, imagine, kit, order, png


@pytest.fixture
def clock() -> HastyClock:
    return HastyClock()


@pytest.fixture
async def vendor(clock: HastyClock) -> AsyncIterator[FluxStandIn]:
    latency = Latency(submit_s=0, poll_s=0, delivery_s=0, account_s=0, work_s=(WORK_S, WORK_S))
    async with FluxStandIn(clock=clock, latency=latency, keys=frozenset({KEY})) as vendor:
        yield vendor


@pytest.fixture
async def provider(vendor: FluxStandIn, clock: HastyClock) -> AsyncIterator[Flux]:
    provider = open_provider(Settings(base_url=vendor.url), KEY, kit(clock))
    yield provider
    await provider.close()


async def test_a_picture_is_bought_once_polled_where_told_and_fetched(
    provider: Flux, vendor: FluxStandIn, clock: HastyClock
) -> None:
    ticket = await bought(provider, imagine(shape=Shape(640, 256), seed=42))
    assert ticket.cost_cents == Decimal("2.5")
    assert await provider.poll(ticket) == Progress("Pending")
    await clock.advance(WORK_S)
    reading = await provider.poll(ticket)
    assert isinstance(reading, Rendered)
    assert (reading.seed, reading.cost_cents, reading.word) == (42, Decimal("2.5"), "Ready")
    picture = decoded(await provider.fetch(reading.link))
    assert (picture.size, picture.format) == ((640, 256), "WEBP")
    assert vendor.bought == 1
    assert vendor.charged == 2.5
    assert vendor.leaks == []
    assert all(heard.path.startswith("/eu4/") for heard in vendor.requests(At.POLL))


async def test_all_parameters_of_flux_dev_are_sent(provider: Flux, vendor: FluxStandIn) -> None:
    request = Imagine(
        prompt="a fox",
        shape=Shape(1024, 768),
        seed=0,
        steps=30,
        guidance=2.5,
        prompt_upsampling=True,
        safety_tolerance=0,
        output_format=Format.PNG,
    )
    await provider.submit(order(request, "flux-dev", pictures=[png(64, 64)]))
    (task,) = vendor.tasks.values()
    assert task.body == {
        "prompt": "a fox",
        "width": 1024,
        "height": 768,
        "seed": 0,
        "steps": 30,
        "guidance": 2.5,
        "prompt_upsampling": True,
        "safety_tolerance": 0,
        "output_format": "png",
        "image_prompt": base64.b64encode(png(64, 64)).decode(),
    }
    assert vendor.strangers == set()


@pytest.mark.parametrize("model", ["flux-pro-1.1", "flux-pro-1.1-ultra"])
async def test_a_parameter_that_the_model_lacks_or_nobody_set_is_not_sent(
    provider: Flux, vendor: FluxStandIn, model: str
) -> None:
    request = Imagine(prompt="a fox", shape=Shape(1440, 800), seed=1, steps=30, guidance=2.5)
    await provider.submit(order(request, model))
    (task,) = vendor.tasks.values()
    assert vendor.strangers == set()
    assert None not in task.body.values()
    if model == "flux-pro-1.1-ultra":
        assert task.body["aspect_ratio"] == "16:9"
    else:
        assert {"steps", "guidance"}.isdisjoint(task.body)


async def test_ultra_is_asked_in_the_vendors_spelling(provider: Flux, vendor: FluxStandIn) -> None:
    ultra = next(offer for offer in provider.offers if offer.model == "flux-pro-1.1-ultra")
    assert ultra.shapes is not None
    for ratio in flux.RATIOS:
        await bought(provider, imagine(shape=ultra.shapes.of(ratio)), "flux-pro-1.1-ultra")
    assert [task.body["aspect_ratio"] for task in vendor.tasks.values()] == list(map(str, flux.RATIOS))


async def test_a_large_reference_goes_out_whole(provider: Flux, vendor: FluxStandIn) -> None:
    reference = b"\x89PNG" + bytes(3 * 1024 * 1024)
    await provider.submit(order(imagine(), "flux-dev", pictures=[reference]))
    (task,) = vendor.tasks.values()
    assert base64.b64decode(task.body["image_prompt"]) == reference


@pytest.mark.parametrize(
    ("fault", "where", "reasons"),
    [
        (Fault.REQUEST_MODERATED, Where.PROMPT, tuple(REASONS)),
        (Fault.REQUEST_MODERATED_BARE, Where.PROMPT, ()),
        (Fault.CONTENT_MODERATED, Where.IMAGE, tuple(REASONS)),
        (Fault.CONTENT_MODERATED_BARE, Where.IMAGE, ()),
    ],
)
async def test_moderation_is_an_answer_with_the_vendors_reasons(
    provider: Flux, vendor: FluxStandIn, clock: HastyClock, fault: Fault, where: Where, reasons: tuple[str, ...]
) -> None:
    vendor.fault(fault)
    ticket = await bought(provider)
    await clock.advance(WORK_S)
    reading = await provider.poll(ticket)
    assert isinstance(reading, Moderated)
    assert (reading.where, reading.reasons) == (where, reasons)
    assert vendor.charged == 0


@pytest.mark.parametrize(
    ("fault", "error", "said"),
    [
        (Fault.ERROR_OBJECT, BrokenError, "CUDA out of memory"),
        (Fault.ERROR_STRING, BrokenError, "CUDA out of memory"),
        (Fault.ERROR_NULL, BrokenError, ""),
        (Fault.ERROR_503, BrokenError, "worker lost"),
        (Fault.FAILED, BrokenError, ""),
        (Fault.VANISHED, VanishedError, ""),
    ],
)
async def test_a_task_that_ends_badly_says_how(
    provider: Flux, vendor: FluxStandIn, clock: HastyClock, fault: Fault, error: type[ProviderError], said: str
) -> None:
    vendor.fault(fault)
    ticket = await bought(provider)
    await clock.advance(WORK_S)
    with pytest.raises(error) as raised:
        await provider.poll(ticket)
    assert raised.value.said == said


async def test_a_task_that_is_ready_without_a_picture_may_be_charged(
    provider: Flux, vendor: FluxStandIn, clock: HastyClock
) -> None:
    vendor.fault(Fault.READY_WITHOUT_SAMPLE)
    ticket = await bought(provider)
    await clock.advance(WORK_S)
    with pytest.raises(UnsureError):
        await provider.poll(ticket)


async def test_a_late_replica_is_told_from_a_task_on_its_way(
    provider: Flux, vendor: FluxStandIn, clock: HastyClock
) -> None:
    vendor.fault(Fault.LATE)
    ticket = await bought(provider)
    with pytest.raises(VanishedError):
        await provider.poll(ticket)
    await clock.advance(0.3)
    assert await provider.poll(ticket) == Progress("Pending")


async def test_newer_states_are_running(provider: Flux, vendor: FluxStandIn, clock: HastyClock) -> None:
    vendor.fault(Fault.WORDY)
    ticket = await bought(provider)
    words = []
    for _ in range(3):
        reading = await provider.poll(ticket)
        assert isinstance(reading, Progress)
        words.append(reading.word)
        await clock.advance(WORK_S / 3)
    assert words == ["Pending", "Reasoning", "Generating"]


async def test_an_unknown_state_goes_on_as_running_and_is_logged_once(provider: Flux, vendor: FluxStandIn) -> None:
    vendor.fault(Fault.UNKNOWN_WORD)
    ticket = await bought(provider)
    with capture_logs() as logs:
        assert await provider.poll(ticket) == Progress("Contemplating")
        assert await provider.poll(ticket) == Progress("Contemplating")
    assert [log["word"] for log in logs] == ["Contemplating"]


@pytest.mark.parametrize("fault", [Fault.PROGRESS_FRACTION, Fault.PROGRESS_PERCENT])
async def test_progress_is_read_on_either_scale(
    provider: Flux, vendor: FluxStandIn, clock: HastyClock, fault: Fault
) -> None:
    vendor.fault(fault)
    ticket = await bought(provider)
    await clock.advance(WORK_S / 2)
    assert await provider.poll(ticket) == Progress("Pending", 0.5)


async def test_the_account_tells_its_credits(provider: Flux, vendor: FluxStandIn) -> None:
    vendor.credits_left = 12.5
    assert (await provider.check()).credits_cents == 12.5


async def test_a_lapsed_link_is_gone_and_a_new_look_names_a_fresh_one(
    provider: Flux, vendor: FluxStandIn, clock: HastyClock
) -> None:
    ticket = await bought(provider)
    await clock.advance(WORK_S)
    first = await provider.poll(ticket)
    assert isinstance(first, Rendered)
    await clock.advance(LINK_LIFE_S)
    with pytest.raises(LinkGoneError):
        await provider.fetch(first.link)
    second = await provider.poll(ticket)
    assert isinstance(second, Rendered)
    assert decoded(await provider.fetch(second.link)).size == (512, 384)


async def test_no_key_prompt_or_signed_link_reaches_a_log_line(
    provider: Flux, vendor: FluxStandIn, clock: HastyClock
) -> None:
    ticket = await bought(provider, imagine("a very private wish"))
    with capture_logs() as logs:
        for fault in (Fault.HTML_502, Fault.RESET_BEFORE, Fault.THROTTLED, Fault.FOREIGN_POLLING_URL, Fault.BAD_KEY):
            vendor.fault(fault, at=At.SUBMIT)
            with pytest.raises((ProviderError, UnsureError)) as raised:
                await bought(provider, imagine("a very private wish"))
            structlog.get_logger().warning("told", error=str(raised.value), said=getattr(raised.value, "said", ""))
        await clock.advance(WORK_S)
        rendered = await provider.poll(ticket)
        assert isinstance(rendered, Rendered)
        vendor.fault(Fault.FOREIGN_SAMPLE)
        foreign = await ready(provider, vendor)
        with pytest.raises(BrokenError):
            await provider.fetch(foreign.link)
    text = repr(logs)
    assert "told" in text
    for secret in (KEY, "private wish", ticket.id, "sig="):
        assert secret not in text


async def test_a_closed_provider_calls_nobody(provider: Flux, vendor: FluxStandIn) -> None:
    ticket = await bought(provider)
    await provider.close()
    with pytest.raises(UnreachableError):
        await provider.poll(ticket)
    assert vendor.requests(At.POLL) == []
