"""The command: run the house, make one picture, check what is configured, list jobs, and what the doors bring."""

from __future__ import annotations

import asyncio
import importlib
import locale as machine_locale
import os
import re
import sys
import time
from collections.abc import Coroutine
from decimal import Decimal, InvalidOperation
from functools import partial
from pathlib import Path
from typing import Any, Final, NoReturn, TypeVar

import click

from adapters import COMMANDS, REGISTRY, Errand, Keyless
from bot import VERSION
from bot.errors import BotError, SettingsError, key_of
from bot.job import Status
from bot.words import Words

STARTED_AT: Final = time.monotonic()
T = TypeVar("T")
BAD_SETTINGS: Final = 2
CENTS_LIMIT: Final = 10**6
"""Ten thousand dollars for one picture: more is a slip of the finger."""

FORMATS: Final = ("webp", "png", "jpeg")
AS_HELD: Final = "as held"
"""What `--charged` stands for without an amount."""


@click.group(context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100})
@click.option(
    "--config",
    type=click.Path(path_type=Path, dir_okay=False),
    help="The settings file.  [default: $IMAGEBOT_CONFIG, else ./config.toml if there is one]",
)
@click.version_option(VERSION, prog_name="imagebot")
@click.pass_context
def main(context: click.Context, config: Path | None) -> None:
    """Pictures where your team already talks.

    \b
    imagebot run                                    open the doors: the channel is at http://127.0.0.1:5000
    imagebot imagine "A magical forest" --seed 7 -o forest.webp
    imagebot upscale photo.jpg -o big.webp
    imagebot check                                  does what is configured work?

    No key is needed to try it: without one, pictures are offline sketches, and upscaling is real. Keys and tokens come
    from the environment or from .env: BFL_API_KEY (FLUX by Black Forest Labs), STABILITY_API_KEY (Stability AI),
    DISCORD_TOKEN (the bot on Discord), SLACK_BOT_TOKEN and SLACK_APP_TOKEN (the app on Slack), IMAGEBOT_WEB_TOKENS (for
    a web door beyond this machine). Everything else is in config.toml; config.example.toml shows all of it with its
    defaults, and IMAGEBOT__SECTION__KEY in the environment overrides any of it.
    """
    context.obj = config


@main.command()
@click.option("--doors", help="Open only these, with commas between; with no --worker, others make the pictures.")
@click.option("--worker", is_flag=True, help="Make pictures; with no --doors, others open them.")
@click.pass_obj
def run(config: Path | None, doors: str | None, worker: bool) -> None:
    """Open the doors and serve until Ctrl-C.

    On PostgreSQL (store.database_url) any number of processes share the work: each does all of it, or only a part.
    """
    from bot import app, telemetry  # only here: `imagebot --help` should not wait for the whole house
    from bot.terminal import greeting

    settings = _settings(config)
    telemetry.set_up(level=settings.log.level, style=settings.log.format)
    words, tongue = Words.load(), _tongue()

    def opened(house: app.House) -> None:
        greeting.greet(house, settings, words, tongue, time.monotonic() - STARTED_AT)

    def closing() -> None:
        click.echo(words.say(tongue, "terminal-stopping"), err=True)

    part = app.WHOLE
    if doors is not None or worker:
        named = frozenset(name.strip() for name in (doors or "").split(",") if name.strip())
        if unknown := named - set(REGISTRY):
            _end(
                f"--doors: there is no {', '.join(sorted(unknown))}; possible are {', '.join(REGISTRY)}.", BAD_SETTINGS
            )
        part = app.Part(doors=named, worker=worker)
    while _carried_out(app.run(settings, opened, closing, part)):
        pass  # it was away for so long that others took over, and begins anew with what is to be done now
    click.echo(words.say(tongue, "terminal-stopped"), err=True)


