"""The front desk over a whole house, its provider on a script: what people see, and what was bought."""

from __future__ import annotations

import asyncio
import io
from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import timedelta
from decimal import Decimal
from pathlib import Path

import pytest
from PIL import Image

from bot.errors import (
    BadValueError,
    ClosingError,
    DuplicateError,
    NotYoursError,
    PictureTooLargeError,
    PictureUnknownError,
    PlaceBusyError,
    PlaceClosedError,
    PlaceGoneError,
    PlaceShutError,
    QuotaSpentError,
    TooFastError,
    TooManyJobsError,
    UnknownModelError,
)
from bot.job import Progress, Rendered, Status, Ticket
from bot.message import Place, Tone, Verb
from bot.offer import Number
from bot.providers.catalogue import Stand
from bot.request import Enlarge, Format, ImageId, Imagine, Wish
from tests.house import ADA, BOB, MODERATOR, PAINTER, STREET, ScriptedProvider, TestHouse, house, png


@pytest.fixture
async def home(tmp_path: Path) -> AsyncIterator[TestHouse]:
    async with house(tmp_path) as opened:
        yield opened


async def imagine(home: TestHouse, prompt: str = "a lighthouse", **wish: object):
    return await home.desk.accept(Wish(prompt=prompt, **wish), by=ADA, at=STREET, event=home.ring(), asked=prompt)  # type: ignore[arg-type]


async def test_a_picture_comes_into_the_message_that_announced_it(home: TestHouse) -> None:
    job = await imagine(home, seed=42)
    reply = await home.told(job)
    assert [kind for kind, _, _ in home.street.history if kind == "post"] == ["post"]
    assert reply.tone is Tone.DONE
    assert reply.pictures[0].alt == "Picture for the words: a lighthouse"
    caption = {field.name: field.value for field in reply.fields}
    assert caption["prompt"] == "a lighthouse"
    assert caption["seed"] == "7"
    assert caption["size"] == "64 × 48"  # what came, not what was asked for
    assert caption["cost"] == "$0.03"
    assert caption["by"] == "Ada"
    assert {button.verb for button in reply.buttons} == {
        Verb.UPSCALE, Verb.AGAIN, Verb.EDIT, Verb.REFERENCE, Verb.DELETE,
    }  # fmt: skip
    assert (await home.gallery.picture(reply.pictures[0].id)).job == job
    sums = await home.store.ledger_sum()
    assert (sums.settled_cents, sums.open_cents) == (Decimal(3), 0)


async def test_a_picture_is_upscaled_and_says_what_it_answers(home: TestHouse) -> None:
    first = (await home.told(await imagine(home))).pictures[0]
    job = await home.desk.accept(Enlarge(source=first.id), by=BOB, at=STREET, event=home.ring(), asked="upscale")
    reply = await home.told(job)
    assert reply.answers is not None
    assert reply.answers.id == first.id
    assert reply.title == "Hier ist es, doppelt so groß"
    assert home.provider.orders[1].pictures == (await home.gallery.read(first.id),)


async def test_the_same_event_makes_one_job(home: TestHouse) -> None:
    job = await home.desk.accept(Wish(prompt="a"), by=ADA, at=STREET, event="e-1")
    with pytest.raises(DuplicateError) as caught:
        await home.desk.accept(Wish(prompt="a"), by=ADA, at=STREET, event="e-1")
    await home.told(job)
    assert caught.value.facts["job"] == job
    assert len(home.provider.orders) == 1


async def test_only_owner_and_moderator_may_stop_or_delete(home: TestHouse) -> None:
    job = await imagine(home)
    reply = await home.told(job)
    with pytest.raises(NotYoursError):
        await home.desk.delete(job, by=BOB)
    await home.desk.delete(job, by=MODERATOR)
    assert home.street.messages == {}
    with pytest.raises(PictureUnknownError):
        await home.desk.shown(reply.pictures[0].name)
    entries = await home.desk.history(STREET, since=1)
    assert [(entry.job, entry.reply) for entry in entries] == [(job, None)]


