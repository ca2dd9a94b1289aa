"""`imagebot discord ...` and its part of `imagebot check`, with the real discord.py against Discord's stand-in."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable, Sequence
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result

from adapters import Finding, Kit, State
from adapters.discord import Settings, terminal
from adapters.discord.tree import NEEDED, first_sync
from bot.cli import main
from tests.house import all_words
from tests.standins.discord import USUAL, Discord, Kind, Permission

COMMANDS = "/applications/{application_id}/commands"
Imagebot = Callable[..., Any]


@pytest.fixture
async def discord() -> AsyncIterator[Discord]:
    async with Discord() as opened:
        yield opened


@pytest.fixture
def imagebot(discord: Discord, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Imagebot:
    """The command, beside the loop that the stand-in runs on."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("LC_ALL", "en")
    monkeypatch.setenv("DISCORD_TOKEN", discord.token)
    monkeypatch.setenv("IMAGEBOT__DISCORD__API_URL", discord.api_url)

    async def run(*words: str) -> Result:
        return await asyncio.to_thread(CliRunner().invoke, main, words)

    return run


@pytest.fixture
def check(discord: Discord) -> Imagebot:
    """The door's findings, as `imagebot check` would say them."""

    async def look(
        token: str = discord.token, alert_places: Sequence[str] = (), **settings: Any
    ) -> list[tuple[State, str]]:
        words = all_words()

        def said(finding: Finding) -> str:
            listed = ", ".join(words.say("en", key) for key in finding.listed)
            return words.say("en", finding.key, **finding.facts, listed=listed)

        section = Settings(api_url=discord.api_url, **settings)
        kit = Kit(secrets={"DISCORD_TOKEN": token}, alert_places=alert_places)
        return [(finding.state, said(finding)) async for finding in terminal.check(section, kit)]

    return look


def faults(found: list[tuple[State, str]]) -> list[str]:
    return [said for state, said in found if state is State.FAULT]


def furnished(discord: Discord) -> Any:
    """A server with a member, so that the bot does not own it."""
    return discord.guild("Atelier", members=[discord.person("Ada")])


# imagebot discord sync


async def test_sync_brings_every_command_with_its_languages(discord: Discord, imagebot: Imagebot) -> None:
    result = await imagebot("discord", "sync")
    assert result.exit_code == 0, result.output
    assert "new: /imagine" in result.output
    (imagine,) = (each for each in discord.commands() if each["name"] == "imagine")
    assert "de" in imagine["description_localizations"]
    assert len(discord.asked(f"PUT {COMMANDS}")) == 1


async def test_sync_sends_nothing_where_nothing_differs(discord: Discord, imagebot: Imagebot) -> None:
    await imagebot("discord", "sync")
    result = await imagebot("discord", "sync")
    assert result.exit_code == 0
    assert "up to date" in result.output
    assert len(discord.asked(f"PUT {COMMANDS}")) == 1


async def test_a_dry_run_tells_the_difference_and_sends_nothing(discord: Discord, imagebot: Imagebot) -> None:
    await imagebot("discord", "sync")
    kept = [each for each in discord.commands() if each["name"] != "help"]
    imagine = next(each for each in kept if each["name"] == "imagine")
    discord.register([*kept, {"name": "dream", "description": "As it was"}])
    imagine = next(each for each in discord.commands() if each["name"] == "imagine")
    now, imagine["description"] = imagine["description"], "Draw"
    result = await imagebot("discord", "sync", "--dry-run")
    assert result.exit_code == 0
    assert "new: /help" in result.output
    assert "removed: /dream" in result.output
    assert f"changed: /imagine\n  description: was Draw, becomes {now}\n" in result.output
    assert "not sent" in result.output
    assert len(discord.asked(f"PUT {COMMANDS}")) == 1


async def test_one_server_may_try_the_commands_and_lose_them_again(discord: Discord, imagebot: Imagebot) -> None:
    guild = furnished(discord)
    result = await imagebot("discord", "sync", "--guild", str(guild.id))
    assert result.exit_code == 0, result.output
    assert f"--guild {guild.id} --remove" in result.output
    assert "imagine" in [each["name"] for each in discord.commands(guild)]
    assert discord.commands() == []
    again = await imagebot("discord", "sync", "--guild", str(guild.id))
    assert "up to date" in again.output
    removed = await imagebot("discord", "sync", "--guild", str(guild.id), "--remove")
    assert removed.exit_code == 0
    assert "removed: /imagine" in removed.output
    assert discord.commands(guild) == []


async def test_what_everybody_has_is_never_taken_away(discord: Discord, imagebot: Imagebot) -> None:
    result = await imagebot("discord", "sync", "--remove")
    assert result.exit_code == 2
    assert discord.requests == []


