"""What fails between us and Flux, over real sockets: what surely cost nothing, and what nobody knows."""

from __future__ import annotations

import asyncio
import socket
import traceback
from collections.abc import AsyncIterator

import pytest

from bot.errors import (
    BadKeyError,
    BrokenError,
    LinkGoneError,
    OutOfCreditError,
    ProviderError,
    RejectedError,
    ThrottledError,
    UnreachableError,
    UnsureError,
)
from bot.job import Progress, Ticket
from bot.providers import _wire, flux
from bot.providers.flux import Flux, Settings, open_provider
from bot.request import ImageId, Shape, Upscale
from tests.standins.bfl import ACTIVE_LIMIT, FluxStandIn
from tests.standins.fault import At, Fault
from tests.standins.front import THROTTLE_S, Latency
from tests.wire.fluxing import WORK_S, bought, ready
from tests.wire.providing import KEY, HastyClock, imagine, kit, order


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


# The paid call


@pytest.mark.parametrize(
    "fault",
    [
        Fault.RESET_BEFORE,
        Fault.RESET_AFTER,
        Fault.HTML_500,
        Fault.HTML_502,
        Fault.ACCEPTED_502,
        Fault.GARBAGE,
        Fault.CUT_BODY,
        Fault.ENDLESS,
        Fault.NO_ID,
        Fault.NO_POLLING_URL,
        Fault.FOREIGN_POLLING_URL,
    ],
)
async def test_a_lost_answer_is_unsure_and_the_paid_call_is_not_repeated(
    provider: Flux, vendor: FluxStandIn, fault: Fault
) -> None:
    vendor.fault(fault, at=At.SUBMIT)
    with pytest.raises(UnsureError):
        await bought(provider)
    assert len(vendor.requests(At.SUBMIT)) == 1


