"""What people read in the end and on the way: every kind of end, in every language, against tests/unit/golden.

`python -m tests.unit.test_reply` writes the golden files anew; read the difference before it is committed.
"""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime
from decimal import Decimal
from pathlib import Path
from typing import Final

import pytest

from bot.errors import (
    BadValueError,
    BotError,
    DiskFullError,
    HouseError,
    NoOfferError,
    OverdueError,
    ProviderError,
    QuotaSpentError,
    RejectedError,
    UnsureError,
    VanishedError,
    WorkerDiedError,
    key_of,
)
from bot.job import Cancelled, Failed, Finished, Job, JobId, Moderated, Outcome, Progress, Ticket, Where
from bot.message import Button, Picture, Reply, Tone, Verb
from bot.record import ERRORS
from bot.reply import Replies, Standing
from bot.request import ImageId, Imagine, Ratio, Shape, Upscale
from bot.words import Words
from tests.clock import HeldClock
from tests.house import ADA, PAINTER, STREET

GOLDEN: Final = Path(__file__).parent / "golden"
LANGUAGES: Final = ("de", "en")
IMAGE: Final = ImageId("ab" * 32)
PICTURE: Final = Picture(IMAGE, f"{IMAGE}.webp", "a fox", 1440, 960)
TICKET: Final = Ticket("scripted", "task-1")
REPLIES: Final = Replies(Words.load(HeldClock(), strict=True))
PAINTED: Final = Imagine(
    prompt="a fox at dawn",
    shape=Shape(1440, 960),
    seed=7,
    steps=28,
    guidance=3.5,
    prompt_upsampling=True,
    raw=False,
)
JOB: Final = Job(
    id=JobId("0123456789abcdef"),
    request=PAINTED,
    provider="scripted",
    model="brush",
    by=ADA,
    at=STREET,
    accepted_at=datetime(2026, 11, 21, 12, tzinfo=UTC),
    deadline_s=60,
    reserved_cents=Decimal(4),
    event="e-1",
    asked="/imagine a fox at dawn",
)
ENDS: Final[dict[str, Outcome]] = {
    "finished": Finished(image=IMAGE, seed=9, cost_cents=Decimal("2.5"), word="Ready"),
    "finished for nothing": Finished(image=IMAGE, cost_cents=Decimal(0)),
    "finished at a price nobody knows": Finished(image=IMAGE),
    "finished as a sketch": Finished(image=IMAGE, cost_cents=Decimal(0), notes={"understood": "fox, dawn"}),
    "finished as an abstract sketch": Finished(image=IMAGE, cost_cents=Decimal(0), notes={"understood": ""}),
    "moderated words": Moderated(where=Where.PROMPT, word="Request Moderated"),
    "moderated source": Moderated(where=Where.SOURCE, word="content_moderation"),
    "moderated picture": Moderated(where=Where.IMAGE, reasons=("Violence", "Gore"), word="Content Moderated"),
    "failed": Failed.by(ProviderError()),
    "failed at a field": Failed.by(RejectedError(fields={"width": "too wide", "unheard_of": "no"})),
    "failed and billed": replace(Failed.by(DiskFullError()), cost_cents=Decimal(4), word="Ready"),
    "failed here": Failed.by(HouseError()),
    "worker died": Failed.by(WorkerDiedError()),
    "overdue for nothing": Failed.by(OverdueError(deadline_s=60.0)),
    "unsure": Failed.by(UnsureError(step="submit.1")),
    "unsure and overdue": replace(Failed.by(OverdueError(deadline_s=120.0)), unsure=True),
    "unsure and vanished": replace(Failed.by(VanishedError()), unsure=True),
    "unsure by our own fault": replace(Failed.by(HouseError()), unsure=True),
    "unsure because it was switched off": replace(Failed.by(NoOfferError(kind="")), unsure=True),
    "cancelled": Cancelled(),
    "cancelled and billed": Cancelled(cost_cents=Decimal("4.25")),
}
UPSCALED: Final[dict[str, Outcome]] = {
    f"upscaled by {engine}": Finished(image=IMAGE, cost_cents=Decimal(0), notes={"engine": engine})
    for engine in ("ncnn", "numpy", "lanczos")
}