async def test_limits_refuse_before_anything_is_bought(tmp_path: Path) -> None:
    async with house(tmp_path, jobs_per_minute=2, pictures_per_day=3) as home:
        for _ in range(2):
            await home.told(await imagine(home))
        with pytest.raises(TooFastError):
            await imagine(home)
        home.clock.ahead += timedelta(minutes=2)
        await home.told(await imagine(home))
        home.clock.ahead += timedelta(minutes=2)
        with pytest.raises(QuotaSpentError) as caught:
            await imagine(home)
        assert caught.value.facts["limit"] == 3
        assert len(home.provider.orders) == 3


async def test_jobs_at_once_are_bounded_per_person(tmp_path: Path) -> None:
    async with house(tmp_path, concurrent_jobs=1) as home:
        job = await imagine(home)
        with pytest.raises(TooManyJobsError):
            await imagine(home)
        other = await home.desk.accept(Wish(prompt="b"), by=BOB, at=STREET, event=home.ring())
        await home.told(job)
        await home.told(other)


async def test_a_channel_that_is_not_open_is_refused(tmp_path: Path) -> None:
    async with house(tmp_path, channels={"test": ("elsewhere",)}) as home:
        with pytest.raises(PlaceClosedError):
            await imagine(home)


@pytest.mark.parametrize("error", [PlaceShutError(), PlaceGoneError()])
async def test_a_place_that_lets_nobody_in_is_found_out_before_the_purchase(
    home: TestHouse, error: PlaceShutError
) -> None:
    home.street.faults.append(error)
    with pytest.raises(type(error)):
        await imagine(home)
    assert home.provider.orders == []
    assert (await home.store.ledger_sum()).open_cents == 0


async def test_the_place_in_the_queue_is_told(home: TestHouse) -> None:
    hold = asyncio.Event()

    async def wait(ticket: Ticket) -> Rendered | Progress:
        return Rendered(link="x") if hold.is_set() else Progress("Pending")

    home.provider.on_poll = wait
    jobs = [await imagine(home) for _ in range(5)]
    view = await home.desk.view(jobs[4])
    assert view.status is Status.QUEUED
    assert view.ahead >= 2
    hold.set()
    for job in jobs:
        await home.told(job)


async def test_a_size_the_model_cannot_make_is_snapped_and_said(home: TestHouse) -> None:
    reply = await home.told(await imagine(home, width=1000, height=700))
    assert "1000x700" in reply.body.replace(" × ", "x")
    assert "992x704" in reply.body.replace(" × ", "x")


async def test_a_model_nobody_has_is_named_with_what_is_there(home: TestHouse) -> None:
    with pytest.raises(UnknownModelError) as caught:
        await imagine(home, model="dall-e")
    assert caught.value.facts["possible"] == "brush"


async def test_a_bad_value_becomes_a_sentence_with_label_and_range(home: TestHouse) -> None:
    with pytest.raises(BadValueError) as caught:
        await imagine(home, steps=99)
    notice = home.desk.notice(caught.value, locale="de", asked="/imagine x --steps 99")
    assert "1–50" in notice.body or "1-50" in notice.body
    assert notice.errors[0].name == "steps"


async def test_an_upscale_beyond_the_provider_is_refused_with_its_limit(home: TestHouse) -> None:
    picture = await home.desk.keep(png(1200, 300), by=ADA)
    with pytest.raises(PictureTooLargeError) as caught:
        await home.desk.accept(Enlarge(source=picture.id), by=ADA, at=STREET, event=home.ring())
    assert caught.value.facts["limit"] == "1024x1024"


