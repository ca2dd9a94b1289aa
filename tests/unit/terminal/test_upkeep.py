"""What an operator does to the jobs from another terminal, on both databases, while a bot has them open."""

from __future__ import annotations

import asyncio
import re
from collections.abc import AsyncIterator
from datetime import timedelta
from decimal import Decimal
from pathlib import Path

import pytest
from click import ClickException

from bot import policy
from bot.app import database_url, read_settings
from bot.errors import JobUnknownError, RejectedError, SettingsError
from bot.job import Failed, Finished, Job, JobId, Moderated, Outcome, Status, Where
from bot.message import Tone
from bot.policy import Limits
from bot.providers import Order
from bot.request import ImageId, Wish
from bot.settings import Settings
from bot.spending import Spent, Tab
from bot.store import Store
from bot.terminal import upkeep
from bot.words import Words
from tests.clock import ShiftedClock
from tests.house import ADA, STREET, all_words, house
from tests.unit.store.made import anything_goes, drawn, made_job
from tests.wire.living import HastyClock, soon

FINISHED = Finished(image=ImageId("ab" * 32), cost_cents=Decimal("2.25"), word="Ready")
DAY = Tab("team", "2026-11-21")


@pytest.fixture
def clock() -> ShiftedClock:
    return ShiftedClock()


@pytest.fixture
def words() -> Words:
    return all_words()


