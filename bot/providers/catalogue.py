"""The providers that are on, in the operator's order, and what they offer."""

from __future__ import annotations

import importlib
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

import structlog

from bot.errors import BadKeyError, BotError, NoOfferError, OutOfCreditError, UnknownModelError, key_of
from bot.offer import Offer
from bot.providers import REGISTRY, Kit, Provider
from bot.request import Kind

log = structlog.get_logger(__name__)


@dataclass(frozen=True, slots=True, kw_only=True)
class Stand:
    """One vendor's place in the catalogue, on or off. `fault` is the words/ key of what stopped it lately."""

    name: str
    title: str
    variable: str | None
    settings: Any
    """The vendor's own pydantic model; only its module reads more of it than `enabled`."""
    provider: Provider | None = None
    remembered: bool = False
    fault: str = ""
    credits_cents: float | None = None

    @property
    def on(self) -> bool:
        return self.provider is not None


class Catalogue:
    """Opens and shuts providers; chooses the offers that fit a request."""

    def __init__(self, stands: Iterable[Stand], kit: Kit) -> None:
        self._stands = {stand.name: stand for stand in stands}
        self._kit = kit
        self._retired: dict[str, Provider] = {}
        self._leaving: list[Provider] = []

    @classmethod
    def open(cls, order: Sequence[str], sections: Mapping[str, Any], keys: Mapping[str, str], kit: Kit) -> Catalogue:
        """Every vendor of REGISTRY, those of `order` first; on where it is enabled and has its key, if it needs one.

        sections are the vendors' settings by name, keys the secrets by environment variable.
        """
        stands = []
        for name in dict.fromkeys([*order, *REGISTRY]):
            vendor = importlib.import_module(REGISTRY[name])
            key = keys.get(vendor.VARIABLE, "") if vendor.VARIABLE else ""
            wanted = name in order and sections[name].enabled and (key or vendor.VARIABLE is None)
            stands.append(
                Stand(
                    name=name,
                    title=vendor.TITLE,
                    variable=vendor.VARIABLE,
                    settings=sections[name],
                    provider=vendor.open_provider(sections[name], key, kit) if wanted else None,
                    remembered=bool(key),
                )
            )
        return cls(stands, kit)

    @property
    def stands(self) -> tuple[Stand, ...]:
        return tuple(self._stands.values())

    def lanes(self) -> dict[str, int]:
        """How many jobs may be with each provider at once, also with one that is off and may be switched on."""
        lanes = {}
        for stand in self.stands:
            provider = stand.provider or self._opened(stand, "")
            lanes[stand.name] = max(offer.slots for offer in provider.offers)
        return lanes

    def offers(self) -> tuple[Offer, ...]:
        """What can be asked for now; a provider with a fault comes after those without."""
        working = sorted((stand for stand in self.stands if stand.on), key=lambda stand: bool(stand.fault))
        return tuple(offer for stand in working if stand.provider for offer in stand.provider.offers)

    def choose(self, kind: Kind, *, model: str | None = None, provider: str | None = None) -> tuple[Offer, ...]:
        """The offers for that kind of work, best first. Raises NoOfferError, UnknownModelError.

        model may be written "flux-dev" or "flux/flux-dev".
        """
        able = [offer for offer in self.offers() if offer.kind is kind]
        if not able:
            raise NoOfferError(kind=kind.value)
        fitting = [
            offer
            for offer in able
            if (model is None or model.lower() in (offer.model, offer.name))
            and (provider is None or provider.lower() == offer.provider)
        ]
        if not fitting:
            asked = "/".join(part for part in (provider, model) if part)
            raise UnknownModelError(model=asked, possible=", ".join(offer.model for offer in able))
        return tuple(fitting)

    def offer(self, provider: str, model: str) -> Offer:
        """One offer, also of a provider that is off by now. Raises NoOfferError."""
        found = next((offer for offer in self.provider(provider).offers if offer.model == model), None)
        if found is None:
            raise NoOfferError(kind="")
        return found

    def provider(self, name: str) -> Provider:
        """The provider of a job, also one that was switched off while its tasks run. Raises NoOfferError."""
        stand = self._stands.get(name)
        provider = (stand.provider if stand else None) or self._retired.get(name)
        if provider is None:
            raise NoOfferError(kind="")
        return provider

    def seller(self, name: str) -> Provider:
        """The provider of a purchase to come: one whose key was taken back buys nothing. Raises NoOfferError."""
        stand = self._stands.get(name)
        if stand is None or stand.provider is None:
            raise NoOfferError(kind="")
        return stand.provider

    def title(self, name: str) -> str:
        """What people call a provider."""
        return self._stands[name].title if name in self._stands else name

    def fault(self, name: str) -> str:
        """The words/ key of what its operator must mend, or nothing."""
        return self._stands[name].fault if name in self._stands else ""

    def rank(self, name: str) -> int:
        """Its place in the operator's order, from 0."""
        return [*self._stands, name].index(name)

    async def switch_on(self, name: str, key: str, *, remembered: bool) -> None:
        """Ask the vendor about the key and, if it works, serve with it. Raises ProviderError, NoOfferError."""
        stand = self._stands.get(name)
        if stand is None or stand.variable is None:
            raise NoOfferError(kind="")
        provider = self._opened(stand, key)
        try:
            health = await provider.check()
        except BotError:
            await provider.close()
            raise
        self._retire(name)
        self._put(name, provider=provider, remembered=remembered, fault="", credits_cents=health.credits_cents)

    def switch_off(self, name: str) -> None:
        """Offer nothing of this provider any more; its open tasks are still polled."""
        self._retire(name)
        self._put(name, provider=None, remembered=False, fault="", credits_cents=None)

    async def look_after(self, name: str) -> None:
        """Ask a provider, at no cost, how it is: what credit is left, or what its operator must mend."""
        provider = self._stands[name].provider
        if provider is None:
            return
        try:
            health = await provider.check()
        except BotError as error:
            log.warning("a provider is not well", provider=name, error=type(error).__name__)
            self.blame(name, error)
            return
        if self._stands[name].provider is provider:  # its key may have been changed meanwhile
            broke = health.credits_cents is not None and health.credits_cents <= 0
            fault = key_of(OutOfCreditError) if broke else ""
            self._put(name, fault=fault, credits_cents=health.credits_cents)

    def blame(self, name: str, error: BotError) -> None:
        """Note an error that the operator must mend, so that the next request goes elsewhere first."""
        if isinstance(error, BadKeyError | OutOfCreditError) and name in self._stands:
            log.error("a provider needs its operator", provider=name, error=type(error).__name__)
            self._put(name, fault=key_of(error))

    def praise(self, name: str) -> None:
        """A task was taken: whatever was wrong is mended."""
        if self._stands[name].fault:
            self._put(name, fault="")

    async def close(self) -> None:
        for provider in [*self._leaving, *self._retired.values()]:
            await provider.close()
        for stand in self.stands:
            if stand.provider is not None:
                await stand.provider.close()

    def _opened(self, stand: Stand, key: str) -> Provider:
        provider: Provider = importlib.import_module(REGISTRY[stand.name]).open_provider(stand.settings, key, self._kit)
        return provider

    def _retire(self, name: str) -> None:
        """Keep a provider for the tasks it has open; it is closed with the house."""
        provider = self._stands[name].provider
        if provider is not None:
            if name in self._retired:
                self._leaving.append(self._retired[name])
            self._retired[name] = provider

    def _put(self, name: str, **changes: Any) -> None:
        self._stands[name] = replace(self._stands[name], **changes)