def spoken(locale: str) -> Job:
    return replace(JOB, by=replace(ADA, locale=locale))


def upscaled(locale: str) -> Job:
    return replace(spoken(locale), request=Upscale(source=IMAGE, factor=4))


def end(job: Job, outcome: Outcome) -> Reply:
    return REPLIES.ended(
        job,
        outcome,
        offer=PAINTER,
        ticket=TICKET,
        picture=PICTURE if isinstance(outcome, Finished) else None,
        answers=None,
        took_s=12.34,
        other_providers_on=False,
        takes_references=True,
    )


def written(name: str, reply: Reply) -> str:
    """A Reply as lines that a person can read through."""
    lines = [f"# {name} [{reply.tone.value}]", reply.title, *reply.body.splitlines()]
    for heading, fields in (("", reply.fields), ("details: ", reply.details), ("at fault: ", reply.errors)):
        lines += [heading + " | ".join(f"{field.label}: {field.value}" for field in fields)] if fields else []
    lines += ["[" + "] [".join(button.label for button in reply.buttons) + "]"] if reply.buttons else []
    return "\n".join(lines)


def book(locale: str) -> str:
    """All of it in one language."""
    job = spoken(locale)
    snapped = replace(job, request=replace(PAINTED, asked=Ratio(3, 2), ignored=("raw", "steps")))
    said = [
        *(written(name, end(job, outcome)) for name, outcome in ENDS.items()),
        *(written(name, end(upscaled(locale), outcome)) for name, outcome in UPSCALED.items()),
        written("snapped, with flags in vain", end(snapped, ENDS["finished"])),
        *(written(name, REPLIES.working(job, PAINTER, standing, None)) for name, standing in STANDINGS.items()),
        written("enlarging", REPLIES.working(upscaled(locale), None, Standing(), None)),
        *(written(name, REPLIES.notice(error, locale=locale)) for name, error in NOTICES.items()),
        written("help", REPLIES.help(locale, (PAINTER, replace(PAINTER, price_cents=None, model="pen", title="Pen")))),
    ]
    return "\n\n".join(said) + "\n"


STANDINGS: Final = {
    "next in the queue": Standing(ahead=0),
    "in the queue": Standing(ahead=3),
    "handing in": Standing(),
    "at work": Standing(progress=Progress("Generating", 0.5), ticket=TICKET),
    "stopping": Standing(stopping=True, progress=Progress("Generating", 0.5), ticket=TICKET),
}
NOTICES: Final[dict[str, BotError]] = {
    "a bad value": BadValueError(field="guidance", value=9, allowed="1.5–5"),
    "a quota": QuotaSpentError(limit=3, retry_at=datetime(2026, 11, 22, tzinfo=UTC)),
    "a lost answer": UnsureError(),
    "a provider's complaint": RejectedError(fields={"seed": "too large"}),
}


@pytest.mark.parametrize("locale", LANGUAGES)
def test_every_reply_reads_as_agreed(locale: str) -> None:
    assert book(locale) == (GOLDEN / f"replies.{locale}.txt").read_text("utf-8")


@pytest.mark.parametrize("locale", LANGUAGES)
@pytest.mark.parametrize("kind", ERRORS.values(), ids=ERRORS)
def test_a_job_can_end_with_any_error_of_ours_sure_or_not(kind: type[BotError], locale: str) -> None:
    failed = Failed(key=key_of(kind), facts=FACTS)
    for outcome in (failed, replace(failed, unsure=True), replace(failed, cost_cents=Decimal(4))):
        reply = end(spoken(locale), outcome)
        assert reply.body
        assert "{" not in reply.body


