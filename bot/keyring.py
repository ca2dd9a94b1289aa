"""The providers' keys while the house is open: checked before they count, kept in .env where that is wished."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass

from bot.errors import BadKeyError, KeyRefusedError, KeyUncheckedError, NoOfferError, ProviderError
from bot.providers.catalogue import Catalogue
from bot.telemetry import hide
from bot.view import Vendor


@dataclass(frozen=True, slots=True)
class KeyRing:
    """remember(variable, key) and forget(variable) write what is kept between two lives of the process."""

    catalogue: Catalogue
    remember: Callable[[str, str], Awaitable[None]]
    forget: Callable[[str], Awaitable[None]]

    def vendors(self) -> Sequence[Vendor]:
        """All providers this release knows, on or off."""
        return [
            Vendor(
                name=stand.name,
                title=stand.title,
                on=stand.on,
                variable=stand.variable,
                remembered=stand.remembered,
                credits_cents=stand.credits_cents,
                fault=stand.fault,
            )
            for stand in self.catalogue.stands
        ]

    async def put(self, provider: str, key: str, *, remember: bool) -> None:
        """Check a key against its provider and switch it on. Raises KeyRefusedError, KeyUncheckedError."""
        hide(key)
        try:
            await self.catalogue.switch_on(provider, key, remembered=remember)
        except BadKeyError as error:
            raise KeyRefusedError(provider=self._title(provider)) from error
        except ProviderError as error:
            raise KeyUncheckedError(provider=self._title(provider)) from error
        if remember:
            await self.remember(self._variable(provider), key)

    async def take(self, provider: str) -> None:
        """Forget a key, also where it is kept. Raises NoOfferError for a provider that needs none."""
        variable = self._variable(provider)
        self.catalogue.switch_off(provider)
        await self.forget(variable)

    def _title(self, provider: str) -> str:
        return next((stand.title for stand in self.catalogue.stands if stand.name == provider), provider)

    def _variable(self, provider: str) -> str:
        for stand in self.catalogue.stands:
            if stand.name == provider and stand.variable:
                return stand.variable
        raise NoOfferError(kind="")
