"""Names and descriptions of the commands in every language of words/."""

from __future__ import annotations

from typing import Final

import discord
from discord import app_commands

from bot.desk import Desk

PLAIN: Final = "en"
"""The language of the names that Discord sends back to us, whatever a person sees."""


class Translation(app_commands.Translator):
    """Asked by discord.py for each text and language when the commands are synced."""

    def __init__(self, desk: Desk) -> None:
        self._desk = desk

    async def translate(
        self,
        string: app_commands.locale_str,
        locale: discord.Locale,
        context: app_commands.TranslationContextTypes,
    ) -> str | None:
        """None where Discord's own fallback, the English text, is as good."""
        key = string.extras.get("key")
        said = f"{string.extras.get('before', '')}{self._desk.say(locale.value, key)}" if key else None
        return None if said == string.message else said


def worded(desk: Desk, key: str, *, before: str = "") -> app_commands.locale_str:
    """A text of words/ for the command tree: in English, with its key for `Translation`; `before` is for everybody."""
    return app_commands.locale_str(f"{before}{desk.say(PLAIN, key)}", key=key, before=before)
