"""What admins are told as a cap comes near."""

from __future__ import annotations

from decimal import Decimal

import pytest

from bot import statement
from bot.chat import caption
from bot.chat.caption import Look, Run
from bot.message import Tone
from bot.spending import Alert, Unit
from tests.house import all_words


def alert(scope: str, percent: int, unit: Unit = Unit.PICTURES) -> Alert:
    return Alert(
        scope=scope, period="2026-11", unit=unit, limit=Decimal(5000), percent=percent, spent=Decimal(50 * percent)
    )


def test_an_alert_names_a_role_as_its_platform_does() -> None:
    reply = statement.alert(alert("role:discord:77", 50), all_words(), "de", name="Maler *innen*")
    assert reply.body == "Rolle Maler *innen* hat 2.500 von 5.000 Bildern verbraucht (2026-11)."


def test_a_name_in_an_alert_is_no_command_that_is_to_be_typed() -> None:
    reply = statement.alert(alert("role:discord:77", 50), all_words(), "en", name="Team /design")
    assert [run.look for line in caption.sentences(reply) for run in line.parts if isinstance(run, Run)] == [Look.PLAIN]


@pytest.mark.parametrize(
    ("told", "title", "body"),
    [
        (alert("team", 80), "80 % of a cap is used", "The team has used 4,000 of 5,000 pictures (2026-11)."),
        (alert("team", 50, Unit.CENTS), "50 % of a cap is used", "The team has used $25.00 of $50.00 (2026-11)."),
        (
            alert("channel:slack:C1", 100),
            "A cap is reached",
            "Channel C1 has used 5,000 of 5,000 pictures (2026-11).",
        ),
        (alert("role:discord:77", 50), "50 % of a cap is used", "Role 77 has used 2,500 of 5,000 pictures (2026-11)."),
    ],
)
def test_an_alert_names_whose_cap_it_is_and_what_is_used(told: Alert, title: str, body: str) -> None:
    reply = statement.alert(told, all_words(), "en")
    assert (reply.title, reply.body) == (title, body)
    assert reply.tone is (Tone.REFUSED if told.percent == 100 else Tone.WORKING)
