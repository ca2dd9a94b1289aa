"""/usage on Discord: for one person alone, with its plot; who moderates the team reads all of it."""

from __future__ import annotations

from pathlib import Path

from tests.standins.discord import USUAL, Answer, Channel, Interaction, Permission, Person
from tests.wire.discord_door import Scene, atelier, living, opened


async def asked(here: Scene, person: Person, where: Channel | None = None) -> Interaction:
    """/usage, once it is answered."""
    answer = await here.discord.slash(person, where or here.art, "usage")
    await here.answered(answer, "ver" if person is here.bob else "spent")
    return answer


async def test_a_person_reads_their_own_in_private_with_the_plot_as_a_picture(tmp_path: Path) -> None:
    async with opened(tmp_path, limits={"pictures_per_day": 3}) as here:
        await here.painted()
        before = here.public()
        answer = await asked(here, here.ada)
        assert answer.answer.kind is Answer.DEFERRED
        assert answer.answer.ephemeral
        assert "**You, today**: 1 picture, $0.03" in answer.text
        assert "**Left for you, today**: 2 of 3 pictures; resets " in answer.text
        assert "The team, today" not in answer.text
        (plot,) = answer.shown.pictures
        assert plot.alt.startswith("You: $0.03 this month.")
        assert here.public() == before


async def test_who_spent_nothing_reads_that_in_their_language(tmp_path: Path) -> None:
    async with opened(tmp_path) as here:
        await here.painted()
        answer = await asked(here, here.bob)
        assert "**Du, heute**: nichts" in answer.text
        assert answer.shown.pictures == []


async def test_who_moderates_the_one_server_reads_everybodys(tmp_path: Path) -> None:
    async with opened(tmp_path) as here:
        await here.painted()
        here.bob.permissions = USUAL | Permission.MANAGE_MESSAGES
        answer = await asked(here, here.bob)
        assert "- Ada: 1 Bild" in answer.text
        assert answer.shown.pictures[0].alt.startswith("Das ganze Team")


async def test_of_several_servers_who_moderates_one_reads_their_own_unless_the_operator_named_them(
    tmp_path: Path,
) -> None:
    async with atelier() as here:
        here.discord.guild("Elsewhere", members=[here.ada])
        role = here.guild.role("Leads")
        async with living(here, tmp_path, moderators=(str(role.id),)) as life:
            await life.painted()
            here.bob.permissions = USUAL | Permission.MANAGE_MESSAGES
            assert "Ada" not in (await asked(life, here.bob)).text
            here.bob.roles.add(role.id)
            assert "Ada" in (await asked(life, here.bob)).text
