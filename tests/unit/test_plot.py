"""The plot of what was spent: what is drawn, and that it is drawn whatever people are called."""

from __future__ import annotations

import io
from collections.abc import Sequence
from datetime import date, timedelta
from decimal import Decimal

import numpy as np
import pytest
from PIL import Image

from bot import plot
from bot.spending import Share, Spending, Spent, TeamSpending
from tests.house import all_words

LAST = date(2026, 11, 21)


def days(*pictures: int, cents: int = 3) -> tuple[Share, ...]:
    """So many pictures on each of the last days."""
    first = LAST - timedelta(days=len(pictures) - 1)
    return tuple(
        Share((first + timedelta(days=day)).isoformat(), Spent(number, Decimal(number * cents)))
        for day, number in enumerate(pictures)
    )


def team(names: Sequence[str] = ("Ada", "Bob"), *, cents: int = 3) -> TeamSpending:
    people = tuple(Share(name, Spent(10 - row, Decimal((10 - row) * cents))) for row, name in enumerate(names))
    pictures = sum(share.spent.pictures for share in people)
    whole = Spent(pictures, Decimal(pictures * cents))
    models = (Share("flux/flux-dev", whole),)
    by_day = days(0, 4, 15, cents=cents)
    return TeamSpending(day=Spent(15), month=whole, people=people, models=models, days=by_day, unsure=Spent())


def own(*pictures: int, cents: int = 3) -> Spending:
    by_day = days(*pictures, cents=cents)
    whole = Spent(sum(pictures), Decimal(sum(pictures) * cents))
    return Spending(
        day="2026-11-21", month="2026-11", today=by_day[-1].spent, this_month=whole, days=by_day, allowances=()
    )


def test_nothing_spent_is_nothing_to_draw() -> None:
    assert plot.drawing(own(0, 0, 0), all_words(), "en") is None


def test_a_person_sees_their_days_and_an_admin_people_and_models_too() -> None:
    words, mine = all_words(), own(1, 0, 4)
    drawn = plot.drawing(mine, words, "en")
    assert drawn is not None
    assert (drawn.whose, drawn.title, drawn.ranks) == ("You", "$0.15 this month", [])
    assert [(bar.name, bar.said) for bar in drawn.days.bars] == [
        ("Nov 19", "$0.03"), ("Nov 20", "free"), ("Nov 21", "$0.12"),
    ]  # fmt: skip
    assert [said for _, said in drawn.scale] == ["$0.05", "$0.10"]
    drawn = plot.of_team(team(), words, "de")
    assert drawn is not None
    assert [panel.heading for panel in drawn.ranks] == ["Nach Person, diesen Monat", "Nach Modell, diesen Monat"]


def test_where_all_was_free_pictures_are_drawn() -> None:
    drawn = plot.of_team(team(cents=0), all_words(), "en", month="2026-10")
    assert drawn is not None
    assert (drawn.title, drawn.days.heading) == ("19 pictures in 2026-10", "Pictures a day, 2026-10")
    assert [said for _, said in drawn.scale] == ["5", "10", "15"]
    assert not drawn.to_date


def test_of_many_people_the_last_ones_stand_together() -> None:
    drawn = plot.of_team(team([f"P{number}" for number in range(10)]), all_words(), "en")
    assert drawn is not None
    bars = drawn.ranks[0].bars
    assert len(bars) == plot.ROWS + 1
    assert (bars[-1].name, bars[-1].said) == ("All others", "$0.09")


@pytest.mark.parametrize(
    "name",
    ["Maximiliane von und zu Hohenstein-Gerolstein", "$5 & \\frac{1}{2}_x^2 $7", "山田太郎", "😀", "\x00\u202e", ""],
)
def test_any_name_is_drawn_without_a_warning(name: str) -> None:
    drawn = plot.of_team(team([name, "Bob"]), all_words(), "en")
    assert drawn is not None
    assert all(len(bar.name) <= plot.NAME_LENGTH for bar in drawn.ranks[0].bars)
    with Image.open(io.BytesIO(plot.png(drawn))) as picture:
        assert picture.size[0] == 1080


def test_it_is_a_picture_whose_bars_stand_out() -> None:
    drawn = plot.of_team(team(), all_words(), "en")
    assert drawn is not None
    with Image.open(io.BytesIO(plot.png(drawn))) as picture:
        assert (picture.format, picture.size[0]) == ("PNG", 1080)
        pixels = np.asarray(picture.convert("RGB")).reshape(-1, 3)
    for colour in ((15, 118, 110), (180, 83, 9), (67, 56, 202), (162, 28, 175)):  # day, today, people, models
        assert (pixels == colour).all(axis=1).sum() > 500
    assert (pixels == 255).all(axis=1).mean() > 0.5


def test_a_screen_reader_says_the_same_and_no_more_than_fits() -> None:
    drawn = plot.of_team(team(), all_words(), "en")
    assert drawn is not None
    assert plot.alt(drawn) == (
        "The whole team: $0.57 this month. US dollars a day, last 30 days: Nov 20 $0.12, Nov 21 $0.45. "
        "By person, this month: Ada $0.30, Bob $0.27. By model, this month: flux/flux-dev $0.57."
    )
    longest = plot.of_team(team(["x" * 99] * 10), all_words(), "en")
    assert longest is not None
    assert len(plot.alt(longest)) <= 1000
