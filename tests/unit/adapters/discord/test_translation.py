from __future__ import annotations

from typing import Any

import discord
import pytest
from discord import app_commands

from adapters.discord import Settings, commands
from adapters.discord.reception import Reception
from adapters.discord.translation import Translation
from bot.clock import RealClock
from bot.words import Words


class Speaker:
    """What of the desk the tree needs."""

    words = Words.load(strict=True)

    def say(self, locale: str, key: str, **facts: object) -> str:
        return self.words.say(locale, key, **facts)


async def payloads(**settings: Any) -> dict[str, dict[str, Any]]:
    desk: Any = Speaker()
    tree = app_commands.CommandTree(discord.Client(intents=discord.Intents.none()))
    messenger: Any = None
    commands.plant(tree, Reception(desk, messenger, Settings(**settings), RealClock()))
    made = [await each.get_translated_payload(tree, Translation(desk)) for each in tree.get_commands()]
    return {each["name"]: each for each in made}


async def test_all_ways_in_are_planted() -> None:
    assert list(await payloads()) == [
        "imagine", "upscale", "jobs", "usage", "about", "help", "Upscale", "Use as reference",
    ]  # fmt: skip


async def test_every_description_and_menu_speaks_german_and_nothing_else() -> None:
    for command in (await payloads()).values():
        spoken = [command, *command.get("options", [])] if command.get("type") == 1 else []
        for each in spoken:
            assert set(each["description_localizations"]) == {"de"}, each["name"]
        if not spoken:
            assert set(command["name_localizations"]) == {"de"}


async def test_option_names_are_such_as_discord_takes() -> None:
    for command in (await payloads()).values():
        for option in command.get("options", []):
            for name in (option["name"], *option.get("name_localizations", {}).values()):
                assert name == name.lower()
                assert 1 <= len(name) <= 32
                assert " " not in name
            for text in (option["description"], *option.get("description_localizations", {}).values()):
                assert 1 <= len(text) <= 100


@pytest.mark.parametrize("most", [1, 4])
async def test_as_many_pictures_as_the_operator_allows_can_be_chosen(most: int) -> None:
    options = {each["name"]: each for each in (await payloads(max_count=most))["imagine"]["options"]}
    assert [choice["value"] for choice in options["count"]["choices"]] == list(range(1, most + 1))
