"""The labelled values of a Reply, in the person's language: a picture's caption, its details, the list of prices."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from decimal import Decimal

from bot.job import Finished, Job, Ticket
from bot.message import Field, Picture
from bot.offer import Offer
from bot.request import Imagine, Upscale
from bot.words import Words


@dataclass(frozen=True, slots=True)
class Labels:
    """Speaks each person's language through `words`."""

    words: Words

    def caption(
        self,
        job: Job,
        offer: Offer | None,
        outcome: Finished | None = None,
        took_s: float | None = None,
        picture: Picture | None = None,
    ) -> tuple[Field, ...]:
        """Of a picture: prompt, model, seed, size, cost, time, who. The picture tells its own size once it is there."""
        locale = job.by.locale
        size = f"{picture.width} × {picture.height}" if picture else None
        values: list[tuple[str, str]] = []
        match job.request:
            case Imagine() as request:
                seed = outcome.seed if outcome and outcome.seed is not None else request.seed
                values += [
                    ("prompt", request.prompt),
                    ("model", self.title(locale, offer) if offer else job.model),
                    ("seed", str(seed)),
                    ("size", size or times(str(request.shape))),
                ]
            case Upscale() as request:
                values += [
                    ("model", self.title(locale, offer) if offer else job.model),
                    ("factor", f"x{request.factor}"),
                ]
                values += [("size", size)] if size else []
        if outcome is not None:
            values.append(("cost", self.cost(locale, outcome.cost_cents)))
            if took_s is not None:
                values.append(("took", self.words.say(locale, "value-seconds", seconds=round(took_s, 1))))
        values.append(("by", job.by.name))
        return self._labelled(locale, values)

    def details(self, job: Job, ticket: Ticket | None, word: str) -> tuple[Field, ...]:
        """For the curious. word: how it stands, as its provider says."""
        values: list[tuple[str, str]] = [("provider", job.provider)]
        if ticket is not None:
            values.append(("task", ticket.id))
        if word:
            values.append(("status", word))
        if isinstance(job.request, Imagine):
            for name in ("steps", "guidance", "prompt_upsampling", "safety_tolerance", "raw"):
                value = getattr(job.request, name)
                if value is not None:
                    values.append((name, self._value(job.by.locale, value)))
            values.append(("output_format", job.request.output_format.value))
        values.append(("job", job.id))
        return self._labelled(job.by.locale, values)

    def prices(self, locale: str, offers: Sequence[Offer]) -> tuple[Field, ...]:
        """What is on, and what a picture by it costs."""
        return tuple(
            Field(offer.name, self.title(locale, offer), self.cost(locale, offer.price_cents)) for offer in offers
        )

    def field(self, locale: str, name: str, value: str) -> Field:
        """name is one of those in request.py, or of a caption."""
        return Field(name, self.words.say(locale, f"label-{name}"), value)

    def title(self, locale: str, offer: Offer) -> str:
        """A model's name: the vendor's own, or ours in the person's language where it is of our making."""
        return self.words.name(locale, f"offer-{offer.provider}-{offer.model}", offer.title)

    def cost(self, locale: str, cents: Decimal | None) -> str:
        """In the person's money format; None: nobody knows."""
        if cents is None:
            return self.words.say(locale, "cost-unknown")
        if cents == 0:
            return self.words.say(locale, "cost-free")
        return self.words.money(locale, cents)

    def _value(self, locale: str, value: float | bool) -> str:
        if isinstance(value, bool):
            return self.words.say(locale, "value-on" if value else "value-off")
        return self.words.say(locale, "value-number", number=value)

    def _labelled(self, locale: str, values: Iterable[tuple[str, str]]) -> tuple[Field, ...]:
        return tuple(self.field(locale, name, value) for name, value in values)


def times(size: str) -> str:
    """Such as "512x384", for people."""
    return size.replace("x", " × ")
