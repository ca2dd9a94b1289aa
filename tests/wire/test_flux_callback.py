"""The real Flux provider and its stand-in, which calls back: genuinely, twice, late, forged."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from pathlib import Path

import pytest
from aiohttp import web
from structlog.testing import capture_logs

from bot.errors import SettingsError
from bot.job import JobId, Rendered, Turn
from bot.providers import Called, CallsBack, Kit, stability
from bot.providers.flux import Flux, Settings, open_provider
from tests.standins.bfl import FluxStandIn
from tests.standins.fault import At, Fault
from tests.standins.front import Latency
from tests.wire.living import HastyClock
from tests.wire.providing import KEY, decoded, imagine, order

WORK_S = 2.0
TURN = Turn(JobId("0" * 16))


@dataclass
class Calls:
    """Where the vendor calls: what the provider makes of each call, and what it was."""

    provider: Flux
    heard: list[Called | None] = field(default_factory=list)
    seen: list[tuple[str, dict[str, str], bytes]] = field(default_factory=list)
    refusals: int = 0
    """So many calls are not taken."""
    rung: asyncio.Event = field(default_factory=asyncio.Event)

    async def take(self, request: web.Request) -> web.Response:
        name, body = request.match_info["name"], await request.read()
        headers = {name.lower(): value for name, value in request.headers.items()}
        self.seen.append((name, headers, body))
        self.heard.append(self.provider.called(name, headers, body))
        if len(self.heard) <= self.refusals:
            return web.Response(status=503)
        self.rung.set()
        return web.Response(status=204)

    async def wait(self) -> list[Called | None]:
        async with asyncio.timeout(10):
            await self.rung.wait()
        self.rung.clear()
        return self.heard


@pytest.fixture
async def vendor() -> AsyncIterator[FluxStandIn]:
    latency = Latency(submit_s=0, poll_s=0, delivery_s=0, account_s=0, work_s=(WORK_S, WORK_S))
    async with FluxStandIn(clock=HastyClock(), latency=latency) as vendor:
        yield vendor


@pytest.fixture
async def calls(vendor: FluxStandIn) -> AsyncIterator[Calls]:
    held: list[Calls] = []  # the provider is to know the address first

    async def take(request: web.Request) -> web.Response:
        return await held[0].take(request)

    app = web.Application()
    app.router.add_post("/callbacks/flux/{name}", take)
    runner = web.AppRunner(app, access_log=None, shutdown_timeout=0.1)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    kit = Kit(clock=HastyClock(), data_dir=Path("unused"), public_url=f"http://127.0.0.1:{runner.addresses[0][1]}/")
    held.append(Calls(open_provider(Settings(base_url=vendor.url, webhook=True), KEY, kit)))
    yield held[0]
    await held[0].provider.close()
    await runner.cleanup()


async def test_a_call_names_the_task_of_its_attempt_and_asking_confirms_it(calls: Calls, vendor: FluxStandIn) -> None:
    ticket = await calls.provider.submit(order(imagine(), "flux-dev"))
    assert await calls.wait() == [Called(TURN, ticket.id)]
    reading = await calls.provider.poll(ticket)
    assert isinstance(reading, Rendered)
    assert reading.cost_cents == ticket.cost_cents
    assert decoded(await calls.provider.fetch(reading.link)).size == (512, 384)
    assert vendor.leaks == []
    assert [heard.path.split("?")[0] for heard in vendor.requests(At.POLL)] == ["/v1/get_result"]


@pytest.mark.parametrize("fault", [Fault.WEBHOOK_PLAIN, Fault.WEBHOOK_SEALED, Fault.WEBHOOK_EARLY])
async def test_either_way_to_sign_a_call_will_do(calls: Calls, vendor: FluxStandIn, fault: Fault) -> None:
    vendor.fault(fault)
    ticket = await calls.provider.submit(order(imagine(), "flux-dev"))
    assert await calls.wait() == [Called(TURN, ticket.id)]


@pytest.mark.parametrize("fault", [Fault.WEBHOOK_BAD_SIGNATURE, Fault.WEBHOOK_BARE])
async def test_a_call_that_is_not_signed_says_nothing(calls: Calls, vendor: FluxStandIn, fault: Fault) -> None:
    vendor.fault(fault)
    await calls.provider.submit(order(imagine(), "flux-dev"))
    assert await calls.wait() == [None]


async def test_a_call_that_was_not_taken_comes_again(calls: Calls, vendor: FluxStandIn) -> None:
    calls.refusals = 2
    ticket = await calls.provider.submit(order(imagine(), "flux-dev"))
    assert await calls.wait() == [Called(TURN, ticket.id)] * 3


async def test_a_lost_answer_leaves_a_task_that_its_call_brings(calls: Calls, vendor: FluxStandIn) -> None:
    vendor.fault(Fault.RESET_AFTER)
    with pytest.raises(Exception, match="Disconnected"):
        await calls.provider.submit(order(imagine(), "flux-dev"))
    (called,) = await calls.wait()
    assert called is not None
    assert called.turn == TURN
    assert isinstance(await calls.provider.poll(calls.provider.ticket(called.task)), Rendered)


async def test_a_call_elsewhere_or_altered_says_nothing(calls: Calls, vendor: FluxStandIn) -> None:
    with capture_logs() as logs:
        ticket = await calls.provider.submit(order(imagine(), "flux-dev"))
        await calls.wait()
        ((name, headers, body),) = calls.seen
        sealed = {"x-bfl-signature": headers["x-bfl-signature"]}
        called = calls.provider.called
        assert called(name, sealed, body) == Called(TURN, ticket.id)
        assert called(name, sealed, body + b" ") is None
        assert called(name.replace(".0.", ".1."), headers, body) is None
        assert called(f"{'1' * 16}{name[16:]}", headers, body) is None
        for odd in ("", "..", name.upper(), f"{name}\n", "\ud800", f"{'0' * 16}.0.{'0' * 64}"):
            assert called(odd, headers, body) is None
        plain = {"x-webhook-secret": headers["x-webhook-secret"]}
        for nonsense in (b"", b"[]", b'{"id": 7}', b'{"id": ""}', b'{"id": "%s"}' % (b"x" * 201), b"\xff"):
            assert called(name, plain, nonsense) is None
        assert called(name, {"x-webhook-secret": "\udcff"}, body) is None
    assert name not in str(logs)
    assert headers["x-webhook-secret"] not in str(logs)


async def test_every_attempt_has_an_address_of_its_own(calls: Calls, vendor: FluxStandIn) -> None:
    await calls.provider.submit(order(imagine(), "flux-dev"))
    (task,) = vendor.tasks.values()
    address = str(task.body["webhook_url"])
    assert len(address) < 2083  # the description's own limit
    assert "//callbacks" not in address
    assert (
        calls.provider.called(address.rpartition("/")[2], {"x-webhook-secret": task.body["webhook_secret"]}, b"{}")
        is None
    )


@pytest.mark.parametrize(
    ("public_url", "webhook", "rings"),
    [("https://pictures.example.org", True, True), ("https://pictures.example.org", False, False), (None, True, False)],
)
async def test_calls_are_asked_for_where_somebody_answers(public_url: str | None, webhook: bool, rings: bool) -> None:
    kit = Kit(clock=HastyClock(), data_dir=Path("unused"), public_url=public_url)
    provider = open_provider(Settings(webhook=webhook), KEY, kit)
    assert isinstance(provider, CallsBack)
    assert provider.calls_back is rings
    assert not isinstance(stability.open_provider(stability.Settings(), KEY, kit), CallsBack)


@pytest.mark.parametrize("public_url", ["", "http://pictures.example.org"])
def test_an_operator_who_wants_calls_needs_a_public_address(public_url: str) -> None:
    kit = Kit(clock=HastyClock(), data_dir=Path("unused"), public_url=public_url)
    with pytest.raises(SettingsError, match=r"web\.public_url must be one"):
        open_provider(Settings(webhook=True), KEY, kit)
