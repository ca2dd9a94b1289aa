"""A finished picture becoming ours: fetch, verify, store; beside the bare libraries with the same bytes."""

from __future__ import annotations

import asyncio
import hashlib
import io
import os
import sqlite3
from collections.abc import Sequence
from contextlib import closing
from pathlib import Path
from random import Random
from statistics import median
from typing import Final

import aiohttp
from PIL import Image

from benchmarks.figure import Figure, Ground
from benchmarks.gauge import Stopwatch
from benchmarks.house import log_to_nowhere
from benchmarks.picture_server import serving
from bot.clock import RealClock
from bot.gallery import Gallery
from bot.providers import Kit
from bot.providers.flux import Settings, open_provider
from bot.store import Store

SIDES: Final = (1024, 768)
PICTURES: Final = 20
ROUNDS: Final = 5


def measure(ground: Ground) -> list[Figure]:
    return asyncio.run(_measure(ground))


async def _measure(ground: Ground) -> list[Figure]:
    log_to_nowhere()
    host = ground.folder / "host"
    names = await asyncio.to_thread(_paint, host, Random(ground.seed))
    ours, bare = Stopwatch(), Stopwatch()
    async with serving(host) as address:
        links = [f"{address}/{name}" for name in names]
        for number in range(1 + ROUNDS):  # the first one warms both up
            await _house(links, address, ground.folder / f"ours-{number}", ours)
            await _bare(links, ground.folder / f"bare-{number}", bare)
    what = f"fetch, verify and keep a finished {SIDES[0]}x{SIDES[1]} WebP"
    against = "bare aiohttp, Pillow, hashlib, fsync and sqlite3"
    return [
        Figure(
            what=f"{what}: {name} per picture",
            ours=median(mine[1:]) / PICTURES,
            other=median(theirs[1:]) / PICTURES,
            against=against,
            unit="ms",
        )
        for name, mine, theirs in (("CPU", ours.cpu_ms, bare.cpu_ms), ("time", ours.wall_ms, bare.wall_ms))
    ]


def _paint(folder: Path, random: Random) -> list[str]:
    """Pictures with as much detail as a photo, all different: the gallery writes the same bytes only once."""
    folder.mkdir()
    names = []
    for number in range(PICTURES):
        small = Image.frombytes("RGB", (SIDES[0] // 8, SIDES[1] // 8), random.randbytes(SIDES[0] * SIDES[1] * 3 // 64))
        name = f"{number}.webp"
        small.resize(SIDES, Image.Resampling.BICUBIC).save(folder / name, "WEBP", quality=90, method=2)
        names.append(name)
    return names


async def _house(links: Sequence[str], address: str, folder: Path, watch: Stopwatch) -> None:
    """Our way: the Flux provider's own connections, the gallery, the store."""
    await asyncio.to_thread(folder.mkdir)
    clock = RealClock()
    store = await Store.open(f"sqlite:///{folder / 'imagebot.sqlite'}", clock=clock)
    gallery = await Gallery.open(folder / "gallery", store, clock=clock)
    provider = open_provider(Settings(base_url=address), "no-key", Kit(clock=clock, data_dir=folder))
    try:
        with watch.running():
            for seed, link in enumerate(links):
                picture = await provider.fetch(link)
                await gallery.keep(picture, by="bench:ada", provider="flux", model="flux-dev", seed=seed)
    finally:
        await provider.close()
        await store.close()


async def _bare(links: Sequence[str], folder: Path, watch: Stopwatch) -> None:
    """The same done once by hand: decoded to the end, hashed, flushed to the disk, and written down in one row."""
    await asyncio.to_thread(folder.mkdir)
    with closing(sqlite3.connect(folder / "bare.sqlite", isolation_level=None, check_same_thread=False)) as database:
        database.execute("PRAGMA journal_mode=WAL")
        database.execute("PRAGMA synchronous=FULL")
        database.execute("CREATE TABLE images (id TEXT PRIMARY KEY, width INT, height INT, size_bytes INT)")
        async with aiohttp.ClientSession() as session:
            with watch.running():
                for link in links:
                    async with session.get(link) as response:
                        picture = await response.read()
                    await asyncio.to_thread(_put, picture, folder, database)


def _put(picture: bytes, folder: Path, database: sqlite3.Connection) -> None:
    with Image.open(io.BytesIO(picture)) as image:
        image.load()
        width, height = image.size
    name = hashlib.sha256(picture).hexdigest()
    draft = folder / "draft"
    with draft.open("wb") as file:
        file.write(picture)
        file.flush()
        os.fsync(file.fileno())
    draft.replace(folder / name)
    handle = os.open(folder, os.O_RDONLY)
    os.fsync(handle)
    os.close(handle)
    database.execute("INSERT INTO images VALUES (?, ?, ?, ?)", (name, width, height, len(picture)))
