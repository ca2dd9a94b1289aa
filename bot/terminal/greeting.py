"""What the terminal shows when the house is open: doors, providers, and where to go."""

from __future__ import annotations

from collections.abc import Sequence

from rich.console import Console
from rich.padding import Padding
from rich.table import Table
from rich.text import Text

from bot import VERSION
from bot.app import House
from bot.settings import Remark, Settings
from bot.terminal import door as shut
from bot.view import Vendor
from bot.words import Words

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
        ("terminal-doors", _doors(house, settings, words, tongue)),
        ("terminal-providers", [_provider(vendor, settings, words, tongue) for vendor in house.desk.vendors()]),
    ):
        for number, (on, name, state) in enumerate(rows):
            mark = Text("●", style="green") if on else Text("○", style="dim")
            look = "" if on else "dim"
            title = "" if number else words.say(tongue, heading)
            table.add_row(title, mark, Text(name, style=look), Text(state, style=look))
    console.print(Padding(table, (0, 0, 1, 2)))
    if not house.part.worker:
        console.print(Text("  " + words.say(tongue, "terminal-no-worker"), style="dim"), end="\n\n")
    for remark in _remarks(house, settings, words, tongue):
        first, *more = remark.splitlines()
        row = Table.grid(padding=(0, 1))
        row.add_row(Text("  !", style="yellow"), Text(first, style="yellow"))
        console.print(row)
        for line in more:  # whole, since it may be a link
            console.print(Text(f"    {line}"), soft_wrap=True)
    for door in house.doors.values():
        if door.address.startswith("http"):
            console.print(Text("  " + words.say(tongue, "terminal-address", url=door.address), style="bold"))
    console.print(Text("  " + words.say(tongue, "terminal-ready", seconds=f"{took_s:.1f}"), style="dim"), end="\n\n")


def _doors(house: House, settings: Settings, words: Words, tongue: str) -> list[Row]:
    """Those that are open first."""
    rows = []
    for name in sorted(settings.doors, key=lambda name: name not in house.doors):
        opened = house.doors.get(name)
        if opened is not None:
            state = words.say(tongue, opened.standing.key, **opened.standing.facts)
        elif house.part.doors is not None and name not in house.part.doors:
            state = words.say(tongue, "terminal-off-elsewhere")
        elif shut.turned_off(name, settings):
            state = words.say(tongue, "terminal-off-set", setting=f"{name}.enabled")
        else:
            state = words.say(tongue, "terminal-off", variable=shut.missing(name, settings))
        rows.append((opened is not None, shut.title(name), state))
    return rows


def _provider(vendor: Vendor, settings: Settings, words: Words, tongue: str) -> Row:
    if vendor.on:
        key = "terminal-on-keyless" if vendor.variable is None else "terminal-on"
    elif vendor.name not in settings.order:
        key = "terminal-off-unnamed"
    else:
        key = "terminal-off"
    title = words.name(tongue, f"vendor-{vendor.name}", vendor.title)
    return vendor.on, title, words.say(tongue, key, variable=vendor.variable or "")


def _remarks(house: House, settings: Settings, words: Words, tongue: str) -> list[str]:
    told = (each for door in house.doors.values() for each in door.remarks)
    remarks: Sequence[Remark] = [*settings.remarks, *shut.nowhere(settings), *told]
    return [words.say(tongue, remark.key, **remark.facts) for remark in remarks]
