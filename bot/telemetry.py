"""What the house tells its operator: a structured log without secrets or prompts, one id per job, and figures."""

from __future__ import annotations

import logging
import re
import sys
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import Any, Final, TextIO

import structlog
from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram, generate_latest
from structlog.typing import EventDict, Processor, WrappedLogger

SHORTEST: Final = 6
"""Characters; masking shorter secrets would black out ordinary words."""
MASK: Final = "***"

AGAIN_S: Final = 60.0

_PRIVATE: Final = frozenset({"prompt", "token", "key", "api_key", "authorization", "secret", "password", "cookie"})
"""Names of values that never reach a line, whatever they hold."""
_PATTERNS: Final = (
    (re.compile(r"(?i)\b(bearer|basic)\s+[\w.~+/=-]{6,}"), rf"\1 {MASK}"),
    (
        re.compile(
            r"""(?i)\b((?:x-key|x-api-key|authorization|api[_-]?key|webhook_secret)["']?\s*[:=]\s*["']?)(?!bearer|basic)[^\s"',}]+"""
        ),
        rf"\1{MASK}",
    ),
    (re.compile(r"""(\b[a-z][a-z0-9+.-]*://)[^/\s"']+@"""), rf"\1{MASK}@"),
    (re.compile(r"""(\b(?:http|ws)s?://[^\s?"'<>]+)\?[^\s"'<>]+"""), rf"\1?{MASK}"),
    (re.compile(r"/(webhooks|interactions)/(\d+)/[\w.~+=-]{8,}"), rf"/\1/\2/{MASK}"),  # Discord's tokens stand in paths
    (re.compile(r"/callbacks/(\w+)/[\w.~+=-]{8,}"), rf"/callbacks/\1/{MASK}"),  # whoever knows one may call there
    (re.compile(r"\b(xox[a-z]|xapp)(?:\.xox[a-z])?-[\w-]{8,}"), rf"\1-{MASK}"),  # Slack's, wherever they stand
    (re.compile(r"(//hooks\.slack\.com/\w+|//files\.slack\.com/upload)/[^\s\"'<>]+"), rf"\1/{MASK}"),
    (re.compile(r"(?i)\b(sig|signature|token|password)=[^&\s\"']+"), rf"\1={MASK}"),
)
_hidden: Final[set[str]] = set()

METRICS: Final = CollectorRegistry()
"""The house's own registry: nothing is added to the library's global one."""
JOBS: Final = Counter("imagebot_jobs", "Jobs that ended.", ("door", "kind", "provider", "status"), registry=METRICS)
JOB_SECONDS: Final = Histogram(
    "imagebot_job_seconds",
    "From acceptance to outcome.",
    ("kind", "provider"),
    buckets=(0.5, 1, 2, 4, 8, 15, 30, 60, 120, 300, 900),
    registry=METRICS,
)
REFUSALS: Final = Counter("imagebot_refusals", "Requests that the desk refused.", ("door", "reason"), registry=METRICS)
PROVIDER_CALLS: Final = Counter(
    "imagebot_provider_calls", "Calls to a provider.", ("provider", "call", "result"), registry=METRICS
)
PROVIDER_CALL_SECONDS: Final = Histogram(
    "imagebot_provider_call_seconds", "Length of a provider call.", ("provider", "call"), registry=METRICS
)
QUEUE_SECONDS: Final = Histogram(
    "imagebot_queue_seconds",
    "From acceptance to submit.",
    ("provider",),
    buckets=(0.05, 0.2, 1, 5, 15, 60, 300, 900),
    registry=METRICS,
)
OPEN_TICKETS: Final = Gauge("imagebot_open_tickets", "Tasks being polled.", ("provider",), registry=METRICS)
DELIVERIES: Final = Counter("imagebot_deliveries", "Attempts to post or edit.", ("door", "result"), registry=METRICS)
DELIVERY_SECONDS: Final = Histogram(
    "imagebot_delivery_seconds", "From outcome to its place.", ("door",), registry=METRICS
)
SPENT_CENTS: Final = Counter("imagebot_spent_cents", "US cents that providers billed.", ("provider",), registry=METRICS)


@contextmanager
def provider_call(provider: str, call: str) -> Iterator[None]:
    """Count and time one call to a provider; `call` is submit, poll or fetch, the result ok or the error's class."""
    result = "ok"
    with PROVIDER_CALL_SECONDS.labels(provider, call).time():
        try:
            yield
        except BaseException as error:
            result = type(error).__name__
            raise
        finally:
            PROVIDER_CALLS.labels(provider, call, result).inc()


