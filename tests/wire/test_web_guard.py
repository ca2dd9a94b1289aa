"""Who is let in at the web door, over a real socket: other sites, tokens, floods, calls that are forged."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from tests.wire.web_door import TOKENS, Visit, visiting


@pytest.fixture
async def visit(tmp_path: Path) -> AsyncIterator[Visit]:
    async with visiting(tmp_path) as opened:
        yield opened


@pytest.mark.parametrize(
    ("headers", "status"),
    [
        ({"Host": "evil.example"}, 421),
        ({"Host": "127.0.0.1.evil.example"}, 421),
        ({"Host": "["}, 421),
        ({"Origin": "https://evil.example"}, 403),
        ({"Origin": "null"}, 403),
        ({"Origin": "http://127.0.0.1:1"}, 403),
        ({"Sec-Fetch-Site": "cross-site"}, 403),
        ({"Sec-Fetch-Site": "same-site"}, 403),
        ({"Sec-Fetch-Site": "same-origin"}, 202),
        ({}, 202),
    ],
)
async def test_other_sites_and_rebound_names_are_turned_away(
    visit: Visit, headers: dict[str, str], status: int
) -> None:
    answer = await visit.post("/jobs", json={"prompt": "A fox"}, headers=headers)
    assert (answer.status, answer.content_type) == (status, "application/json")


async def test_the_pages_own_origin_and_an_allowed_name_are_welcome(tmp_path: Path) -> None:
    async with visiting(tmp_path, allowed_hosts=("pictures.example",)) as visit:
        for host, origin in ((None, visit.door.address), ("Pictures.example", "https://pictures.example")):
            headers = {"Origin": origin} | ({"Host": host} if host else {})
            assert (await visit.post("/jobs", json={"prompt": "A fox"}, headers=headers)).status == 202


async def test_a_door_that_others_can_reach_asks_for_a_token(tmp_path: Path) -> None:
    async with visiting(tmp_path, host="0.0.0.0", tokens=TOKENS) as visit:
        answer = await visit.post("/jobs", json={"prompt": "A fox"})
        assert (answer.status, answer.headers["WWW-Authenticate"][:6]) == (401, "Bearer")
        for token, status in (("wrong", 401), (TOKENS[0][1], 202)):
            headers = {"Authorization": f"Bearer {token}"}
            assert (await visit.post("/jobs", json={"prompt": "A fox"}, headers=headers)).status == status
        assert visit.desk.asks[visit.last_job()].job.by.key == "web:token:ada"
        assert (await visit.get("/health")).status == 200
        assert (await visit.get("/metrics")).status == 401


async def test_a_proxied_request_needs_a_token_where_there_are_some(tmp_path: Path) -> None:
    async with visiting(tmp_path, tokens=TOKENS) as visit:
        assert (await visit.post("/jobs", json={"prompt": "A fox"})).status == 202
        for name in ("Forwarded", "X-Forwarded-For", "X-Real-IP", "Via"):
            answer = await visit.post("/jobs", json={"prompt": "A fox"}, headers={name: "198.51.100.7"})
            assert answer.status == 401


async def test_too_many_requests_are_429_with_retry_after(tmp_path: Path) -> None:
    async with visiting(tmp_path, requests_per_minute=2) as visit:
        answers = [await visit.post("/jobs", json={"prompt": "A fox"}) for _ in range(3)]
        assert [answer.status for answer in answers] == [202, 202, 429]
        assert 1 <= int(answers[2].headers["Retry-After"]) <= 60


async def test_every_answer_carries_the_strict_headers(visit: Visit) -> None:
    for path in ("/", "/health", "/nothing", "/channel/studio"):
        answer = await visit.get(path)
        assert answer.headers["Content-Security-Policy"].startswith("default-src 'none'")
        assert answer.headers["X-Content-Type-Options"] == "nosniff"
        assert "Server" not in answer.headers


async def test_a_provider_calls_back_without_a_token_and_is_answered_at_once(tmp_path: Path) -> None:
    async with visiting(tmp_path, tokens=TOKENS, requests_per_minute=1) as visit:
        for _ in range(2):
            answer = await visit.post("/callbacks/flux/genuine", data=b'{"id": "task-1"}', headers={"X-Thing": "a"})
            assert answer.status == 204
        (provider, name, headers, body), _ = visit.desk.calls
        assert (provider, name, body, headers["x-thing"]) == ("flux", "genuine", b'{"id": "task-1"}', "a")


async def test_whoever_forges_calls_keeps_nobody_from_the_page(tmp_path: Path) -> None:
    async with visiting(tmp_path, requests_per_minute=1) as visit:
        forged = [(await visit.post("/callbacks/flux/forged", data=b"{}")).status for _ in range(30)]
        assert forged == [404] * 20 + [429] * 10
        assert (await visit.get("/")).status == 200


async def test_a_call_that_is_not_the_providers_finds_nothing(visit: Visit) -> None:
    assert (await visit.post("/callbacks/flux/forged", data=b"{}")).status == 404
    assert (await visit.post("/callbacks/flux/genuine", data=b" " * 70_000)).status == 413
    assert (await visit.get("/callbacks/flux/genuine")).status == 405
    assert (
        await visit.post("/callbacks/flux/genuine", data=b"{}", headers={"Origin": "https://evil.test"})
    ).status == 403
