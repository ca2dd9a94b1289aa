"""Tells those who run the house that a cap comes near: in each place of theirs once, over all processes."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
from typing import Final

import structlog

from bot import statement
from bot.clock import Clock
from bot.delivery import Messenger
from bot.errors import DeliveryError, PlaceBusyError
from bot.message import Place
from bot.spending import Alert, Of
from bot.store import Store
from bot.words import Words

log = structlog.get_logger(__name__)

LOOK_S: Final = 2.0
"""How often it is looked for caps that came near."""


class Alarm:
    """places are such as "slack:C0123ABCD"; those whose door is not among the messengers are another process's."""

    def __init__(
        self, *, store: Store, words: Words, clock: Clock, messengers: Mapping[str, Messenger], places: Sequence[str],
        language: str,
    ) -> None:  # fmt: skip
        self._store, self._words, self._clock = store, words, clock
        self._messengers, self._places, self._language = messengers, places, language
        self._names: dict[tuple[str, str], str] = {}

    async def run(self) -> None:
        """Tell what is due, until cancelled."""
        here = [place for place in self._places if place.partition(":")[0] in self._messengers]
        while here:
            for place in here:
                try:
                    await self._look(place)
                except Exception:  # the outermost line of one look: the database may be back at the next
                    log.exception("alerts were not looked for", place=place)
            await self._clock.sleep(LOOK_S)

    async def _look(self, place: str) -> None:
        for alert in await self._store.alerts_due(place):
            name = await self._role_name(place, alert.scope)  # before the claim, after which nothing may come between
            if await self._store.alerted(place, alert) and not await self._told(place, alert, name):
                await self._store.not_alerted(place, alert)
                return
        self._names.clear()

    async def _role_name(self, place: str, scope: str) -> str:
        """What people call the role that the scope is of, asked once however often its alert is tried; else ""."""
        door, _, id_ = place.partition(":")
        if not scope.startswith(f"{Of.ROLE}:{door}:"):
            return ""
        if (name := self._names.get((place, scope))) is None:
            try:
                name = await self._messengers[door].role_name(Place(door, id_), scope.rpartition(":")[2])
            except Exception:  # whatever it was: for want of a name no alert is held back
                log.exception("a role's name was not found")
                name = ""
            self._names[place, scope] = name
        return name

    async def _told(self, place: str, alert: Alert, name: str) -> bool:
        """Whether nothing is left to do: it is posted, or can't be; False where the platform is only busy."""
        door, _, id_ = place.partition(":")
        reply = statement.alert(alert, self._words, self._language, name=name)
        try:
            await self._messengers[door].post(Place(door, id_), reply, nonce=_nonce(place, alert))
        except PlaceBusyError as error:
            log.info("an alert is told later", place=place, error=type(error).__name__)
            return False
        except DeliveryError as error:
            log.error(  # noqa: TRY400 - a shut channel is the operator's affair and needs no trace
                "an alert could not be posted; see policy.alert_places and `imagebot check`",
                place=place,
                error=type(error).__name__,
                reason=f"{alert.percent} % of a cap for {alert.scope} ({alert.period})",
            )
        return True


def _nonce(place: str, alert: Alert) -> str:
    """The same whenever the same is told there, in as many signs as a job's id."""
    named = f"{place} {alert.scope} {alert.period} {alert.unit} {alert.limit} {alert.percent}"
    return hashlib.sha256(named.encode()).hexdigest()[:16]
