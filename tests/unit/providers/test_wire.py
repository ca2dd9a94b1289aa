from __future__ import annotations

import json
from datetime import UTC, datetime
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.errors import BadKeyError, BrokenError, RejectedError, UnreachableError, UnsureError
from bot.providers._wire import (
    RETRY_AFTER_LIMIT_S,
    SAID_LIMIT,
    Answer,
    Wire,
    cents,
    complaint,
    complaints,
    retry_after_s,
)
from tests.clock import HeldClock

NOW = datetime(2026, 11, 21, 12, 0, tzinfo=UTC)


def answer(body: object, status: int = 400) -> Answer:
    raw = body if isinstance(body, bytes) else json.dumps(body).encode()
    return Answer(status=status, headers={}, body=raw)


def wire() -> Wire:
    return Wire(
        vendor="flux", base_url="https://api.bfl.ai", key="key-4711", header="x-key", clock=HeldClock(), paid_s=1
    )


@pytest.mark.parametrize(
    ("body", "said"),
    [
        ({"detail": "Not authenticated"}, "Not authenticated"),
        ({"detail": [{"loc": ["body", "width"], "msg": "too wide", "type": "x"}]}, "too wide"),
        ({"detail": [{"msg": "one"}, {"msg": "two"}]}, "one; two"),
        ({"detail": {"error": "no worker"}}, "no worker"),
        ({"detail": None, "message": "later"}, "later"),
        ({"id": "1", "name": "bad_request", "errors": ["seed: is too large", "prompt: is required"]},
         "seed: is too large; prompt: is required"),
        ({"id": "1", "name": "unauthorized", "message": "missing header"}, "missing header"),
        ({"error": "Bad", "message": ""}, "Bad"),
        ({"error": {"message": "Bad"}}, "Bad"),
        ({"status": "Error", "details": "out of memory"}, "out of memory"),
        ({"something": "else"}, ""),
        ({}, "{}"),
        (b"<html><head><title>502 Bad Gateway</title></head></html>", "a web page: 502 Bad Gateway"),
        (b"<!doctype html><p>sorry", "a web page"),
        (b"upstream connect error", "upstream connect error"),
        (b"", ""),
        (b"\xff\xfe", "��"),
        (b"[" * 100_000, "[" * 4096),
    ],
)  # fmt: skip
def test_a_complaint_is_found_in_any_shape(body: object, said: str) -> None:
    assert complaint(answer(body)) == said


NAMES = st.sampled_from(["detail", "details", "errors", "message", "error", "msg", "loc"])
LEAVES = st.none() | st.booleans() | st.floats() | st.text()


@given(st.recursive(LEAVES, lambda inner: st.lists(inner) | st.dictionaries(NAMES, inner), max_leaves=12))
def test_no_shape_of_json_breaks_the_reader(body: object) -> None:
    whole = answer(body)
    assert isinstance(complaint(whole), str)
    assert all(isinstance(text, str) for text in complaints(whole).values())


def test_complaints_are_named_after_the_vendors_fields() -> None:
    detail = [
        {"loc": ["body", "width"], "msg": "too wide"},
        {"loc": ["body", "input", 0, "x"], "msg": "nested"},
        {"loc": ["body"], "msg": "no field"},
        {"loc": "width", "msg": "not a list"},
        "text",
    ]
    assert complaints(answer({"detail": detail})) == {"width": "too wide", "input": "nested"}
    assert complaints(answer({"errors": ["seed: is: too large", "No field.", 7]})) == {"seed": "is: too large"}


def test_what_a_vendor_says_is_cut_and_holds_neither_key_nor_address() -> None:
    text = wire().mask("bad key key-4711\nsee https://delivery.bfl.ai/x?sig=secret for more " + "x" * 1000)
    assert len(text) == SAID_LIMIT
    assert text.startswith("bad key *** see https://… for more")


@pytest.mark.parametrize(
    ("value", "seconds"),
    [
        (None, None),
        ("7", 7),
        ("0.5", 0.5),
        ("-3", 0),
        ("Sat, 21 Nov 2026 12:00:30 GMT", 30),
        ("Sat, 21 Nov 2026 11:00:00 GMT", 0),
        ("99999999", RETRY_AFTER_LIMIT_S),
        ("inf", RETRY_AFTER_LIMIT_S),
        ("nan", None),
        ("soon", None),
        ("Sat, 21 Nov 2026 12:00:30 +99999999999999", None),
        ("", None),
    ],
)
def test_retry_after_is_seconds_or_a_date(value: str | None, seconds: float | None) -> None:
    assert retry_after_s(value, NOW) == seconds


@pytest.mark.parametrize(
    ("status", "body", "kind"),
    [
        (400, {}, RejectedError),
        (403, {}, BadKeyError),
        (404, {}, BrokenError),
        (302, b"", BrokenError),
        (500, {"detail": "Internal Server Error"}, UnsureError),
        (502, b"<html>", UnsureError),
        (503, {"detail": "busy"}, BrokenError),
        (503, b"<html>", UnsureError),
        (504, b"", UnsureError),
        (524, b"<html>", UnsureError),
    ],
)
def test_a_paid_call_is_unsure_wherever_a_task_may_live_on(status: int, body: object, kind: type[Exception]) -> None:
    assert type(wire().unsold(answer(body, status))) is kind


@pytest.mark.parametrize("status", [200, 302, 400, 413, 422, 500, 502, 503, 504, 524])
def test_a_look_that_found_no_answer_may_be_taken_again(status: int) -> None:
    assert type(wire().unseen(answer(b"<html>", status))) is UnreachableError


def test_fields_take_our_names() -> None:
    error = wire().unsold(answer({"errors": ["image: too small", "seed: too large"]}), {"image": "source"})
    assert isinstance(error, RejectedError)
    assert dict(error.fields) == {"source": "too small", "seed": "too large"}


@pytest.mark.parametrize(
    ("told", "is_price"), [(2.5, True), (0, True), (-1, False), (True, False), ("4", False), (1e300, False)]
)
def test_only_a_price_that_our_books_can_hold_is_a_price(told: object, is_price: bool) -> None:
    assert cents(told) == (Decimal(str(told)) if is_price else None)


@pytest.mark.parametrize("told", [float("nan"), float("inf"), 10**400, None, [4]])
def test_what_is_no_amount_is_no_price(told: object) -> None:
    assert cents(told) is None


async def test_closing_twice_is_well() -> None:
    opened = wire()
    await opened.close()
    await opened.close()
    with pytest.raises(UnreachableError):
        await opened.look("/v1/credits")
