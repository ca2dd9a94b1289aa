"""What a person on Discord sees from a command to its picture, and the ways from one picture to the next."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from tests.clock import ShiftedClock
from tests.standins.discord import Answer, Discord
from tests.wire.discord_door import Life, Scene, living, scene


@pytest.fixture
async def life(tmp_path: Path) -> AsyncIterator[tuple[Life, Scene]]:
    clock = ShiftedClock()
    async with Discord(clock=clock) as discord:
        here = scene(discord)
        async with living(discord, tmp_path, clock) as opened:
            yield opened, here


async def test_imagine_is_announced_at_once_and_becomes_its_picture(life: tuple[Life, Scene]) -> None:
    house, here = life
    asked = await here.discord.slash(here.ada, here.art, "imagine", prompt="a lighthouse at dusk --seed 7")
    assert asked.answer.kind is Answer.MESSAGE
    assert not asked.answer.ephemeral
    shown = await house.ended(asked.shown)
    assert "a lighthouse at dusk" in shown.text
    assert [picture.alt for picture in shown.pictures] == ["Picture for the words: a lighthouse at dusk"]
    assert [each.label for each in shown.buttons] == ["Upscale", "Again", "Edit prompt", "Use as reference", "Delete"]