@pytest.fixture(params=["sqlite", "postgresql"])
def settings(request: pytest.FixtureRequest, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Settings:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("COLUMNS", "60")
    monkeypatch.setenv("IMAGEBOT__STORE__DATA_DIR", str(tmp_path))
    if request.param == "postgresql":
        monkeypatch.setenv("IMAGEBOT__STORE__DATABASE_URL", request.getfixturevalue("postgres_url"))
    return read_settings(None)


@pytest.fixture
async def store(settings: Settings, clock: ShiftedClock) -> AsyncIterator[Store]:
    """The book as a running bot has it."""
    opened = await Store.open(database_url(settings), clock=clock)
    await opened.enter(worker=True, doors=("web",))
    await opened.lanes(("flux",))
    yield opened
    await opened.leave()
    await opened.close()


async def accepted(store: Store, clock: ShiftedClock) -> Job:
    job = made_job(clock, reserved_cents=Decimal(3), tabs=(DAY,))
    await store.accept(job, anything_goes, draw=drawn)
    await store.announced(job.id, None)
    return job


async def ended(store: Store, clock: ShiftedClock, outcome: Outcome, *, told: bool = True) -> JobId:
    job = (await accepted(store, clock)).id
    assert await store.begin(job)
    assert await store.submitting(job)
    assert await store.finish(job, outcome)
    if told:
        await store.delivered(job)
    return job


async def test_jobs_are_listed_with_their_whole_ids(
    store: Store, settings: Settings, words: Words, clock: ShiftedClock, capsys: pytest.CaptureFixture[str]
) -> None:
    await upkeep.list_jobs(settings, words, "en", None, 20)
    assert "There are no jobs yet." in capsys.readouterr().out
    waiting, failed = (await accepted(store, clock)).id, await ended(store, clock, Failed(key="broken"))
    await upkeep.list_jobs(settings, words, "en", None, 20)
    said = capsys.readouterr().out
    assert waiting in said
    assert failed in said
    await upkeep.list_jobs(settings, words, "en", Status.FAILED, 20)
    said = capsys.readouterr().out
    assert waiting not in said
    assert failed in said
    await upkeep.list_jobs(settings, words, "en", Status.UNSURE, 20)
    assert "No job is unsure." in capsys.readouterr().out


@pytest.mark.parametrize(
    ("tongue", "standings", "none"),
    [
        ("en", {"queued", "failed", "finished", "unsure"}, "No job is cancelled."),
        ("de", {"wartet", "gescheitert", "fertig", "ungewiss"}, "Kein Auftrag hat den Stand „abgebrochen“."),
    ],
)
async def test_how_jobs_stand_is_said_in_the_readers_language(
    store: Store, settings: Settings, words: Words, clock: ShiftedClock, capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch, tongue: str, standings: set[str], none: str,
) -> None:  # fmt: skip
    monkeypatch.setenv("COLUMNS", "80")
    await accepted(store, clock)
    for outcome in (Failed(key="broken"), FINISHED, Failed(key="overdue", unsure=True)):
        await ended(store, clock, outcome)
    await upkeep.list_jobs(settings, words, tongue, None, 20)
    rows = [row.split() for row in capsys.readouterr().out.splitlines() if re.match("[0-9a-f]{16} ", row)]
    assert {standing for _, standing, *_ in rows} == standings
    assert {made for _, _, made, *_ in rows} == {f"{clock.now():%Y-%m-%d}"}
    await upkeep.list_jobs(settings, words, tongue, Status.CANCELLED, 20)
    assert none in capsys.readouterr().out


async def test_stuck_is_what_is_late_untold_or_unsure(
    store: Store, settings: Settings, words: Words, clock: ShiftedClock, capsys: pytest.CaptureFixture[str]
) -> None:
    clock.ahead = -timedelta(minutes=20)
    late = (await accepted(store, clock)).id
    untold = await ended(store, clock, FINISHED, told=False)
    told = await ended(store, clock, FINISHED)
    clock.ahead = timedelta()
    unsure = await ended(store, clock, Failed(key="overdue", unsure=True))
    young, fresh = (await accepted(store, clock)).id, await ended(store, clock, FINISHED, told=False)
    await upkeep.list_stuck(settings, words, "en", 20)
    said = capsys.readouterr().out
    assert [job for job in (late, untold, told, unsure, young, fresh) if job in said] == [late, untold, unsure]


async def test_nothing_stuck_is_said(
    store: Store, settings: Settings, words: Words, clock: ShiftedClock, capsys: pytest.CaptureFixture[str]
) -> None:
    await accepted(store, clock)
    await upkeep.list_stuck(settings, words, "de", 20)
    assert "Nichts hängt" in capsys.readouterr().out


@pytest.mark.parametrize("outcome", [Failed(key="broken"), Moderated(where=Where.PROMPT)])
async def test_a_job_without_a_picture_gets_another_turn_and_another_hold(
    store: Store, settings: Settings, words: Words, clock: ShiftedClock, outcome: Outcome
) -> None:
    job = await ended(store, clock, outcome)
    assert (await store.spent((DAY,)))[DAY].cents == 0
    await upkeep.rerun(settings, words, "en", job)
    today = Tab("team", f"{clock.now():%Y-%m-%d}")
    assert (await store.spent((today,)))[today].cents == 3
    (turn,) = await store.give_turns("flux", 1, limit=1)
    assert (turn.job, turn.attempt) == (job, 1)
    assert await store.finish(job, FINISHED)
    assert await store.unbalanced() == ()


async def test_what_two_terminals_run_again_at_once_is_held_once(
    store: Store, settings: Settings, words: Words, clock: ShiftedClock
) -> None:
    for _ in range(5):
        job = await ended(store, clock, Failed(key="broken"))
        acts = (upkeep.rerun(settings, words, "en", job) for _ in range(3))
        ends = await asyncio.gather(*acts, return_exceptions=True)
        assert [end is None for end in ends].count(True) == 1
        assert (await store.record(job)).attempt == 1
        assert await store.finish(job, FINISHED)
    assert await store.unbalanced() == ()


async def test_what_runs_again_counts_on_the_day_it_does(
    store: Store, settings: Settings, words: Words, clock: ShiftedClock
) -> None:
    clock.ahead = -timedelta(days=40)
    before = policy.tabs(ADA, STREET, clock.now(), Limits(), model="flux/flux-dev")
    job = made_job(clock, by=ADA, at=STREET, reserved_cents=Decimal(3), tabs=before)
    await store.accept(job, anything_goes, draw=drawn)
    await store.finish(job.id, Failed(key="broken"))
    clock.ahead = timedelta()
    now = policy.tabs(ADA, STREET, clock.now(), Limits(), model="flux/flux-dev")
    await upkeep.rerun(settings, words, "en", job.id)
    assert set((await store.spent(before)).values()) == {Spent()}
    assert set((await store.spent(now)).values()) == {Spent(1, Decimal(3))}
    assert await store.finish(job.id, FINISHED)
    assert set((await store.spent(now)).values()) == {Spent(1, Decimal("2.25"))}
    assert await store.unbalanced() == ()


@pytest.mark.parametrize("status", [Status.QUEUED, Status.FINISHED, Status.UNSURE])
async def test_a_job_that_may_have_a_picture_is_not_run_again(
    store: Store, settings: Settings, words: Words, clock: ShiftedClock, status: Status
) -> None:
    match status:
        case Status.QUEUED:
            job = (await accepted(store, clock)).id
        case Status.UNSURE:
            job = await ended(store, clock, Failed(key="overdue", unsure=True))
        case _:
            job = await ended(store, clock, FINISHED)
    with pytest.raises(ClickException, match=f"{job} cannot run again: it is {status.value}"):
        await upkeep.rerun(settings, words, "en", job)
    assert (await store.record(job)).status is status


async def test_a_job_that_is_not_there_is_said(store: Store, settings: Settings, words: Words) -> None:
    for act in (upkeep.rerun(settings, words, "en", "0" * 16), settled(settings, words, JobId("0" * 16))):
        with pytest.raises(JobUnknownError):
            await act


async def settled(settings: Settings, words: Words, job: JobId, cents: Decimal | None = None) -> None:
    await upkeep.settle(settings, words, "en", job, charged=True, cost_cents=cents)


@pytest.mark.parametrize(("cents", "booked"), [(None, 3), (Decimal("4.5"), Decimal("4.5")), (Decimal(0), 0)])
async def test_what_the_bill_holds_is_booked(
    store: Store, settings: Settings, words: Words, clock: ShiftedClock, cents: Decimal | None, booked: Decimal
) -> None:
    job = await ended(store, clock, Failed(key="overdue", unsure=True))
    await settled(settings, words, job, cents)
    assert (await store.record(job)).status is Status.FAILED
    assert (await store.spent((DAY,)))[DAY].cents == booked
    assert await store.unbalanced() == ()
    with pytest.raises(ClickException, match=f"{job} is not unsure: it is failed"):
        await settled(settings, words, job)


async def test_what_the_bill_does_not_hold_is_given_back(
    store: Store, settings: Settings, words: Words, clock: ShiftedClock, capsys: pytest.CaptureFixture[str]
) -> None:
    job = await ended(store, clock, Failed(key="overdue", unsure=True))
    await upkeep.settle(settings, words, "en", job, charged=False, cost_cents=None)
    assert (await store.spent((DAY,)))[DAY] == Spent(pictures=0, cents=Decimal(0))
    assert await store.unbalanced() == ()
    assert f"{job} is settled: nothing was paid." in capsys.readouterr().out


async def test_the_schema_is_told(
    store: Store, settings: Settings, words: Words, capsys: pytest.CaptureFixture[str]
) -> None:
    await upkeep.migrate(settings, words, "en")
    assert f"schema {store.schema}" in capsys.readouterr().out


async def test_a_new_database_gets_its_tables(
    empty_postgres_url: str, tmp_path: Path, words: Words, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("IMAGEBOT__STORE__DATABASE_URL", empty_postgres_url)
    settings = read_settings(None)
    await upkeep.migrate(settings, words, "en")
    await upkeep.migrate(settings, words, "en")
    store = await Store.open(empty_postgres_url, clock=ShiftedClock())
    assert await store.jobs() == ()
    await store.close()
    assert not (tmp_path / "data").exists()


async def test_a_database_that_is_not_there_is_a_sentence_without_its_password(
    tmp_path: Path, words: Words, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("IMAGEBOT__STORE__DATABASE_URL", "postgresql://bot:hush@127.0.0.1:9/bot")
    with pytest.raises(SettingsError) as caught:
        await upkeep.migrate(read_settings(None), words, "en")
    assert "hush" not in str(caught.value)


async def test_a_running_bot_takes_up_and_tells_what_is_run_again(
    tmp_path: Path, words: Words, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("IMAGEBOT__STORE__DATA_DIR", str(tmp_path))
    async with house(tmp_path, clock=HastyClock()) as home:

        async def refuse(order: Order) -> None:
            raise RejectedError

        home.provider.on_submit = refuse  # type: ignore[assignment]
        job = await home.desk.accept(Wish(prompt="a fox"), by=ADA, at=STREET, event=home.ring())
        assert (await home.told(job)).tone is not Tone.DONE
        home.provider.on_submit = None
        await upkeep.rerun(read_settings(None), words, "en", job)

        async def painted() -> bool:
            return all(message.tone is Tone.DONE for message in home.street.messages.values())

        await soon(painted)
        assert len(home.street.messages) == 1
        assert await home.store.unbalanced() == ()