@pytest.mark.parametrize("installed", [None, False])
async def test_a_server_that_the_bot_is_not_in_is_named(
    discord: Discord, imagebot: Imagebot, installed: bool | None
) -> None:
    number = 4711 if installed is None else discord.guild("Elsewhere", installed=False).id
    result = await imagebot("discord", "sync", "--guild", str(number))
    assert result.exit_code == 1
    assert f"server {number}" in result.output
    assert "imagebot discord invite" in result.output


async def test_the_first_sync_happens_only_where_there_is_no_command(discord: Discord) -> None:
    settings, kit = Settings(api_url=discord.api_url), Kit(secrets={"DISCORD_TOKEN": discord.token})
    async with terminal.signed_in(settings, kit) as line:
        assert await first_sync(line.client.tree)
        assert not await first_sync(line.client.tree)
    discord.register([{"name": "dream", "description": "Somebody's own"}])
    async with terminal.signed_in(settings, kit) as line:
        assert not await first_sync(line.client.tree)
    assert [each["name"] for each in discord.commands()] == ["dream"]


# What goes wrong


@pytest.mark.parametrize("words", [("discord", "sync"), ("discord", "invite")])
async def test_without_a_token_the_variable_is_named(
    imagebot: Imagebot, discord: Discord, monkeypatch: pytest.MonkeyPatch, words: tuple[str, ...]
) -> None:
    monkeypatch.delenv("DISCORD_TOKEN")
    result = await imagebot(*words)
    assert result.exit_code == 2
    assert "DISCORD_TOKEN" in result.output
    assert discord.requests == []


@pytest.mark.parametrize("words", [("discord", "sync"), ("discord", "invite")])
async def test_a_token_that_discord_does_not_know_is_one_sentence(
    imagebot: Imagebot, monkeypatch: pytest.MonkeyPatch, words: tuple[str, ...]
) -> None:
    monkeypatch.setenv("DISCORD_TOKEN", "hunter2.wrong.token")
    result = await imagebot(*words)
    assert result.exit_code == 1
    assert "Reset Token" in result.output
    assert "hunter2" not in result.output
    assert len(result.output.strip().splitlines()) == 1


