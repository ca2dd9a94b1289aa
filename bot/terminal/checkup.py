"""`imagebot check`: whether what is configured works, line by line."""

from __future__ import annotations

import asyncio
import tempfile
from collections.abc import Sequence
from decimal import Decimal
from functools import partial
from pathlib import Path

from adapters import Finding, State
from bot.app import database_url, open_catalogue
from bot.clock import RealClock
from bot.errors import BotError, Fact, SettingsError, StorageDownError, StorageShutError, key_of
from bot.offer import Offer
from bot.providers.catalogue import Catalogue
from bot.settings import Settings
from bot.shelf import SPOOL
from bot.shelf.bucket import Bucket
from bot.shelf.objects import ObjectShelf
from bot.store import Found, look, running
from bot.terminal import door
from bot.terminal.sheet import Sheet
from bot.words import Words

OTHER_FAULT = "reason-broken"


class Checkup:
    """Says each line as it comes to know it."""

    def __init__(self, settings: Settings, words: Words, tongue: str) -> None:
        self._settings, self._words, self._tongue = settings, words, tongue
        self._sheet = Sheet(words, tongue)

    async def run(self) -> int:
        """The exit code: 0 where all is well, else 1."""
        self._sheet.head("check-title")
        if self._settings.source is None:
            self._put(State.WELL, "check-settings")
        else:
            self._put(State.WELL, "terminal-settings-from", file=str(self._settings.source))
        for remark in self._settings.remarks:
            self._put(State.ASIDE, remark.key, **remark.facts)
        await self._folder()
        await self.pictures()
        await self._database()
        catalogue = open_catalogue(self._settings, RealClock())
        try:
            for stand in catalogue.stands:
                await self._provider(catalogue, stand.name)
        finally:
            await catalogue.close()
        for name in self._settings.doors:
            await door.look_at(name, self._settings, self._sheet)
        for remark in door.nowhere(self._settings):
            self._put(State.FAULT, remark.key, **remark.facts)
        faults = self._sheet.faults
        self._put(State.SAID, "check-unwell" if faults else "check-well", count=faults)
        return 1 if faults else 0

    async def _folder(self) -> None:
        folder = self._settings.store.data_dir
        try:
            await asyncio.to_thread(_try_writing, folder)
        except OSError:
            self._put(State.FAULT, "check-store-fault", place=str(folder), reason=self._reason("not-writable"))
        else:
            here = not self._settings.store.on_server, not self._settings.store.pictures_url.get_secret_value()
            keeps = {(True, True): "all", (True, False): "jobs", (False, True): "pictures"}.get(here, "little")
            self._put(State.WELL, "check-store", place=str(folder), keeps=keeps)

    async def pictures(self) -> None:
        """The bucket, if there is one, and what waits to be brought there."""
        url = self._settings.store.pictures_url.get_secret_value()
        if not url:
            return
        keys = {variable: secret.get_secret_value() for variable, secret in self._settings.secrets.items()}
        try:
            bucket = Bucket.at(url, keys)
        except SettingsError as error:
            self._put(State.FAULT, "check-store-fault", place="store.pictures_url", reason=str(error))
            return
        try:
            public = await bucket.examine()
        except StorageDownError as error:
            reason = "reason-storage-shut" if isinstance(error, StorageShutError) else "reason-storage-down"
            self._put(
                State.FAULT, "check-pictures-fault", place=bucket.place, reason=self._words.say(self._tongue, reason)
            )
        else:
            key = "check-pictures-public" if public else "check-pictures"
            self._put(State.FAULT if public else State.WELL, key, place=bucket.place)
        waiting = await ObjectShelf(bucket, self._settings.store.data_dir / SPOOL, RealClock(), "").late()
        if waiting:
            self._put(State.ASIDE, "check-pictures-late", count=len(waiting))

    async def _database(self) -> None:
        """What a start would find there; it is only looked at, since bringing it up to date is not this command's."""
        url = database_url(self._settings)
        try:
            address = await asyncio.to_thread(running, url)
            if address is not None:
                self._put(State.WELL, "check-running", place=address or str(self._settings.store.data_dir))
                return
            standing = await asyncio.to_thread(look, url)
        except SettingsError as error:
            store = self._settings.store
            place = "store.database_url" if store.on_server else str(store.data_dir)
            self._put(State.FAULT, "check-store-fault", place=place, reason=str(error))
            return
        match standing:
            case Found.NEW:
                self._put(State.WELL, "check-database-new")
            case Found.OLDER:
                self._put(State.WELL, "check-database-older")
            case Found.UP_TO_DATE:
                self._put(State.WELL, "check-database", server="yes" if self._settings.store.on_server else "no")

    async def _provider(self, catalogue: Catalogue, name: str) -> None:
        stand = next(each for each in catalogue.stands if each.name == name)
        title = self._words.name(self._tongue, f"vendor-{stand.name}", stand.title)
        facts = {"provider": title, "variable": stand.variable or ""}
        if stand.provider is None:
            named = name in self._settings.order
            self._put(State.OFF, "check-provider-off" if named else "terminal-provider-unnamed", **facts)
            return
        try:
            health = await stand.provider.check()
        except BotError as error:
            self._put(State.FAULT, "check-provider-fault", **facts, reason=self._reason(key_of(error)))
            return
        if health.credits_cents is None:
            self._put(State.WELL, "check-provider", **facts)
        else:
            money = self._words.money(self._tongue, Decimal(str(health.credits_cents)))
            self._put(State.WELL, "check-provider-credits", **facts, money=money)
        self._prices(stand.provider.offers)
        if health.engine:
            self._put(State.ASIDE, f"check-engine-{health.engine}", command=health.remedy)

    def _prices(self, offers: Sequence[Offer]) -> None:
        """What a picture costs, and since when nobody has looked; free ones need no word."""
        money = partial(self._words.money, self._tongue)
        told = [f"{offer.model} {money(offer.price_cents)}" for offer in offers if offer.price_cents]
        dates = [offer.price_as_of for offer in offers if offer.price_cents and offer.price_as_of]
        if told and dates:
            self._put(State.ASIDE, "check-prices", prices=", ".join(told), day=min(dates).isoformat())
        unknown = [offer.model for offer in offers if offer.price_cents is None]
        if unknown:
            assumed = self._settings.policy.unknown_price_cents
            self._put(State.ASIDE, "check-prices-unknown", models=", ".join(unknown), cents=assumed)

    def _reason(self, key: str) -> str:
        known = f"reason-{key}" in self._words
        return self._words.say(self._tongue, f"reason-{key}" if known else OTHER_FAULT)

    def _put(self, state: State, key: str, **facts: Fact) -> None:
        self._sheet.put(Finding(state, key, facts))


async def check(settings: Settings, words: Words, tongue: str) -> int:
    """Print the check-up; gives the exit code."""
    return await Checkup(settings, words, tongue).run()


def _try_writing(folder: Path) -> None:
    folder.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryFile(dir=folder):
        pass