@main.command()
@click.argument("prompt")
@click.option("-o", "--output", type=click.Path(path_type=Path, dir_okay=False), help="The file to write.")
@click.option("--ar", "ratio", help="Aspect ratio, such as 16:9.")
@click.option("--width", type=int, help="In pixels.")
@click.option("--height", type=int, help="In pixels.")
@click.option("--seed", type=int, help="The same seed and words give the same picture.")
@click.option("--model", help="Such as flux-dev or sketch.")
@click.option("--provider", help="Such as flux, stability or local.")
@click.option("--steps", type=int)
@click.option("--guidance", type=float)
@click.option("--prompt-upsampling/--no-prompt-upsampling", default=None)
@click.option("--safety", "safety_tolerance", type=int, help="0 is the strictest.")
@click.option("--raw/--no-raw", default=None)
@click.option("--format", "output_format", type=click.Choice(FORMATS), help="By default, what --output ends in.")
@click.option("--force", is_flag=True, help="Replace a file that is there already.")
@click.pass_obj
def imagine(config: Path | None, /, prompt: str, output: Path | None, force: bool, **ask: Any) -> None:
    """Paint PROMPT and save the picture.

    Goes through a running imagebot where there is one, else works by itself. Flags may also stand in the prompt.
    """
    from bot.terminal import errand

    ask = {name: value for name, value in ask.items() if value is not None}
    ask.setdefault("output_format", _format_of(output))
    output = output or Path(f"imagine-{int(time.time())}.{ask['output_format']}")
    settings, words, tongue = _errand(config, output, force)
    saved = _carried_out(errand.imagine(settings, {"prompt": prompt, **ask}, output, words, tongue))
    click.echo(words.say(tongue, "terminal-saved", path=str(saved)))


@main.command()
@click.argument("picture", type=click.Path(path_type=Path))
@click.option("-o", "--output", type=click.Path(path_type=Path, dir_okay=False), help="The file to write.")
@click.option("--factor", type=click.IntRange(2, 8), help="How many times larger each side becomes.")
@click.option("--model", help="Such as upscale or fast.")
@click.option("--provider", help="Such as local or stability.")
@click.option("--format", "output_format", type=click.Choice(FORMATS), help="By default, what --output ends in.")
@click.option("--force", is_flag=True, help="Replace a file that is there already.")
@click.pass_obj
def upscale(config: Path | None, /, picture: Path, output: Path | None, force: bool, **ask: Any) -> None:
    """Enlarge the file PICTURE and save the result."""
    from bot.terminal import errand

    ask = {name: str(value) for name, value in ask.items() if value is not None}
    ask.setdefault("output_format", _format_of(output))
    output = output or picture.with_name(f"{picture.stem}-large.{ask['output_format']}")
    settings, words, tongue = _errand(config, output, force)
    if not picture.is_file() or not os.access(picture, os.R_OK):
        _end(words.say(tongue, "terminal-not-a-file", path=str(picture)))
    saved = _carried_out(errand.upscale(settings, picture, ask, output, words, tongue))
    click.echo(words.say(tongue, "terminal-saved", path=str(saved)))


@main.command(short_help="Say line by line whether what is configured works.")
@click.pass_obj
def check(config: Path | None) -> None:
    """Say line by line whether what is configured works; exit code 1 where something does not."""
    from bot.terminal import checkup

    _quiet()
    sys.exit(_carried_out(checkup.check(_settings(config), Words.load(), _tongue())))


@main.command(short_help="Bring the database to this release's schema.")
@click.pass_obj
def migrate(config: Path | None) -> None:
    """Bring the database to this release's schema, as a start would; the release before goes on working on it."""
    from bot.terminal import upkeep

    _quiet()
    _carried_out(upkeep.migrate(_settings(config), Words.load(), _tongue()))


@main.command(short_help="List the newest jobs, or what is stuck; run a job anew, or settle it.")
@click.option("--status", type=click.Choice([status.value for status in Status]), help="Only jobs of this status.")
@click.option("--limit", type=click.IntRange(1, 1000), default=20, show_default=True)
@click.option("--stuck", is_flag=True, help="Only jobs that are late, untold or unsure.")
@click.option("--rerun", metavar="ID", help="Let a job that ended without a picture run again; it is paid for again.")
@click.option("--settle", metavar="ID", help="End an unsure job, with --charged or --not-charged.")
@click.option(
    "--charged",
    is_flag=False,
    flag_value=AS_HELD,
    metavar="[CENTS]",
    help="The provider's bill holds it: so many US cents, or what was reserved for it.",
)
@click.option("--not-charged", is_flag=True, help="The provider's bill does not hold it.")
@click.pass_obj
def jobs(
    config: Path | None, status: str | None, limit: int, stuck: bool, rerun: str | None, settle: str | None,
    charged: str | None, not_charged: bool,
) -> None:  # fmt: skip
    """List the newest jobs, or what is stuck; the bot may be running."""
    from bot.terminal import upkeep

    if (charged is not None) + not_charged != (settle is not None):
        raise click.UsageError("--settle takes --charged or --not-charged, and these need --settle.")
    cost_cents = _cents(charged)
    _quiet()
    settings, words, tongue = _settings(config), Words.load(), _tongue()
    if rerun is not None:
        _carried_out(upkeep.rerun(settings, words, tongue, rerun))
    elif settle is not None:
        _carried_out(upkeep.settle(settings, words, tongue, settle, charged=not not_charged, cost_cents=cost_cents))
    elif stuck:
        _carried_out(upkeep.list_stuck(settings, words, tongue, limit))
    else:
        _carried_out(upkeep.list_jobs(settings, words, tongue, Status(status) if status else None, limit))


