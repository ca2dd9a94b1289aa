"""The doors in the terminal while no house is open: why one stays shut, its own commands, its part of the check-up."""

from __future__ import annotations

import importlib
from typing import Any, Final

from adapters import COMMANDS, REGISTRY, Errand, Finding, Keyless, State
from bot import settings as house_settings
from bot.app import door_kit, wanted
from bot.settings import Remark, Settings
from bot.terminal.sheet import Sheet
from bot.words import Words

NOT_SET: Final = 2
"""The exit code where a secret is missing."""


def missing(name: str, settings: Settings) -> str | None:
    """The first variable that the door cannot do without and nobody set."""
    return house_settings.missing(settings.doors[name], settings.secrets)


def turned_off(name: str, settings: Settings) -> bool:
    """Whether the operator wants it closed."""
    section: Any = settings.doors[name]
    return section.enabled is False


async def carry_out(name: str, asked: Errand | Keyless, settings: Settings, words: Words, tongue: str) -> int:
    """Do what a door's command asks for, line by line; gives the exit code."""
    sheet = Sheet(words, tongue)
    errand = asked.errand if isinstance(asked, Keyless) else asked
    variable = missing(name, settings)
    if variable is not None and not isinstance(asked, Keyless):
        sheet.put(Finding(State.FAULT, "check-door-off", {"door": title(name), "variable": variable}))
        return NOT_SET
    await sheet.put_all(errand(settings.doors[name], door_kit(settings)))
    return 1 if sheet.faults else 0


async def look_at(name: str, settings: Settings, sheet: Sheet) -> None:
    """What `imagebot check` says of a door."""
    section = settings.doors[name]
    if wanted(section, settings.secrets):
        if name in COMMANDS:
            terminal = importlib.import_module(f"{REGISTRY[name]}.terminal")
            await sheet.put_all(terminal.check(section, door_kit(settings)))
    elif turned_off(name, settings):
        sheet.put(Finding(State.OFF, "check-door-shut", {"door": title(name), "setting": f"{name}.enabled"}))
    else:
        sheet.put(Finding(State.OFF, "check-door-off", {"door": title(name), "variable": missing(name, settings)}))


def nowhere(settings: Settings) -> list[Remark]:
    """Of the places where admins are to be told something, those whose door nobody opens."""
    shut = [
        place
        for place in settings.policy.alert_places
        for door in [place.partition(":")[0]]
        if door not in settings.doors or not wanted(settings.doors[door], settings.secrets)
    ]
    return [Remark("remark-alert-nowhere", {"place": place}) for place in shut]


def title(name: str) -> str:
    """As people write it, such as "Discord"."""
    return name.capitalize()
