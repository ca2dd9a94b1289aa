"""The real Stability provider against its stand-in, over real sockets."""

from __future__ import annotations

from collections.abc import AsyncIterator
from decimal import Decimal

import pytest
from structlog.testing import capture_logs

from bot.errors import (
    BadKeyError,
    BrokenError,
    LanguageError,
    OutOfCreditError,
    ProviderError,
    RejectedError,
    ThrottledError,
    UnreachableError,
    UnsureError,
)
from bot.job import Moderated, Rendered, Where
from bot.providers.stability import RATIOS, SHUT_OUT_S, Settings, Stability, open_provider
from bot.request import Format, ImageId, Imagine, Ratio, Shape, Upscale
from tests.standins.fault import At, Fault
from tests.standins.front import AT_ONCE
from tests.standins.stability import WINDOW_CALLS, StabilityStandIn
from tests.wire.providing import KEY, HastyClock, Shelf, imagine, kit, order, png

UPSCALE = Upscale(source=ImageId("0" * 64), factor=4)


@pytest.fixture
def clock() -> HastyClock:
    return HastyClock()


@pytest.fixture
async def vendor(clock: HastyClock) -> AsyncIterator[StabilityStandIn]:
    async with StabilityStandIn(clock=clock, latency=AT_ONCE, keys=frozenset({KEY})) as vendor:
        yield vendor


@pytest.fixture
async def provider(vendor: StabilityStandIn, clock: HastyClock) -> AsyncIterator[Stability]:
    provider = open_provider(Settings(base_url=vendor.url), KEY, kit(clock))
    yield provider
    await provider.close()


async def test_core_paints_and_the_bytes_are_shelved(provider: Stability, vendor: StabilityStandIn) -> None:
    shelf = Shelf()
    request = Imagine(prompt="a fox", shape=Shape(1632, 912), seed=42, output_format=Format.WEBP)
    rendered = await provider.submit(order(request, "core", shelf=shelf))
    assert isinstance(rendered, Rendered)
    assert (rendered.seed, rendered.cost_cents) == (42, Decimal(3))
    assert rendered.shelf is not None
    assert shelf.picture.format == "WEBP"
    (sale,) = vendor.sales
    assert sale.fields == {"prompt": "a fox", "aspect_ratio": "16:9", "seed": "42", "output_format": "webp"}
    (heard,) = vendor.heard
    assert heard.headers["content-type"].startswith("multipart/form-data")
    assert heard.headers["stability-client-user-id"] == "hash-of-ada"


@pytest.mark.parametrize("ratio", RATIOS)
async def test_every_ratio_is_asked_for_in_the_vendors_spelling(
    provider: Stability, vendor: StabilityStandIn, ratio: Ratio
) -> None:
    shapes = provider.offers[0].shapes
    assert shapes is not None
    shelf = Shelf()
    await provider.submit(order(imagine(shape=shapes.of(ratio)), "core", shelf=shelf))
    assert shelf.picture.size == (shapes.of(ratio).width, shapes.of(ratio).height)
    assert vendor.bought == 1


async def test_fast_enlarges_four_times(provider: Stability, vendor: StabilityStandIn) -> None:
    shelf = Shelf()
    rendered = await provider.submit(order(UPSCALE, "fast", shelf=shelf, pictures=[png(40, 33)]))
    assert isinstance(rendered, Rendered)
    assert shelf.picture.size == (160, 132)
    assert rendered.cost_cents == Decimal(2)
    assert vendor.bought == 1


async def test_a_large_picture_goes_out_whole(provider: Stability, vendor: StabilityStandIn) -> None:
    padded = png(64, 64) + bytes(3 * 1024 * 1024)
    await provider.submit(order(UPSCALE, "fast", pictures=[padded]))
    assert vendor.heard[0].body["image"] == f"{len(padded)} bytes"


async def test_a_blurred_picture_is_moderated_and_not_shelved(provider: Stability, vendor: StabilityStandIn) -> None:
    shelf = Shelf()
    vendor.fault(Fault.CONTENT_FILTERED)
    reading = await provider.submit(order(imagine(), "core", shelf=shelf))
    assert reading == Moderated(where=Where.IMAGE, word="CONTENT_FILTERED")
    assert shelf.kept == []


async def test_refused_words_are_moderated(provider: Stability, vendor: StabilityStandIn) -> None:
    vendor.fault(Fault.MODERATED_403)
    reading = await provider.submit(order(imagine(), "core"))
    assert reading == Moderated(where=Where.PROMPT, word="content_moderation")
    assert vendor.bought == 0


async def test_a_public_figure_is_moderated_with_the_vendors_reason(
    provider: Stability, vendor: StabilityStandIn
) -> None:
    vendor.fault(Fault.PUBLIC_FIGURE)
    reading = await provider.submit(order(imagine(), "core"))
    assert isinstance(reading, Moderated)
    assert reading.where is Where.PROMPT
    assert "public figure" in reading.reasons[0]


async def test_a_refused_source_picture_is_moderated_as_the_source(
    provider: Stability, vendor: StabilityStandIn
) -> None:
    vendor.fault(Fault.MODERATED_403)
    reading = await provider.submit(order(UPSCALE, "fast", pictures=[png(64, 64)]))
    assert isinstance(reading, Moderated)
    assert reading.where is Where.SOURCE


async def test_a_foreign_language_is_rejected_at_the_prompt(provider: Stability, vendor: StabilityStandIn) -> None:
    vendor.fault(Fault.INVALID_LANGUAGE)
    with pytest.raises(RejectedError) as raised:
        await provider.submit(order(imagine(), "core"))
    assert isinstance(raised.value, LanguageError)
    assert "English" in raised.value.fields["prompt"]