async def test_a_slow_answer_is_unsure_after_the_time_limit(
    vendor: FluxStandIn, clock: HastyClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(flux, "SUBMIT_S", 0.2)
    provider = open_provider(Settings(base_url=vendor.url), KEY, kit(clock))
    vendor.fault(Fault.SLOW_BODY, at=At.SUBMIT)
    with pytest.raises(UnsureError):
        await bought(provider)
    await provider.close()
    assert vendor.bought == 1


async def test_a_refused_connection_is_tried_again_with_pauses_then_unreachable(clock: HastyClock) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        port = taken.getsockname()[1]
    provider = open_provider(Settings(base_url=f"http://127.0.0.1:{port}"), KEY, kit(clock))
    with pytest.raises(UnreachableError):
        await bought(provider)
    await provider.close()
    assert clock.naps == [0.5, 1.0]


async def test_a_refused_connection_that_opens_in_time_buys_once(clock: HastyClock) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        port = taken.getsockname()[1]
    vendor = FluxStandIn(clock=clock, port=port)

    class OpensWhileWaiting(HastyClock):
        async def sleep(self, seconds: float) -> None:
            await vendor.__aenter__()

    provider = open_provider(Settings(base_url=f"http://127.0.0.1:{port}"), KEY, kit(OpensWhileWaiting()))
    await bought(provider)
    await provider.close()
    await vendor.__aexit__(None, None, None)
    assert vendor.bought == 1


async def test_a_host_without_an_address_is_unreachable(clock: HastyClock, monkeypatch: pytest.MonkeyPatch) -> None:
    async def unknown(*_: object, **__: object) -> object:
        raise socket.gaierror(socket.EAI_NONAME, "no such host")

    monkeypatch.setattr(asyncio.get_running_loop(), "getaddrinfo", unknown)
    provider = open_provider(Settings(), KEY, kit(clock))
    with pytest.raises(UnreachableError):
        await bought(provider)
    await provider.close()


async def test_a_connection_that_never_opens_is_unreachable(clock: HastyClock, monkeypatch: pytest.MonkeyPatch) -> None:
    async def silent(*_: object, **__: object) -> object:
        return await asyncio.get_running_loop().create_future()

    monkeypatch.setattr(asyncio.get_running_loop(), "getaddrinfo", silent)
    monkeypatch.setattr(_wire, "CONNECT_S", 0.05)
    provider = open_provider(Settings(), KEY, kit(clock))
    link = "https://delivery-eu1.bfl.ai/results/7f/sample.jpeg?sig=4711"
    with pytest.raises(UnreachableError):
        await bought(provider)
    with pytest.raises(UnreachableError) as raised:
        await provider.fetch(link)
    assert link not in "".join(traceback.format_exception(raised.value))
    await provider.close()


async def test_a_failed_tls_handshake_is_unreachable(vendor: FluxStandIn, clock: HastyClock) -> None:
    provider = open_provider(Settings(base_url=vendor.url.replace("http:", "https:")), KEY, kit(clock))
    with pytest.raises(UnreachableError):
        await bought(provider)
    await provider.close()
    assert vendor.heard == []


@pytest.mark.parametrize(
    ("fault", "error", "wait_s"),
    [
        (Fault.THROTTLED, ThrottledError, None),
        (Fault.THROTTLED_SECONDS, ThrottledError, THROTTLE_S),
        (Fault.THROTTLED_DATE, ThrottledError, THROTTLE_S),
        (Fault.NO_CREDIT, OutOfCreditError, None),
        (Fault.BAD_KEY, BadKeyError, None),
        (Fault.BUSY_503, BrokenError, None),
        (Fault.REDIRECT, BrokenError, None),
    ],
)
async def test_a_refusal_is_surely_not_charged(
    provider: Flux, vendor: FluxStandIn, fault: Fault, error: type[ProviderError], wait_s: float | None
) -> None:
    vendor.fault(fault, at=At.SUBMIT)
    with pytest.raises(error) as raised:
        await bought(provider)
    assert raised.value.retry_after_s == wait_s
    assert vendor.bought == 0
    assert len(vendor.requests(At.SUBMIT)) == 1
    assert vendor.leaks == []


async def test_more_tasks_than_the_account_may_have_are_throttled(provider: Flux, vendor: FluxStandIn) -> None:
    for _ in range(ACTIVE_LIMIT):
        await bought(provider)
    with pytest.raises(ThrottledError):
        await bought(provider)
    await vendor.clock.sleep(WORK_S)
    await bought(provider)
    assert vendor.bought == ACTIVE_LIMIT + 1


async def test_a_complaint_names_our_own_field(provider: Flux, vendor: FluxStandIn) -> None:
    with pytest.raises(RejectedError) as raised:
        await bought(provider, imagine(shape=Shape(200, 770)))
    assert set(raised.value.fields) == {"width", "height"}
    assert vendor.bought == 0


async def test_a_wrong_key_is_a_bad_key(vendor: FluxStandIn, clock: HastyClock) -> None:
    provider = open_provider(Settings(base_url=vendor.url), "another", kit(clock))
    with pytest.raises(BadKeyError) as raised:
        await provider.check()
    await provider.close()
    assert raised.value.said == "Not authenticated"


async def test_a_pasted_page_is_a_bad_key_and_is_not_sent(vendor: FluxStandIn, clock: HastyClock) -> None:
    provider = open_provider(Settings(base_url=vendor.url), "line one\r\nline two", kit(clock))
    with pytest.raises(BadKeyError):
        await provider.check()
    await provider.close()
    assert vendor.heard == []


async def test_an_upscale_is_refused_without_a_call(provider: Flux, vendor: FluxStandIn) -> None:
    with pytest.raises(RejectedError):
        await provider.submit(order(Upscale(source=ImageId("0" * 64), factor=2), "flux-dev"))
    assert vendor.heard == []


# Looks


@pytest.mark.parametrize(
    ("fault", "error"),
    [
        (Fault.HTML_500, UnreachableError),
        (Fault.HTML_502, UnreachableError),
        (Fault.BUSY_503, UnreachableError),
        (Fault.RESET_AFTER, UnreachableError),
        (Fault.GARBAGE, UnreachableError),
        (Fault.CUT_BODY, UnreachableError),
        (Fault.ENDLESS, UnreachableError),
        (Fault.REDIRECT, UnreachableError),
        (Fault.THROTTLED_SECONDS, ThrottledError),
    ],
)
async def test_a_look_that_fails_on_the_way_may_be_taken_again(
    provider: Flux, vendor: FluxStandIn, fault: Fault, error: type[ProviderError]
) -> None:
    ticket = await bought(provider)
    vendor.fault(fault, at=At.POLL, times=2)  # the client itself repeats a GET once on a kept connection
    with pytest.raises(error):
        await provider.poll(ticket)
    vendor.faults.clear()
    assert await provider.poll(ticket) == Progress("Pending")
    assert vendor.leaks == []


async def test_a_slow_look_ends_at_its_time_limit(
    provider: Flux, vendor: FluxStandIn, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(_wire, "LOOK_S", 0.2)
    ticket = await bought(provider)
    vendor.fault(Fault.SLOW_BODY, at=At.POLL)
    with pytest.raises(UnreachableError):
        await provider.poll(ticket)


async def test_a_ticket_that_points_elsewhere_is_not_followed(provider: Flux, vendor: FluxStandIn) -> None:
    with pytest.raises(UnsureError):
        await provider.poll(Ticket("flux", "1", url="https://notbfl.ai/v1/get_result?id=1"))
    assert vendor.heard == []


@pytest.mark.parametrize("fault", [Fault.HTML_502, Fault.GARBAGE])
async def test_an_account_that_cannot_be_read_says_nothing_of_the_key(
    provider: Flux, vendor: FluxStandIn, fault: Fault
) -> None:
    vendor.fault(fault, at=At.ACCOUNT)
    with pytest.raises(UnreachableError):
        await provider.check()


# Delivery


@pytest.mark.parametrize(
    ("fault", "error"),
    [
        (Fault.SAMPLE_404, LinkGoneError),
        (Fault.HTML_502, UnreachableError),
        (Fault.RESET_AFTER, UnreachableError),
        (Fault.REDIRECT, UnreachableError),
    ],
)
async def test_a_picture_that_does_not_come_says_why(
    provider: Flux, vendor: FluxStandIn, fault: Fault, error: type[ProviderError]
) -> None:
    rendered = await ready(provider, vendor)
    vendor.fault(fault, at=At.DELIVERY, times=2)
    with pytest.raises(error):
        await provider.fetch(rendered.link)
    assert vendor.leaks == []


async def test_a_cut_download_is_never_half_a_picture(provider: Flux, vendor: FluxStandIn) -> None:
    rendered = await ready(provider, vendor)
    vendor.fault(Fault.CUT_BODY, at=At.DELIVERY)
    with pytest.raises(UnreachableError):
        await provider.fetch(rendered.link)


async def test_an_endless_picture_is_cut_off(provider: Flux, vendor: FluxStandIn) -> None:
    rendered = await ready(provider, vendor)
    vendor.fault(Fault.ENDLESS, at=At.DELIVERY)
    with pytest.raises(BrokenError):
        await provider.fetch(rendered.link)


async def test_a_picture_on_a_strange_host_is_not_fetched(provider: Flux, vendor: FluxStandIn) -> None:
    vendor.fault(Fault.FOREIGN_SAMPLE)
    rendered = await ready(provider, vendor)
    with pytest.raises(BrokenError):
        await provider.fetch(rendered.link)
