"""What is told in an admins' channel as a cap comes near: once, over the real doors, whoever runs the house."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from decimal import Decimal
from pathlib import Path

import pytest

from bot import alarm
from bot.alarm import Alarm
from bot.spending import Cap, Of, Per
from tests.house import all_words
from tests.standins.slack import Kind, Stage
from tests.wire import discord_door, slack_door
from tests.wire.living import logbook, soon

LIMITS = {"caps": (Cap(of=Of.TEAM, per=Per.MONTH, cents=Decimal(10)),)}
"""Of which two pictures use more than the half: 3 cents, and 4 that are held for the second."""


@asynccontextmanager
async def alarmed(life: discord_door.Life | slack_door.Life, *places: str, language: str = "en") -> AsyncIterator[None]:
    """The alarm of a process that has the door open."""
    made = Alarm(
        store=life.home.store, words=all_words(), clock=life.clock, messengers=life.home.delivery.messengers,
        places=places, language=language,
    )  # fmt: skip
    going = asyncio.create_task(made.run())
    try:
        yield
    finally:
        going.cancel()
        await asyncio.wait({going})


async def come_near(life: discord_door.Life | slack_door.Life) -> None:
    for _ in range(2):
        await life.painted()


async def told(life: discord_door.Life | slack_door.Life, place: str) -> None:
    """Nothing is due there any more, and time has passed for whatever else might follow."""

    async def nothing_due() -> bool:
        return not await life.home.store.alerts_due(place)

    await soon(nothing_due)
    await life.clock.sleep(2 * alarm.LOOK_S)


async def test_on_discord_admins_are_told_once_however_many_processes_there_are(tmp_path: Path) -> None:
    async with discord_door.atelier() as here:
        admins = here.guild.channel("admins")
        place = f"discord:{admins.id}"
        async with discord_door.living(here, tmp_path, limits=LIMITS) as life:
            await come_near(life)
            async with alarmed(life, place), alarmed(life, place, "slack:C0123"):
                await told(life, place)
            await here.discord.until(lambda: bool(here.discord.messages(admins)))
            (message,) = here.discord.messages(admins)
            assert "50 % of a cap is used" in message.text
            assert "The team has used $0.07 of $0.10" in message.text


def of_role(role: str | int) -> dict[str, object]:
    """A cap that two pictures of one person in that role come near."""
    return {"caps": (Cap(of=Of.ROLE, id=str(role), per=Per.MONTH, cents=Decimal(10)),)}


async def test_a_role_of_discord_s_is_told_by_its_name(tmp_path: Path) -> None:
    async with discord_door.atelier() as here:
        admins, role = here.guild.channel("admins"), here.guild.role("Painters")
        here.ada.roles.add(role.id)
        async with discord_door.living(here, tmp_path, limits=of_role(role.id)) as life:
            await come_near(life)
            async with alarmed(life, f"discord:{admins.id}"):
                await told(life, f"discord:{admins.id}")
            (message,) = here.discord.messages(admins)
            assert "Role Painters has used $0.07 of $0.10" in message.text


@pytest.mark.parametrize("away", [False, True])
async def test_a_group_of_slack_s_is_told_by_its_name_where_slack_says_it(tmp_path: Path, away: bool) -> None:
    async with slack_door.atelier() as here:
        admins, group = here.team.channel("admins"), here.team.group("painters", here.ada)
        async with slack_door.living(here, tmp_path, limits=of_role(group.id)) as life:
            await come_near(life)
            if away:
                here.slack.fail("usergroups.list", status=503)
            async with alarmed(life, f"slack:{admins.id}"):
                await told(life, f"slack:{admins.id}")
            message = await life.shown(channel=admins)
            assert f"Role {group.id if away else 'painters'} has used $0.07 of $0.10" in message.text


async def test_a_channel_that_is_shut_is_logged_once_for_the_operator(tmp_path: Path) -> None:
    async with discord_door.opened(tmp_path, limits=LIMITS) as life:
        with logbook() as log:
            await come_near(life)
            async with alarmed(life, "discord:404"):
                await told(life, "discord:404")
        assert log.getvalue().count("could not be posted") == 1
        assert '"place": "discord:404"' in log.getvalue()
        assert life.discord.messages(life.discord.dm(life.ada)) == []


async def test_on_slack_a_channels_id_is_enough_and_the_bot_goes_in_by_itself(tmp_path: Path) -> None:
    async with slack_door.atelier() as here:
        admins = here.team.channel("admins", bot=False)
        place = f"slack:{admins.id}"
        async with slack_door.living(here, tmp_path, limits=LIMITS) as life:
            await come_near(life)
            async with alarmed(life, place, language="de"):
                await told(life, place)
            message = await life.shown(channel=admins)
            assert "50 % einer Obergrenze sind verbraucht" in message.text
            assert len(life.ours(admins)) == 1


async def test_slack_s_pauses_and_lost_answers_make_neither_two_of_one_nor_none(tmp_path: Path) -> None:
    async with slack_door.atelier() as here:
        admins = here.team.channel("admins")
        here.slack.grant(here.team, "channels:history")
        place = f"slack:{here.team.id}/{admins.id}"
        async with slack_door.living(here, tmp_path, limits=LIMITS, history=True) as life:
            await come_near(life)
            here.slack.fail("chat.postMessage", status=502, channel=admins)
            here.slack.hang_up("chat.postMessage", stage=Stage.AFTER)
            async with alarmed(life, place):
                await told(life, place)
            assert len(life.ours(admins)) == 1


async def test_a_private_channel_of_slack_s_without_the_bot_is_told_to_the_operator(tmp_path: Path) -> None:
    async with slack_door.atelier() as here:
        admins = here.team.channel("admins", kind=Kind.PRIVATE, bot=False)
        async with slack_door.living(here, tmp_path, limits=LIMITS) as life:
            with logbook() as log:
                await come_near(life)
                async with alarmed(life, f"slack:{admins.id}"):
                    await told(life, f"slack:{admins.id}")
            assert log.getvalue().count("could not be posted") == 1
            assert life.ours(here.team.dm(life.ada)) == []


async def test_for_want_of_a_roles_name_no_alert_is_lost(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    async with discord_door.atelier() as here:
        admins, role = here.guild.channel("admins"), here.guild.role("Painters")
        here.ada.roles.add(role.id)
        async with discord_door.living(here, tmp_path, limits=of_role(role.id)) as life:
            await come_near(life)
            asked = asyncio.Event()

            async def stuck(*_: object) -> str:
                asked.set()
                await asyncio.Event().wait()
                return ""

            async def broken(*_: object) -> str:
                raise KeyError("usergroups")

            messenger = life.home.delivery.messengers["discord"]
            monkeypatch.setattr(messenger, "role_name", stuck)
            async with asyncio.timeout(10), alarmed(life, f"discord:{admins.id}"):  # ends while it is looked up
                await asked.wait()
            monkeypatch.setattr(messenger, "role_name", broken)
            async with alarmed(life, f"discord:{admins.id}"):
                await told(life, f"discord:{admins.id}")
            (message,) = here.discord.messages(admins)
            assert f"Role {role.id} has used $0.07 of $0.10" in message.text