async def test_a_discord_out_of_reach_is_one_sentence(imagebot: Imagebot, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("IMAGEBOT__DISCORD__API_URL", "http://127.0.0.1:9/api/v10")
    result = await imagebot("discord", "sync")
    assert result.exit_code == 1
    assert "cannot be reached" in result.output
    assert len(result.output.strip().splitlines()) == 1


async def test_something_else_at_that_address_is_told_apart(
    discord: Discord, imagebot: Imagebot, monkeypatch: pytest.MonkeyPatch
) -> None:
    discord.rest.content_type = "text/html"
    result = await imagebot("discord", "sync")
    assert result.exit_code == 1
    assert "discord.api_url" in result.output


@pytest.mark.parametrize("via", [True, False])
async def test_a_limit_that_lasts_is_told_and_not_slept_through(
    discord: Discord, imagebot: Imagebot, via: bool
) -> None:
    discord.throttle(f"PUT {COMMANDS}", retry_after_s=3600.0, via=via)
    result = await imagebot("discord", "sync")
    assert result.exit_code == 1
    assert "limiting our calls" in result.output
    assert discord.commands() == []


async def test_a_refusal_is_told_with_its_code(discord: Discord, imagebot: Imagebot) -> None:
    discord.fail(f"PUT {COMMANDS}", status=400, code=30034)
    result = await imagebot("discord", "sync")
    assert result.exit_code == 1
    assert "30034" in result.output


# imagebot discord invite


async def test_the_invite_names_this_bot_and_the_least_permissions(discord: Discord, imagebot: Imagebot) -> None:
    result = await imagebot("discord", "invite")
    assert result.exit_code == 0
    lines = result.output.splitlines()
    link = next(line for line in lines if line.startswith("https://"))
    assert link == (
        f"https://discord.com/oauth2/authorize?client_id={discord.world.app_id}"
        f"&scope=bot+applications.commands&permissions={NEEDED.value}"
    )


# imagebot check


async def test_all_that_is_well_is_said(discord: Discord, imagebot: Imagebot, check: Imagebot) -> None:
    guild = furnished(discord)
    studio = guild.channel("Studio", kind=Kind.CATEGORY)
    art = guild.channel("art", parent=studio)
    places = (art, studio, art.thread("sketches"), guild.channel("gallery", kind=Kind.FORUM))
    discord.world.message_content = True
    await imagebot("discord", "sync")
    found = await check(channels=("dm", *(str(place.id) for place in places)), message_content=True)
    assert faults(found) == []
    said = [sentence for _, sentence in found]
    assert said[0].endswith(str(discord.bot.name.lower()))
    for words in ("Message Content Intent", "up to date", "one server, Atelier", "direct messages", "#art in Atelier"):
        assert any(words in sentence for sentence in said), words
    for words in ("category Studio", "thread sketches", "forum gallery"):
        assert any(words in sentence for sentence in said), words


async def test_the_whole_check_counts_what_discord_lacks(discord: Discord, imagebot: Imagebot) -> None:
    furnished(discord)
    result = await imagebot("check")
    assert result.exit_code == 0, result.output
    assert "no commands yet" in result.output
    discord.register([{"name": "dream", "description": "As it was"}])
    result = await imagebot("check")
    assert result.exit_code == 1
    assert "`imagebot discord sync`" in result.output
    assert discord.token not in result.output


async def test_a_check_without_a_token_says_what_to_set(imagebot: Imagebot, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("DISCORD_TOKEN")
    result = await imagebot("check")
    assert result.exit_code == 0
    assert "○ Discord is off; set DISCORD_TOKEN" in result.output
    monkeypatch.setenv("IMAGEBOT__DISCORD__ENABLED", "false")
    result = await imagebot("check")
    assert "○ Discord is off; discord.enabled is false" in result.output


async def test_a_check_with_a_wrong_token_goes_no_further(discord: Discord, check: Imagebot) -> None:
    ((state, said),) = await check(token="hunter2.wrong.token")
    assert state is State.FAULT
    assert "Reset Token" in said


async def test_a_switch_that_is_off_is_told_with_what_to_click(discord: Discord, check: Imagebot) -> None:
    furnished(discord)
    (said,) = faults(await check(message_content=True))
    assert "Developer Portal" in said
    assert "Message Content Intent" in said
    assert faults(await check(message_content=False)) == []


async def test_commands_that_differ_are_named_with_the_remedy(discord: Discord, check: Imagebot) -> None:
    furnished(discord)
    discord.register([{"name": "dream", "description": "As it was"}])
    (said,) = faults(await check())
    assert "/dream" in said
    assert "/imagine" in said
    assert "`imagebot discord sync`" in said


async def test_a_bot_in_no_server_is_told_how_to_get_into_one(check: Imagebot) -> None:
    (said,) = faults(await check())
    assert "`imagebot discord invite`" in said


async def test_where_every_channel_is_open_its_role_is_looked_at(discord: Discord, check: Imagebot) -> None:
    guild = furnished(discord)
    guild.permissions = USUAL & ~Permission.ATTACH_FILES
    (said,) = faults(await check())
    assert "Atelier" in said
    assert said.endswith("lacks Attach Files")
    guild.permissions = Permission.ADMINISTRATOR
    assert faults(await check()) == []


async def test_what_a_channel_does_not_allow_is_named(discord: Discord, check: Imagebot) -> None:
    guild = furnished(discord)
    art = guild.channel("art", permissions=USUAL & ~(Permission.ATTACH_FILES | Permission.READ_MESSAGE_HISTORY))
    (said,) = faults(await check(channels=str(art.id)))
    assert said.endswith("in #art in Atelier the bot lacks Attach Files, Read Message History")


async def test_a_channel_for_alerts_is_looked_at_like_any_other(discord: Discord, check: Imagebot) -> None:
    admins = furnished(discord).channel("admins", permissions=USUAL & ~Permission.SEND_MESSAGES)
    (said,) = faults(await check(alert_places=(f"discord:{admins.id}", "slack:C0123")))
    assert said.endswith("in #admins in Atelier the bot lacks Send Messages")


async def test_a_thread_goes_by_its_channel(discord: Discord, check: Imagebot) -> None:
    guild = furnished(discord)
    art = guild.channel("art", permissions=USUAL & ~Permission.SEND_MESSAGES)
    thread = art.thread("sketches")
    assert faults(await check(channels=str(thread.id))) == []
    art.permissions &= ~Permission.SEND_MESSAGES_IN_THREADS
    (said,) = faults(await check(channels=str(thread.id)))
    assert said.endswith("in thread sketches in Atelier the bot lacks Send Messages in Threads")


async def test_a_channel_that_cannot_be_had_says_why(discord: Discord, check: Imagebot) -> None:
    guild = furnished(discord)
    hidden = guild.channel("hidden", permissions=0)
    talk = discord.dm(discord.person("Bob"))
    said = faults(await check(channels=("general", "4711", str(hidden.id), str(talk.id))))
    assert len(said) == 4
    odd, gone, unseen, private = said
    assert "Copy Channel ID" in odd
    assert "4711 does not exist" in gone
    assert "View Channels" in unseen
    assert '"dm"' in private
