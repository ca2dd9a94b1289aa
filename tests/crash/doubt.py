"""The moment between a purchase and its record, for operators who do not leave it at asking the person."""

from __future__ import annotations

from typing import Final

from bot.job import Status
from tests.crash.database import Postgres
from tests.crash.scenario import Scenario
from tests.crash.stage import PORT, Stage
from tests.crash.town import DOORS
from tests.endtoend.process import Bot, free_port

BURST: Final = 12


async def called_back(stage: Stage) -> None:
    """The provider calls about the purchase that nobody wrote down: one purchase, one picture, nothing unsure."""
    port = free_port()
    calls = {
        PORT: str(port),
        "IMAGEBOT__WEB__PUBLIC_URL": f"http://127.0.0.1:{port}",
        "IMAGEBOT__PROVIDERS__FLUX__WEBHOOK": "true",
    }
    apart = isinstance(stage.database, Postgres)

    async def house(die_at: str = "") -> Bot:
        return await stage.open(doors=DOORS, die_at=die_at, **calls)

    if apart:
        await stage.open("--doors", ",".join(DOORS), doors=DOORS, **calls)
        buyer = await stage.worker(die_at="submit.sent", **calls)
    else:
        buyer = await house(die_at="submit.sent")
    await stage.ask(doors=["discord"])
    await stage.died(buyer)
    await (stage.worker(**calls) if apart else house())
    await stage.ask(3, doors=DOORS)
    await stage.told()
    assert set(stage.book.statuses()) == {Status.FINISHED}, stage.book.statuses()


async def bought_once_more(stage: Stage) -> None:
    """A kill while purchases wait for their answers: those are made once more, and it is said."""
    stage.resubmits = True
    await stage.open(doors=DOORS)
    await stage.ask(BURST, doors=DOORS)
    await stage.until(lambda: stage.town.flux.bought >= 3, what="the first purchases")
    await stage.kill()
    await stage.open(doors=DOORS)
    await stage.told()
    assert set(stage.book.statuses()) == {Status.FINISHED}, stage.book.statuses()


SCENARIOS: Final = (
    Scenario(
        name="webhook", says="kill -9 between a purchase and its record (W2), and the provider calls back",
        play=called_back, latency={"work_s": (3.0, 4.0)}, lasts_s=20.0,
    ),
    Scenario(
        name="resubmit", says='kill -9 while purchases are on their way, with policy.unsure = "resubmit"',
        play=bought_once_more, latency={"submit_s": 0.4},
    ),
)  # fmt: skip
