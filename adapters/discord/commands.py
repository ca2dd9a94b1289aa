"""The commands that Discord lists: slash commands and the menus of messages. They only hand over what was filled in."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import partial
from typing import Any, Final, TypeVar

import discord
from discord import app_commands
from discord.app_commands import Choice, Range

from adapters.discord.attachment import Attachment
from adapters.discord.reception import Reception
from adapters.discord.translation import worded
from adapters.discord.visit import Visit
from bot.chat.form import COMMON, orientation
from bot.chat.press import Manner
from bot.message import Verb
from bot.prompt import GUIDANCE_LIMIT, SAFETY_LIMIT, STEPS_LIMIT
from bot.request import PROMPT_LIMIT, SEED_LIMIT, SIDE_LIMIT, Kind, Ratio

T = TypeVar("T")

CHOICES_LIMIT: Final = 25
CHOICE_LIMIT: Final = 100
"""Characters of a choice's name."""
NAMES: Final = {
    "prompt": "discord-option-prompt",
    "model": "discord-option-model",
    "aspect": "discord-option-aspect",
    "width": "discord-option-width",
    "height": "discord-option-height",
    "steps": "discord-option-steps",
    "guidance": "discord-option-guidance",
    "prompt_upsampling": "discord-option-upsampling",
    "safety_tolerance": "discord-option-safety",
    "image": "discord-option-image",
    "count": "discord-option-count",
    "private": "discord-option-private",
    "spoiler": "discord-option-spoiler",
    "factor": "discord-option-factor",
}
"""The options that have another name in another language."""
IMAGINE_HINTS: Final = {
    "prompt": "discord-hint-prompt",
    "model": "discord-hint-model",
    "aspect": "discord-hint-aspect",
    "width": "discord-hint-width",
    "height": "discord-hint-height",
    "seed": "discord-hint-seed",
    "steps": "discord-hint-steps",
    "guidance": "discord-hint-guidance",
    "prompt_upsampling": "discord-hint-upsampling",
    "safety_tolerance": "discord-hint-safety",
    "image": "discord-hint-image",
    "count": "discord-hint-count",
    "private": "discord-hint-private",
    "spoiler": "discord-hint-spoiler",
}
UPSCALE_HINTS: Final = {
    "image": "discord-hint-source",
    "factor": "discord-hint-factor",
    "private": "discord-hint-private",
}

Event = discord.Interaction[Any]


def plant(tree: app_commands.CommandTree[Any], door: Reception) -> None:
    """Put the commands on the tree; nothing is sent anywhere."""
    text = partial(worded, door.desk)
    for command in (_imagine(door), _upscale(door), *_pages(door)):
        tree.add_command(command)
    for key, verb in (("discord-menu-upscale", Verb.UPSCALE), ("discord-menu-reference", Verb.REFERENCE)):
        tree.add_command(app_commands.ContextMenu(name=text(key), callback=_menu(door, verb)))


def _imagine(door: Reception) -> app_commands.Command[Any, ..., Any]:
    text = partial(worded, door.desk)

    @app_commands.command(name="imagine", description=text("discord-command-imagine"))
    @_spoken(door, IMAGINE_HINTS)
    @app_commands.choices(aspect=[_shape(door, ratio) for ratio in COMMON])
    @app_commands.choices(count=[Choice(name=str(each), value=each) for each in range(1, door.settings.max_count + 1)])
    async def imagine(
        event: Event,
        prompt: Range[str, 1, PROMPT_LIMIT] | None = None,
        model: str | None = None,
        aspect: str | None = None,
        width: Range[int, 1, SIDE_LIMIT] | None = None,
        height: Range[int, 1, SIDE_LIMIT] | None = None,
        seed: Range[int, 0, SEED_LIMIT] | None = None,
        steps: Range[int, 1, STEPS_LIMIT] | None = None,
        guidance: Range[float, 0, GUIDANCE_LIMIT] | None = None,
        prompt_upsampling: bool | None = None,
        safety_tolerance: Range[int, 0, SAFETY_LIMIT] | None = None,
        image: discord.Attachment | None = None,
        count: int = 1,
        private: bool = False,
        spoiler: bool = False,
    ) -> None:
        given = {
            "model": model,
            "ratio": Ratio.parse(aspect) if aspect else None,
            "width": width,
            "height": height,
            "seed": seed,
            "steps": steps,
            "guidance": guidance,
            "prompt_upsampling": prompt_upsampling,
            "safety_tolerance": safety_tolerance,
        }
        manner = Manner(count=count, private=private, spoiler=spoiler)
        await door.answer(event, lambda visit: visit.imagine((prompt or "").strip(), given, _file(image), manner))

    @imagine.autocomplete("model")
    async def models(event: Event, typed: str) -> list[Choice[str]]:
        return offered(door, str(event.locale), typed)

    return imagine


