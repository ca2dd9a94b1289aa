"""discord.py's smallest bot, for a process of its own: `least_discord.py API_URL TOKEN` says when it is ready."""

from __future__ import annotations

import sys
from typing import Any

import discord
from discord import app_commands


class Least(discord.AutoShardedClient):
    """Answers /imagine with one word, and does nothing else; of the two clients, the one that asks for its gateway."""

    def __init__(self) -> None:
        super().__init__(intents=discord.Intents(guilds=True))
        self.tree = app_commands.CommandTree(self)

        @self.tree.command(name="imagine", description="answers")
        async def imagine(event: discord.Interaction[Any], prompt: str) -> None:
            await event.response.send_message(f"{len(prompt)} characters")

    async def on_connect(self) -> None:
        print("ready", file=sys.stderr, flush=True)


if __name__ == "__main__":
    discord.http.Route.BASE = sys.argv[1]
    Least().run(sys.argv[2], log_handler=None)
