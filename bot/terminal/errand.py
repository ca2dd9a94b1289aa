"""One picture from the terminal: asks the house's HTTP door, shows a bar, saves the file."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any, Final

import aiohttp
import click
from rich.console import Console
from rich.progress import BarColumn, Progress, SpinnerColumn, TextColumn, TimeElapsedColumn

from bot.app import database_url, open_house
from bot.settings import Settings
from bot.store import running
from bot.words import Words

LOOK_S: Final = 0.3
"""Between two looks at a job on this very machine."""
ENDED: Final = frozenset(("finished", "moderated", "failed", "unsure", "cancelled"))


class AnsweredError(click.ClickException):
    """The house said no, or there is no picture; `message` is for the person."""


@asynccontextmanager
async def house_door(settings: Settings) -> AsyncIterator[str]:
    """The address of the house that runs on this data folder; where none does, one opens for this errand alone."""
    address = await asyncio.to_thread(running, database_url(settings))
    if address:
        yield address
        return
    async with open_house(settings, errand=True) as house:
        yield house.doors["web"].address


async def imagine(settings: Settings, ask: Mapping[str, Any], output: Path, words: Words, locale: str) -> Path:
    """Paint and save. Raises AnsweredError with what the person should read."""
    async with house_door(settings) as address, _asking(settings, address, words, locale) as session:
        async with session.post(f"{address}/jobs", json=dict(ask)) as answer:
            job = await _read(answer)
        return await _follow(session, address, job, output, words, locale)


async def upscale(
    settings: Settings, source: Path, ask: Mapping[str, str], output: Path, words: Words, locale: str
) -> Path:
    """Enlarge a file and save. Raises AnsweredError, OSError where the file cannot be read."""
    picture = await asyncio.to_thread(source.read_bytes)
    async with house_door(settings) as address, _asking(settings, address, words, locale) as session:
        form = aiohttp.FormData(dict(ask))
        form.add_field("image", picture, filename=source.name, content_type="application/octet-stream")
        async with session.post(f"{address}/jobs", data=form) as answer:
            job = await _read(answer)
        return await _follow(session, address, job, output, words, locale)


@asynccontextmanager
async def _asking(settings: Settings, address: str, words: Words, locale: str) -> AsyncIterator[aiohttp.ClientSession]:
    """A session with the house. Raises AnsweredError where the house goes away, as when its operator stops it."""
    headers = {"Accept-Language": locale}
    if settings.web_tokens:
        headers["Authorization"] = f"Bearer {settings.web_tokens[0].token.get_secret_value()}"
    try:
        async with aiohttp.ClientSession(headers=headers, timeout=aiohttp.ClientTimeout(total=60)) as session:
            yield session
    except (aiohttp.ClientError, TimeoutError) as error:
        reason = words.say(locale, "reason-unreachable")
        raise AnsweredError(words.say(locale, "check-store-fault", place=address, reason=reason)) from error


async def _read(answer: aiohttp.ClientResponse) -> dict[str, Any]:
    body: dict[str, Any] = await answer.json()
    if answer.status >= 400:
        raise AnsweredError(str(body.get("error", answer.reason)))
    return body


async def _follow(
    session: aiohttp.ClientSession, address: str, job: dict[str, Any], output: Path, words: Words, locale: str
) -> Path:
    """Wait with a bar; then the picture, beside its place first, so that no half a file bears the name."""
    columns = (SpinnerColumn(), TextColumn("{task.description}"), BarColumn(), TimeElapsedColumn())
    with Progress(*columns, console=Console(stderr=True), transient=True) as bar:
        task = bar.add_task(words.say(locale, "terminal-working"), total=None)
        while job["status"] not in ENDED:
            await asyncio.sleep(LOOK_S)
            async with session.get(f"{address}/jobs/{job['job']}") as answer:
                job = await _read(answer)
            fraction = job.get("progress")
            bar.update(task, total=None if fraction is None else 1.0, completed=fraction or 0.0)
    if "image_url" not in job:
        raise AnsweredError(str(job.get("error", job["status"])))
    async with session.get(f"{address}{job['image_url']}") as answer:
        picture = await answer.read()
    await asyncio.to_thread(_save, output, picture)
    return output


def _save(output: Path, picture: bytes) -> None:
    draft = output.with_name(f".{output.name}.part")
    draft.write_bytes(picture)
    draft.replace(output)
