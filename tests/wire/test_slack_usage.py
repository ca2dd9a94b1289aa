"""/usage on Slack, for one person alone with its plot among their direct messages, and on their page."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

from adapters.slack import oauth, open_adapter
from tests.house import house
from tests.standins.slack import Person, Slack
from tests.wire.living import DoorClock, HastyClock
from tests.wire.slack_door import atelier, living, opened
from tests.wire.slack_offices import Office, kit_of, settings_of


async def test_a_person_reads_their_own_in_private_and_finds_the_plot_in_their_talk_with_the_bot(
    tmp_path: Path,
) -> None:
    async with opened(tmp_path, limits={"pictures_per_day": 3}) as here:
        await here.painted()
        assert (await here.slack.slash(here.ada, here.art, "usage")).acked
        asked = await here.whispered(here.ada, "You, today: 1 picture, $0.03")
        assert "Left for you, today: 2 of 3 pictures; resets " in asked.text
        assert "The team, today" not in asked.text
        assert "The plot of it is in your direct messages with me." in asked.text
        plot = await here.picture(here.team.dm(here.ada))
        assert plot.pictures[0].alt.startswith("You: $0.03 this month.")
        assert len(here.ours()) == 1, "nothing of it is in the channel"


async def test_in_the_talk_itself_the_plot_stands_there(tmp_path: Path) -> None:
    async with opened(tmp_path) as here:
        await here.painted()
        talk = here.team.dm(here.ada)
        asked = await here.slack.slash(here.ada, talk, "usage")
        assert "direct messages" not in asked.text
        assert (await here.picture(talk)).pictures[0].alt.startswith("You")


async def test_who_spent_nothing_reads_that_and_is_not_written_to(tmp_path: Path) -> None:
    async with opened(tmp_path) as here:
        asked = await here.slack.slash(here.bob, here.art, "usage")
        assert "Du, heute: nichts" in asked.text
        assert here.ours(here.team.dm(here.bob)) == []


async def test_a_mention_with_the_command_is_answered_to_its_person_alone(tmp_path: Path) -> None:
    async with opened(tmp_path) as here:
        await here.slack.say(here.ada, here.art, f"{here.me} /usage")
        await here.whispered(here.ada, "You, today: nothing")
        assert here.ours() == []


async def test_a_workspaces_admin_reads_everybodys(tmp_path: Path) -> None:
    async with atelier() as here:
        boss = here.team.person("Cleo", admin=True)
        here.art.members.append(boss)
        async with living(here, tmp_path) as life:
            await life.painted()
            asked = await here.slack.slash(boss, here.art, "usage")
            assert "Ada: 1 picture" in asked.text
            assert (await life.picture(here.team.dm(boss))).pictures[0].alt.startswith("The whole team")


async def test_where_many_workspaces_install_an_admin_of_one_reads_their_own(tmp_path: Path) -> None:
    clock = HastyClock()
    async with Slack(clock=clock) as slack, house(tmp_path, doors=False, clock=clock) as home:
        settings, kit = settings_of(slack), kit_of(slack, home, clock)
        secrets = {**kit.secrets, "SLACK_APP_TOKEN": slack.app_token}
        door = open_adapter(settings, home.desk, replace(kit, clock=DoorClock(clock), secrets=secrets))
        home.delivery.messengers["slack"] = door.messenger
        await door.open()
        try:
            acme, other = Office.of(slack, "Acme"), Office.of(slack, "Other")
            for office in (acme, other):
                await slack.install(office.ada, office.team, settings.public_url + oauth.INSTALL_PATH)
            await slack.slash(acme.ada, acme.art, "imagine", "a fox")
            await slack.until(lambda: any(one.pictures for one in slack.messages(acme.art)))
            asked = await slack.slash(other.ada, other.art, "usage")
            assert "You, today: nothing" in asked.text
            assert "The team, today" not in asked.text
        finally:
            await door.close()


async def test_the_persons_own_page_says_what_they_spent(tmp_path: Path) -> None:
    async with opened(tmp_path) as here:
        await here.painted()

        async def page(person: Person) -> str:
            await here.slack.open_home(person)
            found = here.slack.home(person)
            assert found is not None
            return found.text

        assert "You, today: 1 picture, $0.03" in await page(here.ada)
        assert "Du, heute: nichts" in await page(here.bob)
