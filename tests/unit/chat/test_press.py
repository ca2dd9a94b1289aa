from __future__ import annotations

import pytest

from bot.chat.press import SURE, Manner, Press
from bot.errors import OutdatedError
from bot.message import Button, Verb
from bot.request import ImageId

JOB, IMAGE = "0123456789abcdef", ImageId("ab" * 32)


@pytest.mark.parametrize("verb", list(Verb))
def test_every_button_that_is_made_is_understood(verb: Verb) -> None:
    found = Press.of(str(Press.on(Button(verb, "label", JOB))))
    assert (found.asks, found.job, found.sure) == (verb, JOB, False)


def test_a_factor_and_an_answer_to_a_question_come_along() -> None:
    assert Press.of(str(Press.on(Button(Verb.UPSCALE, "label", IMAGE, 4)))).factor == 4
    assert Press.of(str(Press.on(Button(Verb.UPSCALE, "label", IMAGE)))).factor is None
    assert Press.of(f"v1:delete:{JOB}:{SURE}").sure


def test_a_form_for_a_picture_names_it() -> None:
    assert Press.of(f"v1:imagine:1:{IMAGE}").image_besides == IMAGE
    assert Press.of("v1:imagine:1").image_besides is None


@pytest.mark.parametrize(
    "press", [Press("imagine", ""), Press("imagine", "2", IMAGE), Press("reference", IMAGE, "2p"), Press("again", JOB)]
)
def test_an_id_is_read_as_it_was_written(press: Press) -> None:
    assert Press.of(str(press)) == press


@pytest.mark.parametrize("text", ["", None, "hello", "v0:again:1", f"v2:again:{JOB}", "v1:again", f" v1:again:{JOB}"])
def test_an_id_of_another_version_is_out_of_date(text: object) -> None:
    with pytest.raises(OutdatedError):
        Press.of(text)


def test_a_verb_that_no_button_has_is_out_of_date() -> None:
    with pytest.raises(OutdatedError):
        _ = Press.of(f"v1:dance:{JOB}").asks


@pytest.mark.parametrize("target", ["", "0123", "0123456789ABCDEF", f"{JOB}0", "../../etc/passwd"])
def test_what_is_no_id_is_out_of_date(target: str) -> None:
    found = Press.of(f"v1:again:{target}")
    with pytest.raises(OutdatedError):
        _ = found.job
    with pytest.raises(OutdatedError):
        _ = found.image


@pytest.mark.parametrize("more", ["1", "9", "44", "x2", "sure"])
def test_what_is_no_factor_is_out_of_date(more: str) -> None:
    with pytest.raises(OutdatedError):
        _ = Press.of(f"v1:upscale:{IMAGE}:{more}").factor


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


def test_the_longest_ids_fit_the_tightest_platform() -> None:
    """Discord's 100 characters."""
    manner = str(Manner(count=4, private=True, spoiler=True))
    assert len(str(Press("imagine", manner, IMAGE))) <= 100
    assert len(str(Press("reference", IMAGE, manner))) <= 100