@main.command(short_help="Say what was spent, by person, model and day.")
@click.option("--month", help="Such as 2026-11.  [default: this one]")
@click.option("--plot", "picture", type=click.Path(path_type=Path, dir_okay=False), help="Draw it into this PNG file.")
@click.pass_obj
def usage(config: Path | None, month: str | None, picture: Path | None) -> None:
    """Say what all spent in a month: by person, by model and by day."""
    from bot.terminal import usage as report

    if month is not None and not re.fullmatch(r"\d{4}-(0[1-9]|1[0-2])", month):
        raise click.BadParameter("a month is written like 2026-11", param_hint="--month")
    _quiet()
    _carried_out(report.show(_settings(config), Words.load(), _tongue(), month=month, picture=picture))


class DoorCommands(click.Group):
    """What a door brings for the terminal; the door is imported when that is looked at, not for `imagebot --help`."""

    def __init__(self, door: str, line: str) -> None:
        super().__init__(door, help=line, result_callback=partial(_carry_out, door), no_args_is_help=True)
        self._module = f"{REGISTRY[door]}.terminal"

    def list_commands(self, context: click.Context) -> list[str]:
        return self._inside().list_commands(context)

    def get_command(self, context: click.Context, name: str) -> click.Command | None:
        return self._inside().get_command(context, name)

    def _inside(self) -> click.Group:
        group: click.Group = importlib.import_module(self._module).commands
        return group


def _carry_out(door: str, errand: Errand | Keyless) -> None:
    from bot.terminal import door as doors

    _quiet()
    settings = _settings(click.get_current_context().obj)
    sys.exit(_carried_out(doors.carry_out(door, errand, settings, Words.load(), _tongue())))


for _door, _line in COMMANDS.items():
    main.add_command(DoorCommands(_door, _line))


def _settings(config: Path | None) -> Any:
    from bot import app

    try:
        return app.read_settings(config)
    except SettingsError as error:
        _end(str(error), BAD_SETTINGS)


def _errand(config: Path | None, output: Path, force: bool) -> tuple[Any, Words, str]:
    """What a command that writes one file needs; ends here where the file is there already."""
    _quiet()
    settings, words, tongue = _settings(config), Words.load(), _tongue()
    if output.exists() and not force:
        _end(words.say(tongue, "terminal-exists", path=str(output)))
    if not os.access(output.parent, os.W_OK):  # found out before anything is bought
        _end(words.say(tongue, "check-store-fault", place=str(output), reason=words.say(tongue, "reason-not-writable")))
    return settings, words, tongue


def _carried_out(work: Coroutine[Any, Any, T]) -> T:
    """Run it, with a sentence in place of a stack trace; exit code 2 for settings, 1 else, 130 for Ctrl-C."""
    try:
        return asyncio.run(work)
    except SettingsError as error:
        _end(str(error), BAD_SETTINGS)
    except BotError as error:
        _end(Words.load().say(_tongue(), f"error-{key_of(error)}", **error.facts))
    except click.ClickException as error:
        _end(error.message)
    except KeyboardInterrupt:
        sys.exit(130)


def _cents(written: str | None) -> Decimal | None:
    """An amount of money; None where nobody said one."""
    if written is None or written == AS_HELD:
        return None
    try:
        cents = Decimal(written)
    except InvalidOperation:
        cents = Decimal("NaN")
    if not cents.is_finite() or not 0 <= cents <= CENTS_LIMIT:
        raise click.BadParameter("an amount is written like 4 or 5.5, in US cents", param_hint="--charged")
    return cents


def _end(sentence: str, code: int = 1) -> NoReturn:
    click.echo(sentence, err=True)
    sys.exit(code)


def _format_of(output: Path | None) -> str:
    """The format that a file name asks for; webp where it does not say."""
    ending = output.suffix.lower().lstrip(".") if output else ""
    ending = {"jpg": "jpeg"}.get(ending, ending)
    return ending if ending in FORMATS else "webp"


def _quiet() -> None:
    from bot import telemetry

    telemetry.set_up(level="error", style="console")


def _tongue() -> str:
    """The language of this terminal, as a BCP 47 tag."""
    for variable in ("LC_ALL", "LC_MESSAGES", "LANG"):
        found = os.environ.get(variable, "").partition(".")[0].replace("_", "-")
        if found and found not in ("C", "POSIX"):
            return found
    return (machine_locale.getlocale()[0] or "en").replace("_", "-")
