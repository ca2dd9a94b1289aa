"""What is written comes back as it was: every value and every error, whatever they hold."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot import errors
from bot.errors import BotError, DeliveryError, HouseError, ProviderError, ThrottledError
from bot.job import Cancelled, Failed, Finished, Job, Moderated, Progress, Rendered, Ticket
from bot.message import Person, Place, Receipt, Reply
from bot.record import VALUES, decode, decode_error, encode, encode_error
from bot.request import Imagine, Ratio, Shape

ERRORS = sorted(
    (kind for kind in vars(errors).values() if isinstance(kind, type) and issubclass(kind, BotError)),
    key=lambda kind: kind.__name__,
)
text = st.text(st.characters(exclude_categories=["Cs"]), max_size=20)
moments = st.datetimes(
    min_value=datetime(2000, 1, 1), max_value=datetime(2100, 1, 1), timezones=st.just(UTC)  # noqa: DTZ001
)  # fmt: skip
cents = st.decimals(min_value=0, max_value=10_000, places=4)
plain = st.one_of(text, st.integers(-(2**53), 2**53), st.floats(allow_nan=False, allow_infinity=False), st.booleans())
st.register_type_strategy(str, text)
st.register_type_strategy(Decimal, cents)
st.register_type_strategy(datetime, moments)
st.register_type_strategy(float, st.floats(allow_nan=False, allow_infinity=False))
st.register_type_strategy(Ratio, st.builds(Ratio, st.integers(1, 5000), st.integers(1, 5000)))
st.register_type_strategy(Shape, st.builds(Shape, st.integers(1, 5000), st.integers(1, 5000)))
facts = st.dictionaries(text, st.one_of(st.none(), plain), max_size=3)
texts = st.dictionaries(text, text, max_size=2)
with_mappings = {
    Failed: st.builds(Failed, facts=facts, fields=texts),
    Finished: st.builds(Finished, notes=texts),
    Rendered: st.builds(Rendered, notes=texts),
}
values = st.one_of(*(with_mappings.get(kind, st.from_type(kind)) for kind in VALUES.values()))


def through_json(value: Any) -> Any:
    return json.loads(json.dumps(value))


@settings(max_examples=300, deadline=None)
@given(values)
def test_a_value_comes_back_as_it_was(value: Any) -> None:
    assert decode(through_json(encode(value))) == value


def test_every_value_that_a_step_may_bring_home_can_be_written() -> None:
    steps = {Ticket, Rendered, Moderated, Finished, Failed, Cancelled}
    assert steps | {Job, Progress, Person, Place, Receipt, Reply} == set(VALUES.values())


def test_a_value_of_another_kind_is_refused() -> None:
    with pytest.raises(TypeError):
        decode(encode(Ticket("flux", "t")), Person)
    with pytest.raises(KeyError):
        encode(Imagine(prompt="a", shape=Shape(1, 1), seed=1))


def test_what_a_later_release_adds_is_ignored() -> None:
    assert decode(encode(Ticket("flux", "t")) | {"region": "eu"}) == Ticket("flux", "t")


@pytest.mark.parametrize("kind", ERRORS, ids=lambda kind: kind.__name__)
def test_an_error_comes_back_as_its_own_class_with_its_facts(kind: type[BotError]) -> None:
    facts: dict[str, Any] = {"limit": 3, "label": "seed", "left": None, "ratio": 0.5, "free": True}
    error = kind("what happened", **facts)
    back = decode_error(through_json(encode_error(error)))
    assert type(back) is kind
    assert str(back) == "what happened"
    assert back.facts == facts


def test_a_pause_and_the_fields_come_back_too() -> None:
    error = ProviderError("no", said="no", retry_after_s=2.5, fields={"width": "too wide"})
    back = decode_error(through_json(encode_error(error)))
    assert isinstance(back, ProviderError)
    assert (back.retry_after_s, back.fields) == (2.5, {"width": "too wide"})
    busy = decode_error(through_json(encode_error(DeliveryError(retry_after_s=7))))
    assert isinstance(busy, DeliveryError)
    assert busy.retry_after_s == 7


def test_moments_and_money_among_the_facts_stay_readable() -> None:
    later = datetime(2026, 11, 21, tzinfo=UTC) + timedelta(minutes=5)
    back = decode_error(through_json(encode_error(ThrottledError(retry_at=later, price=Decimal("2.50")))))
    assert datetime.fromisoformat(str(back.facts["retry_at"])) == later
    assert Decimal(str(back.facts["price"])) == Decimal("2.50")


@pytest.mark.parametrize("name", ["LanguageOfTomorrowError", "Mapping", "re", "annotations", "key_of"])
def test_an_error_that_this_release_does_not_know_is_our_own_fault(name: str) -> None:
    written = encode_error(HouseError()) | {"is": name}
    assert type(decode_error(written)) is HouseError
