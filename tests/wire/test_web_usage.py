"""What was spent, over HTTP: numbers for programs, words and a plot on the page, the team's only for an admin."""

from __future__ import annotations

import re
from collections.abc import AsyncIterator
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from pathlib import Path

import pytest

from bot.spending import Allowance, Share, Spending, Spent, Tab, TeamSpending
from tests.wire.web_door import TOKENS, Visit, visiting

MONTH = Spent(40, Decimal("160.5"))
DAYS = tuple(
    Share(f"{date(2026, 10, 23) + timedelta(days=number)}", Spent(number, Decimal(number))) for number in range(30)
)
TEAM = TeamSpending(
    day=MONTH, month=MONTH, people=(Share("<b>Ada</b>", MONTH),), models=(Share("flux/flux-dev", MONTH),), days=DAYS,
    unsure=Spent(1, Decimal(4)),
)  # fmt: skip
CAP = Allowance(Tab("team", "2026-11", cents=Decimal(500)), MONTH, datetime(2026, 12, 1, tzinfo=UTC))
SPENT = Spending(
    day="2026-11-21", month="2026-11", today=Spent(2, Decimal("5.0")), this_month=MONTH, days=DAYS, allowances=(CAP,),
    team=TEAM,
)  # fmt: skip
ADA, ROOT = ({"Authorization": f"Bearer {token}"} for _, token, _ in TOKENS)


@pytest.fixture
async def visit(tmp_path: Path) -> AsyncIterator[Visit]:
    async with visiting(tmp_path, tokens=TOKENS) as opened:
        opened.desk.spent = SPENT
        yield opened


async def test_a_program_reads_its_own_as_numbers(visit: Visit) -> None:
    answer = await visit.get("/usage", headers=ADA)
    told = await answer.json()
    assert answer.status == 200
    assert told["today"] == {"day": "2026-11-21", "pictures": 2, "cost_cents": 5.0}
    assert told["this_month"] == {"month": "2026-11", "pictures": 40, "cost_cents": 160.5}
    assert told["days"][-1] == {"day": "2026-11-21", "pictures": 29, "cost_cents": 29.0}
    assert told["caps"] == [
        {
            "of": "team", "per": "month", "pictures": None, "pictures_left": None, "cents": 500.0,
            "cents_left": 339.5, "resets_at": "2026-12-01T00:00:00+00:00",
        }
    ]  # fmt: skip
    assert "team" not in told


async def test_an_admin_s_program_reads_the_teams(visit: Visit) -> None:
    team = (await (await visit.get("/usage", headers=ROOT)).json())["team"]
    assert team["people"] == [{"name": "<b>Ada</b>", "pictures": 40, "cost_cents": 160.5}]
    assert team["models"] == [{"model": "flux/flux-dev", "pictures": 40, "cost_cents": 160.5}]
    assert team["unsure"] == {"pictures": 1, "cost_cents": 4.0}


async def test_the_page_shows_it_to_the_person_alone_with_the_plot(visit: Visit) -> None:
    visit.client.headers.update(ADA)
    answer = await visit.say("/usage")
    html = await answer.text()
    assert answer.status == 200
    assert "Only you can see this" in html
    assert "<dt>You, today</dt><dd>2 pictures, $0.05</dd>" in html
    assert "By person" not in html
    image = re.search(r'<img src="(/saved_images/[0-9a-f]{64}\.png)" alt="You: \$1\.[0-9]+ this month\.', html)
    assert image is not None
    assert (await visit.get(image[1])).content_type == "image/png"
    assert visit.desk.asks == {}


async def test_an_admin_reads_everybodys_in_their_language(visit: Visit) -> None:
    visit.client.headers.update({**ROOT, "Accept-Language": "de"})
    html = await (await visit.say("/verbrauch")).text()
    assert "<dt>Nach Person</dt><dd>&lt;b&gt;Ada&lt;/b&gt;: 40 Bilder, " in html
    assert 'alt="Das ganze Team' in html
