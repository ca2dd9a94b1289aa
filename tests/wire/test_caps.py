"""Caps of roles and channels, as people on Discord and Slack come to hear of them."""

from __future__ import annotations

from pathlib import Path

from bot.spending import Cap, Of, Per, Spent, Tab
from tests.wire import discord_door, slack_door


async def spent(life: discord_door.Life | slack_door.Life, scope: str) -> Spent:
    """What a counter of this day shows."""
    tab = Tab(scope, f"{life.clock.now():%Y-%m-%d}")
    return (await life.home.store.spent([tab]))[tab]


async def test_on_discord_those_of_a_role_share_its_cap_and_others_go_on(tmp_path: Path) -> None:
    async with discord_door.atelier() as here:
        role = here.guild.role("Guests")
        here.bob.roles.add(role.id)
        cap = Cap(of=Of.ROLE, id=str(role.id), per=Per.DAY, pictures=1)
        async with discord_door.living(here, tmp_path, limits={"caps": (cap,)}) as life:
            asked = await here.discord.slash(here.bob, here.art, "imagine", prompt="a wolf")
            await life.ended(asked.shown)
            again = await here.discord.slash(here.bob, here.art, "imagine", prompt="a wolf")
            assert "Die Leute mit deiner Rolle haben das eine Bild von heute verbraucht." in again.text
            await life.painted()
            assert (await spent(life, f"role:discord:{role.id}")).pictures == 1


async def test_on_discord_a_thread_goes_by_its_channels_cap(tmp_path: Path) -> None:
    async with discord_door.atelier() as here:
        cap = Cap(of=Of.CHANNEL, per=Per.DAY, pictures=1)
        thread, hall = here.art.thread("aside"), here.guild.channel("hall")
        async with discord_door.living(here, tmp_path, limits={"caps": (cap,)}) as life:
            await life.painted()
            refused = await here.discord.slash(here.ada, thread, "imagine", prompt="a fox")
            assert "This channel has used up the one picture of today." in refused.text
            other = await here.discord.slash(here.ada, hall, "imagine", prompt="a fox")
            await life.ended(other.shown)
            assert (await spent(life, f"channel:discord:{here.art.id}")).pictures == 1


async def test_on_slack_those_of_a_user_group_share_its_cap_and_a_channel_is_counted_by_its_id(tmp_path: Path) -> None:
    async with slack_door.atelier() as here:
        group = here.team.group("guests", here.ada)
        cap = Cap(of=Of.ROLE, id=group.id, per=Per.DAY, pictures=1)
        async with slack_door.living(here, tmp_path, limits={"caps": (cap,)}) as life:
            await life.painted()
            await here.slack.slash(here.ada, here.art, "imagine", "a fox")
            told = await life.whispered(here.ada, "your role")
            assert "The people of your role have used up the one picture of today." in told.text
            await life.settled()
            assert (await spent(life, f"channel:slack:{here.art.id}")).pictures == 2
