"""What the terminal shows when the house is open: doors, providers, and where to go."""

from __future__ import annotations

from typing import Final

from rich.console import Console
from rich.padding import Padding
from rich.table import Table
from rich.text import Text

from bot import VERSION
from bot.app import House
from bot.settings import Settings
from bot.view import Vendor
from bot.words import Words

COMING: Final = {"Discord": "DISCORD_TOKEN", "Slack": "SLACK_BOT_TOKEN"}
"""Doors that this release does not have yet, by the variable that will open them."""
Row = tuple[bool, str, str]
"""Whether it is on, its name, and how it stands."""


def greet(house: House, settings: Settings, words: Words, tongue: str, took_s: float) -> None:
    """Print it to standard error: standard output is for what a command gives."""
    console = Console(stderr=True, highlight=False)
    source = str(settings.source) if settings.source else ""
    console.print()
    console.print(Text(words.say(tongue, "terminal-banner", version=VERSION), style="bold"))
    key = "terminal-settings-from" if source else "terminal-settings-default"
    console.print(Text(words.say(tongue, key, file=source), style="dim"), end="\n\n")
    table = Table.grid(padding=(0, 2))
    for heading, rows in (
        ("terminal-doors", _doors(house, words, tongue)),
        ("terminal-providers", [_provider(vendor, settings, words, tongue) for vendor in house.desk.vendors()]),
    ):
        for number, (on, name, state) in enumerate(rows):
            mark = Text("●", style="green") if on else Text("○", style="dim")
            look = "" if on else "dim"
            title = "" if number else words.say(tongue, heading)
            table.add_row(title, mark, Text(name, style=look), Text(state, style=look))
    console.print(Padding(table, (0, 0, 1, 2)))
    for remark in _remarks(settings, words, tongue):
        console.print(Text(f"  ! {remark}", style="yellow"))
    for door in house.doors.values():
        console.print(Text("  " + words.say(tongue, "terminal-address", url=door.address), style="bold"))
    console.print(Text("  " + words.say(tongue, "terminal-ready", seconds=f"{took_s:.1f}"), style="dim"), end="\n\n")


def _doors(house: House, words: Words, tongue: str) -> list[Row]:
    return [
        (True, name.capitalize(), words.say(tongue, "terminal-door-open", where=door.address))
        for name, door in house.doors.items()
    ]


def _provider(vendor: Vendor, settings: Settings, words: Words, tongue: str) -> Row:
    if vendor.on:
        key = "terminal-on-keyless" if vendor.variable is None else "terminal-on"
    elif vendor.name not in settings.order:
        key = "terminal-off-unnamed"
    else:
        key = "terminal-off"
    return vendor.on, vendor.title, words.say(tongue, key, variable=vendor.variable or "")


def _remarks(settings: Settings, words: Words, tongue: str) -> list[str]:
    said = [words.say(tongue, remark.key, **remark.facts) for remark in settings.remarks]
    return said + [
        words.say(tongue, "remark-door-coming", door=door, variable=variable)
        for door, variable in COMING.items()
        if variable in settings.secrets
    ]