async def test_a_factor_that_only_fits_smaller_pictures_falls_to_one_that_fits(home: TestHouse) -> None:
    picture = await home.desk.keep(png(1000, 800), by=ADA)
    with pytest.raises(PictureTooLargeError):
        await home.desk.accept(Enlarge(source=picture.id, factor=4), by=ADA, at=STREET, event=home.ring())
    job = await home.desk.accept(Enlarge(source=picture.id), by=ADA, at=STREET, event=home.ring())
    await home.told(job)
    assert home.provider.orders[0].request.factor == 2  # type: ignore[union-attr]


async def test_an_unknown_picture_cannot_be_upscaled(home: TestHouse) -> None:
    with pytest.raises(PictureUnknownError):
        await home.desk.accept(Enlarge(source=ImageId("0" * 64)), by=ADA, at=STREET, event=home.ring())


async def test_reference_pictures_reach_the_provider(home: TestHouse) -> None:
    picture = await home.desk.keep(png(300, 300), by=ADA)
    await home.told(await imagine(home, references=(picture.id,)))
    assert len(home.provider.orders[0].pictures) == 1
    with pytest.raises(BadValueError):
        await imagine(home, references=(picture.id, picture.id))


async def test_nothing_is_taken_while_closing(home: TestHouse) -> None:
    home.desk.close()
    with pytest.raises(ClosingError):
        await imagine(home)


async def test_the_history_of_a_place_holds_its_messages_only(home: TestHouse) -> None:
    job = await imagine(home)
    elsewhere = await home.desk.accept(Wish(prompt="b"), by=ADA, at=Place("test", "b"), event=home.ring())
    await home.told(job)
    await home.told(elsewhere)
    entries = await home.desk.history(STREET)
    assert [entry.job for entry in entries] == [job]
    assert entries[0].reply is not None
    assert entries[0].reply.tone is Tone.DONE


async def test_again_with_another_provider_drops_what_only_the_first_one_knew(home: TestHouse) -> None:
    job = await imagine(home, steps=40, prompt_upsampling=True)
    await home.told(job)
    other = replace(
        PAINTER, provider="other", model="chalk", controls=(Number(name="steps", low=1, high=10, default=4),)
    )
    home.catalogue._stands["other"] = Stand(
        name="other", title="Other", variable=None, settings=None, provider=ScriptedProvider("other", (other,))
    )
    home.catalogue.switch_off("scripted")
    request = (await home.store.job(await home.desk.again(job, by=ADA, at=STREET, event=home.ring()))).request
    assert isinstance(request, Imagine)
    assert (request.steps, request.ignored) == (4, ())


async def test_a_number_out_of_range_is_answered_with_all_digits_of_the_limit(home: TestHouse) -> None:
    with pytest.raises(BadValueError) as caught:
        await imagine(home, seed=5_000_000_000)
    assert caught.value.facts["allowed"] == "0–4294967294"


async def test_the_place_sets_the_ceiling_of_the_safety_tolerance(home: TestHouse) -> None:
    loose = replace(PAINTER, controls=(Number(name="safety_tolerance", low=0, high=6, default=4),))
    home.provider.offers = (loose,)
    strict = replace(STREET, safety_ceiling=2)
    with pytest.raises(BadValueError) as refused:
        await home.desk.accept(Wish(prompt="a", safety_tolerance=3), by=ADA, at=strict, event=home.ring())
    assert refused.value.facts["allowed"] == "0–2"
    job = await home.desk.accept(Wish(prompt="a"), by=ADA, at=strict, event=home.ring())
    request = (await home.desk.view(job)).request
    assert isinstance(request, Imagine)
    assert request.safety_tolerance == 2


async def test_a_picture_is_found_behind_every_message_that_shows_it(home: TestHouse) -> None:
    job = await imagine(home)
    picture = (await home.told(job)).pictures[0]
    receipt = (await home.desk.view(job)).receipt
    assert receipt is not None
    assert await home.desk.behind(receipt) == picture.id
    assert await home.desk.behind(replace(receipt, handle="of somebody else")) is None


