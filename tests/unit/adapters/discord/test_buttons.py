from __future__ import annotations

from types import SimpleNamespace
from typing import Any

import pytest

from adapters.discord.buttons import Press
from adapters.discord.render import custom_id
from adapters.discord.visit import Manner
from bot.errors import OutdatedError
from bot.message import Button, Verb

JOB, IMAGE = "0123456789abcdef", "ab" * 32


def press(custom_id: object) -> Press:
    event: Any = SimpleNamespace(data={"custom_id": custom_id})
    return Press.of(event)


@pytest.mark.parametrize("verb", list(Verb))
def test_every_button_that_is_made_is_understood(verb: Verb) -> None:
    found = press(custom_id(Button(verb, "label", JOB)))
    assert (Verb(found.verb), found.job, found.sure) == (verb, JOB, False)


def test_a_factor_and_an_answer_to_a_question_come_along() -> None:
    assert press(custom_id(Button(Verb.UPSCALE, "label", IMAGE, 4))).factor == 4
    assert press(custom_id(Button(Verb.UPSCALE, "label", IMAGE))).factor is None
    assert press(f"v1:delete:{JOB}:sure").sure


@pytest.mark.parametrize("text", ["", None, "hello", "v0:again:1", f"v2:again:{JOB}", "v1:again", f" v1:again:{JOB}"])
def test_an_id_of_another_version_is_out_of_date(text: object) -> None:
    with pytest.raises(OutdatedError):
        press(text)


@pytest.mark.parametrize("target", ["", "0123", "0123456789ABCDEF", f"{JOB}0", "../../etc/passwd"])
def test_what_is_no_id_is_out_of_date(target: str) -> None:
    found = press(f"v1:again:{target}")
    with pytest.raises(OutdatedError):
        _ = found.job
    with pytest.raises(OutdatedError):
        _ = found.image


@pytest.mark.parametrize("more", ["1", "9", "44", "x2", "sure"])
def test_what_is_no_factor_is_out_of_date(more: str) -> None:
    with pytest.raises(OutdatedError):
        _ = press(f"v1:upscale:{IMAGE}:{more}").factor


@pytest.mark.parametrize(
    ("manner", "written"),
    [
        (Manner(), "1"),
        (Manner(count=4, private=True, spoiler=True), "4ps"),
        (Manner(spoiler=True), "1s"),
        (Manner(private=True), "1p"),
    ],
)
def test_the_manner_of_asking_travels_in_a_forms_id(manner: Manner, written: str) -> None:
    assert str(manner) == written
    assert Manner.of(written) == manner


@pytest.mark.parametrize("written", ["", "0", "p", "1x", "1sp", "10"])
def test_a_manner_that_nobody_wrote_is_out_of_date(written: str) -> None:
    with pytest.raises(OutdatedError):
        Manner.of(written)


def test_the_longest_ids_fit() -> None:
    assert len(f"v1:imagine:{Manner(count=4, private=True, spoiler=True)}:{IMAGE}") <= 100
    assert len(f"v1:reference:{IMAGE}:{Manner(count=4, private=True, spoiler=True)}") <= 100
