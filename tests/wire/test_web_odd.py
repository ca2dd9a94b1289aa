"""What clients send that is no fair request, byte by byte: it is answered in JSON, quickly, and breaks nothing."""

from __future__ import annotations

import asyncio
import json
import re
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from pathlib import Path

import pytest

from tests.wire.web_door import TOKENS, Visit, visiting

POST = "POST /generate_image HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\n"
FORM = "POST /upscale_image HTTP/1.1\r\nHost: localhost\r\nContent-Type: multipart/form-data; boundary=x\r\n"
FOX = 'Prefer: respond-async\r\nContent-Length: 17\r\n\r\n{"prompt": "fox"}'


@pytest.fixture
async def visit(tmp_path: Path) -> AsyncIterator[Visit]:
    async with visiting(tmp_path) as opened:
        yield opened


@asynccontextmanager
async def line(visit: Visit) -> AsyncIterator[tuple[asyncio.StreamReader, asyncio.StreamWriter]]:
    """A connection without a client around it."""
    reader, writer = await asyncio.open_connection("127.0.0.1", int(visit.door.address.rsplit(":", 1)[1]))
    try:
        async with asyncio.timeout(10):
            yield reader, writer
    finally:
        writer.close()
        with suppress(ConnectionError):
            await writer.wait_closed()


async def spoken(visit: Visit, sent: str) -> tuple[int, dict[str, str], bytes]:
    """Send bytes as they are; the first answer's status, headers in lower case, and body."""
    async with line(visit) as (reader, writer):
        writer.write(sent.encode("latin-1"))
        head = (await reader.readuntil(b"\r\n\r\n")).decode().splitlines()
        headers = dict(each.lower().split(": ", 1) for each in head[1:] if each)
        return int(head[0].split()[1]), headers, await reader.readexactly(int(headers["content-length"]))


@pytest.mark.parametrize(
    "sent",
    [
        "RUBBISH\r\n\r\n",
        "GET / HTTP/9.9\r\nHost: localhost\r\n\r\n",
        "GET / HTTP/1.1\r\nHost: localhost\r\nno colon <b>\r\nAccept: text/html\r\n\r\n",
        f"GET /saved_images/{'a' * 20_000} HTTP/1.1\r\nHost: localhost\r\n\r\n",
        f"GET / HTTP/1.1\r\nHost: localhost\r\nCookie: {'a' * 20_000}\r\n\r\n",
        f"{POST}Content-Length: 5\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n",
        f"{POST}Content-Length: 5\r\nContent-Length: 6\r\n\r\n",
        f"{POST}Transfer-Encoding: chunked\r\n\r\nzz\r\n",
        f"{POST}Content-Length: 3\r\nContent-Encoding: gzip\r\n\r\nabc",
        f"{FORM}Content-Length: 11\r\n\r\n--x\r\nabcd\r\n",
        f"{FORM}Content-Length: 3005\r\n\r\n--x\r\n" + "a: b\r\n" * 500,
    ],
)  # fmt: skip
async def test_bytes_that_cannot_be_read_are_400_in_json(visit: Visit, sent: str) -> None:
    status, headers, body = await spoken(visit, sent)
    assert (status, headers["content-type"].split(";")[0]) == (400, "application/json")
    assert list(json.loads(body)) == ["error"]
    assert b"aaaa" not in body
    assert not visit.desk.asks


async def test_a_body_that_is_not_what_it_says_fills_no_log_with_traces(
    visit: Visit, caplog: pytest.LogCaptureFixture
) -> None:
    async with line(visit) as (reader, writer):
        writer.write(f"{POST}Content-Length: 3\r\nContent-Encoding: gzip\r\n\r\nabc".encode())
        assert (await reader.read()).startswith(b"HTTP/1.1 400")
    assert [record.message for record in caplog.records if record.levelname == "ERROR"] == []


@pytest.mark.parametrize(
    ("header", "status"),
    [("Authorization: Bearer \xff\xfe", 401), ("Idempotency-Key: \xff\xfe", 202), ("Expect: the-unexpected", 202),
     ("Cookie: imagebot_session=616461.99999999999.\xff; imagebot_person=\xff; imagebot_name=\xff%ff", 202)],
)  # fmt: skip
async def test_an_odd_header_breaks_nothing(visit: Visit, header: str, status: int) -> None:
    assert (await spoken(visit, f"{POST}{header}\r\n{FOX}"))[0] == status


async def test_an_odd_session_is_no_session(tmp_path: Path) -> None:
    async with visiting(tmp_path, host="0.0.0.0", tokens=TOKENS) as visit:
        name = TOKENS[0][0].encode().hex()
        status, _, _ = await spoken(visit, f"{POST}Cookie: imagebot_session={name}.9999999999.\xff\r\n{FOX}")
        assert status == 401


async def test_a_client_that_waits_is_asked_to_go_on(visit: Visit) -> None:
    head, _, body = FOX.partition("\r\n\r\n")
    async with line(visit) as (reader, writer):
        writer.write(f"{POST}Expect: 100-continue\r\n{head}\r\n\r\n".encode())
        assert (await reader.readuntil(b"\r\n\r\n")).startswith(b"HTTP/1.1 100")
        writer.write(body.encode())
        assert (await reader.readuntil(b"\r\n\r\n")).startswith(b"HTTP/1.1 202")


async def test_several_requests_on_one_line_are_answered_in_turn(visit: Visit) -> None:
    ask = "GET {} HTTP/1.1\r\nHost: localhost\r\n{}\r\n"
    async with line(visit) as (reader, writer):
        writer.write((ask.format("/health", "") + ask.format("/nothing", "Connection: close\r\n")).encode())
        heard = await reader.read()
    assert re.findall(rb"HTTP/1.1 (\d+)", heard) == [b"200", b"404"]


async def test_guessing_bearer_tokens_is_slowed_down(tmp_path: Path) -> None:
    async with visiting(tmp_path, host="0.0.0.0", tokens=TOKENS, requests_per_minute=3) as visit:
        tokens = ["wrong-1", "wrong-2", TOKENS[0][1], "wrong-3", "wrong-4", TOKENS[0][1]]
        answers = [await visit.get("/jobs/0", headers={"Authorization": f"Bearer {token}"}) for token in tokens]
        assert [answer.status for answer in answers] == [401, 401, 404, 401, 429, 429]
        assert 1 <= int(answers[-1].headers["Retry-After"]) <= 60