async def test_a_person_sees_their_own_jobs_and_which_of_them_could_be_told_nowhere(home: TestHouse) -> None:
    await home.told(await home.desk.accept(Wish(prompt="b"), by=BOB, at=STREET, event=home.ring()))
    home.street.faults = [PlaceBusyError(), PlaceShutError()]
    lost = await imagine(home)
    async with asyncio.timeout(20):
        while not (await home.store.record(lost)).untold:
            await home.desk.wait(lost, 0.05)
    first = await home.desk.mine(ADA)
    await home.desk.seen(first)
    second = await home.desk.mine(ADA)
    assert [(view.id, view.untold) for view in first] == [(lost, True)]
    assert [(view.id, view.untold) for view in second] == [(lost, False)]
    assert first[0].picture is not None


async def test_a_deleted_job_is_not_among_mine(home: TestHouse) -> None:
    job = await imagine(home)
    await home.told(job)
    await home.desk.delete(job, by=ADA)
    assert await home.desk.mine(ADA) == []


async def test_a_picture_that_is_too_large_for_a_place_is_cut_down_and_says_so(home: TestHouse) -> None:
    noise = io.BytesIO()
    Image.effect_noise((900, 900), 80).convert("RGB").save(noise, "PNG")
    kept = await home.desk.keep(noise.getvalue(), by=ADA)
    whole = await home.desk.fitted(kept, max_bytes=10_000_000)
    assert (len(whole.file), whole.whole) == (kept.size_bytes, True)
    small = await home.desk.fitted(kept, max_bytes=200_000)
    assert small.whole is False
    assert len(small.file) <= 200_000
    assert Image.open(io.BytesIO(small.file)).format == "WEBP"


async def test_a_picture_of_a_type_that_a_place_does_not_show_is_whole_in_another_and_fits(home: TestHouse) -> None:
    noise = io.BytesIO()
    Image.effect_noise((900, 900), 80).convert("RGB").save(noise, "WEBP")
    kept = await home.desk.keep(noise.getvalue(), by=ADA)
    shown = (Format.PNG, Format.JPEG)
    whole = await home.desk.fitted(kept, max_bytes=10_000_000, formats=shown)
    assert (whole.format, whole.whole) == (Format.PNG, True)
    small = await home.desk.fitted(kept, max_bytes=200_000, formats=shown)
    assert (small.format, small.whole) == (Format.JPEG, False)
    assert Image.open(io.BytesIO(small.file)).format == "JPEG"
    assert len(small.file) <= 200_000


async def test_about_tells_what_is_left_today(tmp_path: Path) -> None:
    async with house(tmp_path, pictures_per_day=3) as home:
        assert "3 of 3" in (await home.desk.about(ADA)).body
        await imagine(home)
        assert "2 of 3" in (await home.desk.about(ADA)).body
        assert "Brush" in [field.label for field in (await home.desk.about(ADA)).fields]


async def test_the_question_which_picture_has_a_button_for_each(home: TestHouse) -> None:
    kept = [await home.desk.keep(png(colour=colour), by=ADA) for colour in ("red", "green")]
    asked = home.desk.which(kept, Verb.UPSCALE, locale="de", factor=4)
    assert [(each.label, each.target, each.factor) for each in asked.buttons] == [
        ("Bild 1", kept[0].id, 4),
        ("Bild 2", kept[1].id, 4),
    ]


async def test_a_wish_whose_asker_is_gone_by_the_time_that_it_is_written_keeps_no_money(
    home: TestHouse, monkeypatch: pytest.MonkeyPatch
) -> None:
    accept = home.store.accept

    async def given_up(*args: object, **named: object) -> int:
        await accept(*args, **named)  # type: ignore[arg-type]
        raise asyncio.CancelledError

    monkeypatch.setattr(home.store, "accept", given_up)
    with pytest.raises(asyncio.CancelledError):
        await imagine(home)
    assert [record.status for record in await home.store.jobs()] == [Status.CANCELLED]
    assert (await home.store.ledger_sum()).open_cents == 0
    assert home.street.messages == {}