def metrics_text() -> bytes:
    """All figures in Prometheus' text format."""
    return generate_latest(METRICS)


def set_up(*, level: str = "info", style: str = "auto", stream: TextIO | None = None) -> None:
    """Send every logger, structlog's and the standard library's, through one chain to `stream` (else stderr).

    level is settings.Log's; style "console" is for eyes, "json" writes one object a line, "auto" asks the stream.
    """
    out = stream or sys.stderr
    eyes = style == "console" or (style == "auto" and out.isatty())
    shared: list[Processor] = [
        structlog.contextvars.merge_contextvars,
        structlog.stdlib.add_logger_name,
        structlog.stdlib.add_log_level,
        structlog.processors.TimeStamper(fmt="%H:%M:%S" if eyes else "iso", utc=not eyes),
        structlog.processors.StackInfoRenderer(),
        structlog.processors.format_exc_info,
        veil,
    ]
    structlog.configure(
        processors=[
            structlog.stdlib.filter_by_level,
            *shared,
            structlog.stdlib.ProcessorFormatter.wrap_for_formatter,
        ],
        logger_factory=structlog.stdlib.LoggerFactory(),
        wrapper_class=structlog.stdlib.BoundLogger,
        cache_logger_on_first_use=False,  # a logger made before set_up must follow it
    )
    handler = logging.StreamHandler(out)
    handler.setFormatter(
        structlog.stdlib.ProcessorFormatter(
            foreign_pre_chain=shared,
            processors=[structlog.stdlib.ProcessorFormatter.remove_processors_meta, _renderer(out, eyes=eyes)],
        )
    )
    root = logging.getLogger()
    root.handlers[:] = [handler]
    root.setLevel(level.upper())
    _quieten(level, handler)


@contextmanager
def job_context(job: str) -> Iterator[None]:
    """Every line logged inside carries `job`, in this task and those it starts."""
    with structlog.contextvars.bound_contextvars(job=job):
        yield


def hide(secret: str) -> None:
    """Mask this text wherever it turns up in a log line from now on."""
    if len(secret) >= SHORTEST:
        _hidden.add(secret)


def veil(_logger: WrappedLogger, _method: str, line: EventDict) -> EventDict:
    """Drop what has a private name and mask what looks like a secret, also inside messages and tracebacks."""
    return {name: _veiled(value) for name, value in line.items() if name.lower() not in _PRIVATE}


def _veiled(value: Any) -> Any:
    match value:
        case str():
            for secret in _hidden:
                value = value.replace(secret, MASK)
            for pattern, mask in _PATTERNS:
                value = pattern.sub(mask, value)
            return value
        case bool() | int() | float() | None:
            return value
        case Mapping():
            return {name: _veiled(part) for name, part in value.items() if str(name).lower() not in _PRIVATE}
        case list() | tuple() | set() | frozenset():
            return [_veiled(part) for part in value]
        case logging.LogRecord():
            return value  # the formatter's own, taken out before rendering
        case _:
            return _veiled(str(value))


def _renderer(out: TextIO, *, eyes: bool) -> Processor:
    if not eyes:
        return structlog.processors.JSONRenderer(ensure_ascii=False)
    return structlog.dev.ConsoleRenderer(
        colors=out.isatty(), exception_formatter=structlog.dev.plain_traceback, pad_event_to=30
    )


class _Seldom(logging.Filter):
    """The engine's threads say the same thing ten times a second while the database is away: once a minute will do."""

    def __init__(self) -> None:
        super().__init__()
        self._told: dict[str, float] = {}

    def filter(self, record: logging.LogRecord) -> bool:
        begins = record.getMessage().partition(":")[0][:80]
        self._told = {said: at for said, at in self._told.items() if 0 <= record.created - at < AGAIN_S}
        return self._told.setdefault(begins, record.created) == record.created


def _quieten(level: str, handler: logging.Handler) -> None:
    """Libraries speak up from warnings on; aiohttp's access lines hold addresses and appear at debug alone."""
    logging.getLogger("aiohttp.access").setLevel("DEBUG" if level == "debug" else "ERROR")
    for name in ("asyncio", "alembic", "discord", "slack_bolt", "slack_sdk", "PIL", "urllib3"):
        logging.getLogger(name).setLevel("WARNING")
    engine = logging.getLogger("dbos")  # it adds a handler of its own only where it finds none
    engine.handlers[:] = [handler]
    engine.filters[:] = [_Seldom()]
    engine.propagate = False
    engine.setLevel("WARNING")
