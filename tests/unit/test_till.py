"""/usage: what a person reads of themselves, and an admin of all, with a plot that is kept like any picture."""

from __future__ import annotations

import asyncio
from dataclasses import replace
from datetime import timedelta
from decimal import Decimal
from pathlib import Path

import pytest

from bot.errors import BudgetSpentError, CapReachedError, UnsureError
from bot.job import Rendered, Ticket
from bot.message import Reply
from bot.providers import Order
from bot.request import Wish
from bot.spending import Cap, Of, Per
from tests.house import ADA, BOB, MODERATOR, STREET, TestHouse, house

TEAM_MONEY = Cap(of=Of.TEAM, per=Per.MONTH, cents=Decimal(10))


async def imagine(home: TestHouse, by: object = ADA) -> Reply:
    job = await home.desk.accept(Wish(prompt="a heron"), by=by, at=STREET, event=home.ring())  # type: ignore[arg-type]
    return await home.told(job)


def told(reply: Reply) -> dict[str, str]:
    return {field.name: field.value for field in reply.fields}


async def test_who_spent_nothing_reads_that_and_sees_no_plot(tmp_path: Path) -> None:
    async with house(tmp_path, pictures_per_day=3) as home:
        reply = await home.desk.usage(by=ADA, at=STREET)
        assert told(reply)["today"] == told(reply)["month"] == "nothing"
        assert told(reply)["cap-1"].startswith("3 of 3 pictures; resets ")
        assert reply.pictures == ()


async def test_a_person_reads_their_own_and_what_is_left_of_each_cap_that_goes_for_them(tmp_path: Path) -> None:
    async with house(tmp_path, pictures_per_day=3, caps=(TEAM_MONEY,)) as home:
        await imagine(home)
        await imagine(home, BOB)
        reply = await home.desk.usage(by=ADA, at=STREET)
        assert told(reply)["today"] == told(reply)["month"] == "1 picture, $0.03"
        assert told(reply)["cap-1"].startswith("2 of 3 pictures; resets ")
        assert told(reply)["cap-2"].startswith("$0.04 of $0.10; resets ")
        assert "people" not in told(reply)
        (plot,) = reply.pictures
        assert plot.width == 1080
        assert plot.alt.startswith("You: $0.03 this month.")
        assert (await home.desk.fitted(plot, max_bytes=1_000_000)).whole


async def test_who_moderates_reads_the_teams_in_their_language(tmp_path: Path) -> None:
    async with house(tmp_path) as home:
        for by in (ADA, BOB, BOB):
            await imagine(home, by)

        async def lost(_order: Order) -> Ticket | Rendered:
            raise UnsureError

        home.provider.on_submit = lost
        await imagine(home)
        reply = await home.desk.usage(by=replace(MODERATOR, locale="de"), at=STREET)
        assert told(reply)["today"] == "nichts"
        assert told(reply)["team-today"].replace("\xa0", " ") == "4 Bilder, 0,13 $"
        assert told(reply)["people"].replace("\xa0", " ") == "Ada: 2 Bilder, 0,07 $\nBob: 2 Bilder, 0,06 $"
        assert told(reply)["models"].replace("\xa0", " ") == "scripted/brush: 4 Bilder, 0,13 $"
        assert told(reply)["unsure"].replace("\xa0", " ") == "1 Bild, 0,04 $"
        assert reply.pictures[0].alt.startswith("Das ganze Team: 0,13")


async def test_a_cap_of_the_team_stops_everybody_until_it_begins_anew(tmp_path: Path) -> None:
    team = Cap(of=Of.TEAM, per=Per.DAY, pictures=2)
    async with house(tmp_path, caps=(team,)) as home:
        await imagine(home)
        await imagine(home, BOB)
        with pytest.raises(CapReachedError):
            await imagine(home)
        with pytest.raises(CapReachedError):
            await home.desk.admit(by=BOB, at=STREET)
        home.clock.ahead += timedelta(days=1)
        await imagine(home)
        assert len(home.provider.orders) == 3


async def test_many_who_ask_at_once_get_no_more_than_there_is_money_for(tmp_path: Path) -> None:
    async with house(tmp_path, caps=(TEAM_MONEY,)) as home:  # 4 cents are held for each
        asked = [
            home.desk.accept(Wish(prompt="a heron"), by=replace(ADA, id=f"p{number}"), at=STREET, event=home.ring())
            for number in range(9)
        ]
        answers = await asyncio.gather(*asked, return_exceptions=True)
        refused = [answer for answer in answers if isinstance(answer, BudgetSpentError)]
        assert len(refused) == 7
        assert refused[0].facts["left_cents"] == 2
