from __future__ import annotations

import asyncio
import io
import json
import logging
from collections.abc import Iterator
from typing import Any

import pytest
import structlog

from bot import telemetry


@pytest.fixture
def lines() -> Iterator[io.StringIO]:
    """The log as JSON lines; the process's own logging comes back afterwards."""
    root, engine = logging.getLogger(), logging.getLogger("dbos")
    before = (root.handlers[:], root.level, engine.handlers[:], engine.propagate, structlog.get_config())
    filters = engine.filters[:]
    out = io.StringIO()
    telemetry.set_up(level="debug", style="json", stream=out)
    yield out
    root.handlers[:], root.level, engine.handlers[:], engine.propagate, config = before
    engine.filters[:] = filters
    structlog.configure(**config)
    telemetry._hidden.clear()


def last(lines: io.StringIO) -> dict[str, Any]:
    read: dict[str, Any] = json.loads(lines.getvalue().splitlines()[-1])
    return read


def test_a_line_has_its_event_level_logger_and_time(lines: io.StringIO) -> None:
    structlog.get_logger("bot.here").info("picture kept", size_bytes=12)
    line = last(lines)
    assert (line["event"], line["level"], line["logger"], line["size_bytes"]) == (
        "picture kept",
        "info",
        "bot.here",
        12,
    )
    assert line["timestamp"].endswith("Z")


def test_standard_loggers_take_the_same_road(lines: io.StringIO) -> None:
    telemetry.hide("hunter2-secret")
    logging.getLogger("some.library").warning("login with %s failed", "hunter2-secret")
    assert last(lines)["event"] == "login with *** failed"
    assert last(lines)["logger"] == "some.library"


def test_what_the_engine_says_over_and_over_is_told_once_a_minute(lines: io.StringIO) -> None:
    engine = logging.getLogger("dbos")
    for second in range(0, 130, 10):
        for complaint in ("Exception listing queues: away", f"Notification listener error: away since {second} s"):
            record = engine.makeRecord("dbos", logging.WARNING, __file__, 1, complaint, (), None)
            record.created = 1_000_000.0 + second
            engine.handle(record)
    assert lines.getvalue().count("Exception listing queues") == 3
    assert lines.getvalue().count("Notification listener error") == 3


def test_tokens_that_discord_puts_into_paths_are_masked(lines: io.StringIO) -> None:
    logging.getLogger("discord.http").warning("PATCH http://127.0.0.1/api/webhooks/12/aW50ZXJ.x-Y_z/messages/7 was 429")
    assert last(lines)["event"] == "PATCH http://127.0.0.1/api/webhooks/12/***/messages/7 was 429"


@pytest.mark.parametrize(
    ("line", "shown"),
    [
        ("said xoxb-not-a-token-1 twice", "said xoxb-*** twice"),
        ("rotated xoxe.xoxb-1-notatoken", "rotated xoxe-***"),
        ("opened with xapp-1-A1-notatoken", "opened with xapp-***"),
        (
            "POST https://hooks.slack.com/commands/T1/2/notatoken was 404",
            "POST https://hooks.slack.com/commands/*** was 404",
        ),
        ("PUT https://files.slack.com/upload/v1/notaticket", "PUT https://files.slack.com/upload/***"),
        (
            "connecting to wss://wss.slack.com/link/?ticket=notaticket&app_id=1",
            "connecting to wss://wss.slack.com/link/?***",
        ),
    ],
)
def test_slacks_tokens_and_addresses_that_are_secrets_are_masked(lines: io.StringIO, line: str, shown: str) -> None:
    logging.getLogger("slack_sdk").warning("%s", line)
    assert last(lines)["event"] == shown


async def test_every_line_of_a_job_carries_its_id_also_in_tasks_it_starts(lines: io.StringIO) -> None:
    log = structlog.get_logger("bot.here")

    async def inside() -> None:
        log.info("inside")

    with telemetry.job_context("00ff"):
        async with asyncio.TaskGroup() as tasks:
            tasks.create_task(inside())
    assert last(lines)["job"] == "00ff"
    log.info("outside")
    assert "job" not in last(lines)