def _upscale(door: Reception) -> app_commands.Command[Any, ..., Any]:
    @app_commands.command(name="upscale", description=worded(door.desk, "discord-command-upscale"))
    @_spoken(door, UPSCALE_HINTS)
    async def upscale(
        event: Event,
        image: discord.Attachment,
        factor: Range[int, 2, 8] | None = None,
        private: bool = False,
    ) -> None:
        manner = Manner(private=private)
        await door.answer(event, lambda visit: visit.upscale(Attachment.of(image), factor, manner))

    @upscale.autocomplete("factor")
    async def factors(event: Event, typed: object) -> list[Choice[int]]:
        possible = sorted({factor for offer in door.desk.offers() for factor in offer.factors})
        return [Choice(name=f"x{factor}", value=factor) for factor in possible]

    return upscale


def _pages(door: Reception) -> Sequence[app_commands.Command[Any, ..., Any]]:
    """The commands that answer with something to read."""
    text = partial(worded, door.desk)

    @app_commands.command(name="jobs", description=text("discord-command-jobs"))
    async def jobs(event: Event) -> None:
        await door.answer(event, Visit.jobs)

    @app_commands.command(name="usage", description=text("discord-command-usage"))
    async def usage(event: Event) -> None:
        await door.answer(event, Visit.usage)

    @app_commands.command(name="about", description=text("discord-command-about"))
    async def about(event: Event) -> None:
        await door.answer(event, Visit.about)

    @app_commands.command(name="help", description=text("discord-command-help"))
    async def help_(event: Event) -> None:
        await door.answer(event, Visit.help)

    return jobs, usage, about, help_


def _menu(door: Reception, verb: Verb) -> Callable[[Event, discord.Message], Any]:
    async def act(event: Event, message: discord.Message) -> None:
        await door.answer(event, lambda visit: visit.use(message, verb))

    return act


def _spoken(door: Reception, hints: dict[str, str]) -> Callable[[T], T]:
    """A command's options, named and described in every language."""
    described = app_commands.describe(**{name: worded(door.desk, key) for name, key in hints.items()})
    named = app_commands.rename(**{name: worded(door.desk, NAMES[name]) for name in hints if name in NAMES})
    return lambda command: described(named(command))


def offered(door: Reception, locale: str, typed: str) -> list[Choice[str]]:
    """The models that paint and match what is typed so far, each with its price; from memory, as every key asks."""
    prices = {price.name: price.value for price in door.desk.help(locale).fields}
    sought = typed.casefold().strip()
    return [
        Choice(name=f"{offer.title} · {prices[offer.name]}"[:CHOICE_LIMIT], value=offer.name)
        for offer in door.desk.offers(locale)
        if offer.kind is Kind.IMAGINE and sought in f"{offer.title} {offer.name}".casefold()
    ][:CHOICES_LIMIT]


def _shape(door: Reception, ratio: Ratio) -> Choice[str]:
    """Such as "16:9 landscape"."""
    return Choice(name=worded(door.desk, orientation(ratio), before=f"{ratio} "), value=str(ratio))


def _file(image: discord.Attachment | None) -> Attachment | None:
    return Attachment.of(image) if image is not None else None