FACTS: Final[dict[str, str | int | float | bool | None]] = {
    "door": "discord",
    "field": "seed", "label": "Seed", "value": "x", "allowed": "0–9", "flag": "--x", "possible": "--y", "meant": None,
    "model": "m", "kind": "imagine", "limit": 3, "length": 9, "retry_at": "2026-11-21T12:30:00+00:00",
    "deadline_s": 60.0, "width": 9, "height": 9, "size_bytes": 9, "limit_bytes": 9, "provider": "p", "job": "j",
    "step": "submit.1", "command": "/invite @imagebot",
    "of": "team", "per": "month", "limit_cents": 50, "left_cents": None, "cost_cents": 4,
}  # fmt: skip


@pytest.mark.parametrize(("name", "outcome"), [*ENDS.items(), *UPSCALED.items()])
def test_buttons_fit_the_end(name: str, outcome: Outcome) -> None:
    for job in (JOB, upscaled("en")):
        reply = end(job, outcome)
        verbs = [button.verb for button in reply.buttons]
        assert Verb.DELETE in verbs
        assert Verb.CANCEL not in verbs
        assert (Verb.RETRY in verbs) == (reply.tone is Tone.UNSURE)
        assert (Verb.UPSCALE in verbs) == (reply.tone is Tone.DONE)
        assert all(button.target for button in reply.buttons)
        assert not (isinstance(job.request, Upscale) and Verb.EDIT in verbs)


@pytest.mark.parametrize(("name", "outcome"), ENDS.items())
def test_only_what_surely_cost_nothing_is_said_to_have_cost_nothing(name: str, outcome: Outcome) -> None:
    body = end(JOB, outcome).body
    costly = isinstance(outcome, Failed | Cancelled) and (
        outcome.cost_cents is not None or (isinstance(outcome, Failed) and outcome.unsure)
    )
    assert not (costly and ("othing was charged" in body or "cost nothing" in body or "not charged" in body))


def test_a_finished_picture_that_was_deleted_meanwhile_has_no_upscale_button() -> None:
    reply = REPLIES.ended(
        JOB,
        ENDS["finished"],
        offer=None,
        ticket=None,
        picture=None,
        answers=None,
        took_s=None,
        other_providers_on=True,
        takes_references=True,
    )
    assert reply.pictures == ()
    assert Button(Verb.UPSCALE, "Upscale", "") not in reply.buttons
    assert all(button.target for button in reply.buttons)


@pytest.mark.parametrize(("where", "again"), [(Where.IMAGE, True), (Where.PROMPT, False)])
def test_another_seed_is_offered_where_the_picture_was_refused_and_not_the_words(where: Where, again: bool) -> None:
    verbs = [button.verb for button in end(JOB, Moderated(where=where)).buttons]
    assert (Verb.AGAIN in verbs) == again
    assert Verb.AGAIN not in [button.verb for button in end(upscaled("en"), Moderated(where=where)).buttons]


def test_where_no_model_paints_after_a_picture_no_button_promises_it() -> None:
    reply = REPLIES.ended(
        JOB, ENDS["finished"], offer=PAINTER, ticket=None, picture=PICTURE, answers=None, took_s=None,
        other_providers_on=True, takes_references=False,
    )  # fmt: skip
    assert Verb.REFERENCE not in [button.verb for button in reply.buttons]


def test_models_of_our_own_making_have_a_name_in_every_language() -> None:
    sketch = replace(PAINTER, provider="local", model="sketch", title="Offline sketch")
    assert [REPLIES.title(locale, sketch) for locale in ("en", "de")] == ["Offline sketch", "Offline-Skizze"]
    assert REPLIES.title("de", PAINTER) == PAINTER.title


def test_the_alt_text_fits_every_door() -> None:
    long = replace(JOB, request=replace(PAINTED, prompt="x" * 2000))
    assert len(REPLIES.alt(long)) == 1000
    assert REPLIES.alt(upscaled("de"), "ein Fuchs") == "Vergrößertes Bild zu den Worten: ein Fuchs"


if __name__ == "__main__":
    GOLDEN.mkdir(exist_ok=True)
    for language in LANGUAGES:
        (GOLDEN / f"replies.{language}.txt").write_text(book(language), "utf-8")