@pytest.mark.parametrize(
    ("said", "told"),
    [
        ("Authorization: Bearer abcdef123456", "Authorization: Bearer ***"),
        ("headers {'x-key': 'bfl_abc', 'a': 1}", "headers {'x-key': '***', 'a': 1}"),
        ("GET https://cdn.example/p.png?sig=abc&se=2 failed", "GET https://cdn.example/p.png?*** failed"),
        ("sig=abc&x=1", "sig=***&x=1"),
        ("connect postgresql://ada:pw@db.example/x", "connect postgresql://***@db.example/x"),
        ("connect postgresql://ada:p@w@db.example/x", "connect postgresql://***@db.example/x"),
        ("connect postgresql:///x?user=ada&password=pw&a=1", "connect postgresql:///x?user=ada&password=***&a=1"),
        ("to https://art.example/callbacks/flux/0f0f.1.abcdef", "to https://art.example/callbacks/flux/***"),
        ("the body was {'webhook_secret': 'abcdef', 'seed': 1}", "the body was {'webhook_secret': '***', 'seed': 1}"),
        ("an ordinary line: 3 of 4 at http://127.0.0.1:5000/", "an ordinary line: 3 of 4 at http://127.0.0.1:5000/"),
    ],
)
def test_what_looks_like_a_secret_is_masked(lines: io.StringIO, said: str, told: str) -> None:
    structlog.get_logger("bot").info(said)
    assert last(lines)["event"] == told


def test_registered_secrets_are_masked_at_any_depth(lines: io.StringIO) -> None:
    telemetry.hide("hunter2-secret")
    structlog.get_logger("bot").info(
        "asked", answer={"a": ["x hunter2-secret", ("hunter2-secret",)]}, error=OSError("hunter2-secret")
    )
    assert "hunter2" not in lines.getvalue()
    assert last(lines)["answer"] == {"a": ["x ***", ["***"]]}


def test_private_names_are_dropped_at_any_depth(lines: io.StringIO) -> None:
    structlog.get_logger("bot").info("asked", prompt="a cat", token="t", key="k", inner={"Prompt": "a cat", "seed": 7})
    line = last(lines)
    assert {"prompt", "token", "key"}.isdisjoint(line)
    assert line["inner"] == {"seed": 7}


def test_a_traceback_is_masked_too(lines: io.StringIO) -> None:
    telemetry.hide("hunter2-secret")
    try:
        raise OSError("hunter2-secret at https://x.example/a?sig=1")
    except OSError:
        structlog.get_logger("bot").exception("it broke")
    assert "OSError: *** at https://x.example/a?***" in last(lines)["exception"]
    try:
        raise OSError("hunter2-secret again")
    except OSError:
        logging.getLogger("lib").exception("it broke")
    assert "OSError: *** again" in last(lines)["exception"]


def test_a_short_secret_does_not_black_out_words(lines: io.StringIO) -> None:
    telemetry.hide("a")
    structlog.get_logger("bot").info("a lamp")
    assert last(lines)["event"] == "a lamp"


def test_the_console_is_for_eyes(lines: io.StringIO) -> None:
    out = io.StringIO()
    telemetry.set_up(level="info", style="console", stream=out)
    structlog.get_logger("bot.here").info("picture kept", size_bytes=12)
    structlog.get_logger("bot.here").debug("not shown")
    try:
        raise OSError("broken")
    except OSError:
        structlog.get_logger("bot.here").exception("it broke")
    assert "picture kept" in out.getvalue()
    assert "size_bytes=12" in out.getvalue()
    assert "not shown" not in out.getvalue()
    assert "OSError: broken" in out.getvalue()


def test_access_lines_and_chatty_libraries_are_quiet(lines: io.StringIO) -> None:
    telemetry.set_up(level="info", style="json", stream=lines)
    logging.getLogger("aiohttp.access").info("GET /?token=x")
    logging.getLogger("dbos").info("chatter")
    assert lines.getvalue() == ""
    logging.getLogger("dbos").warning("trouble")
    assert last(lines)["event"] == "trouble"
    assert len(lines.getvalue().splitlines()) == 1


def test_figures_are_told_in_prometheus_text() -> None:
    telemetry.JOBS.labels(door="web", kind="imagine", provider="local", status="finished").inc()
    telemetry.QUEUE_SECONDS.labels(provider="local").observe(0.1)
    text = telemetry.metrics_text().decode()
    assert 'imagebot_jobs_total{door="web",kind="imagine",provider="local",status="finished"}' in text
    assert 'imagebot_queue_seconds_bucket{le="0.2",provider="local"}' in text
    assert "python_info" not in text