@pytest.mark.parametrize(
    ("fault", "error"),
    [
        (Fault.BAD_KEY, BadKeyError),
        (Fault.NO_CREDIT, OutOfCreditError),
        (Fault.INTERNAL_ERROR, BrokenError),
        (Fault.BUSY_503, BrokenError),
        (Fault.REDIRECT, BrokenError),
        (Fault.THROTTLED, ThrottledError),
    ],
)
async def test_a_refusal_is_surely_not_charged(
    provider: Stability, vendor: StabilityStandIn, fault: Fault, error: type[ProviderError]
) -> None:
    vendor.fault(fault)
    with pytest.raises(error):
        await provider.submit(order(imagine(), "core"))
    assert vendor.bought == 0
    assert len(vendor.heard) == 1
    assert vendor.leaks == []


@pytest.mark.parametrize(
    "fault",
    [
        Fault.RESET_BEFORE,
        Fault.RESET_AFTER,
        Fault.HTML_500,
        Fault.HTML_502,
        Fault.ACCEPTED_502,
        Fault.CUT_BODY,
        Fault.GARBAGE,
        Fault.ENDLESS,
    ],
)
async def test_a_lost_answer_is_unsure_and_the_paid_call_is_not_repeated(
    provider: Stability, vendor: StabilityStandIn, fault: Fault
) -> None:
    vendor.fault(fault)
    with pytest.raises(UnsureError):
        await provider.submit(order(imagine(), "core"))
    assert len(vendor.requests(At.SUBMIT)) == 1


async def test_a_slow_answer_is_unsure_after_the_deadline(vendor: StabilityStandIn, clock: HastyClock) -> None:
    provider = open_provider(Settings(base_url=vendor.url, deadline_s=0.2), KEY, kit(clock))
    vendor.fault(Fault.SLOW_BODY)
    with pytest.raises(UnsureError):
        await provider.submit(order(imagine(), "core"))
    await provider.close()
    assert vendor.bought == 1


async def test_after_429_every_call_waits_a_minute_by_the_clock(
    provider: Stability, vendor: StabilityStandIn, clock: HastyClock
) -> None:
    vendor.fault(Fault.THROTTLED_SECONDS)  # asks for less than the vendor's own rule
    with pytest.raises(ThrottledError) as raised:
        await provider.submit(order(imagine(), "core"))
    assert raised.value.retry_after_s == SHUT_OUT_S
    await clock.advance(SHUT_OUT_S - 1)
    for call in (provider.submit(order(imagine(), "core")), provider.check()):
        with pytest.raises(ThrottledError) as raised:
            await call
        assert raised.value.retry_after_s == pytest.approx(1)
    assert len(vendor.heard) == 1
    await clock.advance(1)
    await provider.submit(order(imagine(), "core"))
    assert vendor.bought == 1


async def test_the_vendors_own_limit_shuts_the_key_out(
    provider: Stability, vendor: StabilityStandIn, clock: HastyClock
) -> None:
    for _ in range(WINDOW_CALLS):
        await provider.check()
    with pytest.raises(ThrottledError):
        await provider.check()
    await clock.advance(SHUT_OUT_S)
    await provider.check()


@pytest.mark.parametrize("side", [31, 1537])
async def test_a_picture_outside_the_limits_is_rejected_at_the_source(
    provider: Stability, vendor: StabilityStandIn, side: int
) -> None:
    with pytest.raises(RejectedError) as raised:
        await provider.submit(order(UPSCALE, "fast", pictures=[png(side, 64)]))
    assert set(raised.value.fields) == {"source"}
    assert vendor.bought == 0


async def test_a_body_beyond_ten_mebibytes_is_rejected(provider: Stability, vendor: StabilityStandIn) -> None:
    with pytest.raises(RejectedError):
        await provider.submit(order(UPSCALE, "fast", pictures=[png(64, 64) + bytes(10 * 1024 * 1024)]))
    assert vendor.bought == 0


@pytest.mark.parametrize(("request_", "model"), [(UPSCALE, "core"), (imagine(), "fast"), (imagine(), "ultra")])
async def test_what_a_model_cannot_do_is_rejected_without_a_call(
    provider: Stability, vendor: StabilityStandIn, request_: Imagine | Upscale, model: str
) -> None:
    with pytest.raises(RejectedError):
        await provider.submit(order(request_, model, pictures=[png(64, 64)]))
    assert vendor.heard == []


async def test_the_account_tells_its_credits(provider: Stability, vendor: StabilityStandIn) -> None:
    vendor.credits_left = 0.41
    assert (await provider.check()).credits_cents == 0.41


@pytest.mark.parametrize("fault", [Fault.HTML_502, Fault.GARBAGE, Fault.RESET_AFTER])
async def test_an_account_that_cannot_be_read_says_nothing_of_the_key(
    provider: Stability, vendor: StabilityStandIn, fault: Fault
) -> None:
    vendor.fault(fault, at=At.ACCOUNT, times=2)
    with pytest.raises(UnreachableError):
        await provider.check()


async def test_a_wrong_key_is_a_bad_key_and_stays_out_of_the_log(vendor: StabilityStandIn, clock: HastyClock) -> None:
    provider = open_provider(Settings(base_url=vendor.url), "bad-secret-key", kit(clock))
    with capture_logs() as logs, pytest.raises(BadKeyError):
        await provider.check()
    await provider.close()
    assert logs
    assert "bad-secret-key" not in repr(logs)
