"""The client as it is built: nothing is asked of anybody before it is opened."""

from __future__ import annotations

import pytest

from adapters import Kit
from adapters.discord import Settings, client, terminal
from tests.clock import HeldClock
from tests.standins.discord import Discord


@pytest.mark.parametrize("message_content", [False, True])
async def test_a_client_is_built_without_a_call(message_content: bool, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("discord.http.Route.BASE", "set anew by the client")
    async with Discord() as discord:
        settings = Settings(api_url=f"{discord.api_url}/", message_content=message_content)
        kit = Kit(clock=HeldClock(), secrets={"DISCORD_TOKEN": discord.token})
        built = client.build(settings, terminal.mute_reception(settings, kit))
        assert built.user is None
        assert built.intents.message_content is message_content
        assert discord.requests == []
        assert discord.gateway.connects == 0
