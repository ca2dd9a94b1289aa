"""Makes the Replies: announcement, progress, outcome, notice, help. Pure; the sentences are words/'s."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta, tzinfo
from typing import Final

from bot.errors import (
    BadValueError,
    BotError,
    Fact,
    PictureLostError,
    PictureTooLargeError,
    PictureTooSmallError,
    ProviderError,
    UnsureError,
    key_of,
)
from bot.job import Cancelled, Failed, Finished, Job, Moderated, Outcome, Pause, Progress, Takeover, Ticket, Where
from bot.label import Labels, times
from bot.message import Button, Field, Picture, Reply, Tone, Verb
from bot.offer import Offer
from bot.request import ImageId, Imagine, Upscale
from bot.words import Words

ALT_LIMIT: Final = 1000
"""Characters: Slack's limit on alt text, the tightest of the doors (Discord 1,024)."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Standing:
    """How a running job stands: `ahead` jobs before it while it waits, then the provider's own progress."""

    ahead: int | None = None
    progress: Progress | None = None
    since: datetime | None = None
    stopping: bool = False
    ticket: Ticket | None = None
    job: Job | None = None
    """The job as it is by now: another provider may have taken it over."""
    pause: Pause | None = None
    """Why nothing moves while it waits, where its provider is given no tasks."""


@dataclass(frozen=True, slots=True)
class Replies:
    """Speaks each person's language through `words`."""

    words: Words
    zone: tzinfo = UTC
    """Of the hours that people are told."""

    def working(self, job: Job, offer: Offer | None, standing: Standing, answers: Picture | None) -> Reply:
        """The announcement, as it lives."""
        say, locale = self.words.say, job.by.locale
        progress = standing.progress
        if standing.stopping:
            body = say(locale, "state-stopping")
        elif standing.ahead is not None and standing.pause is not None:
            body = say(locale, "state-paused", reason=standing.pause.reason, until=self._hour(standing.pause.until))
        elif standing.ahead is not None:
            body = say(locale, "state-queued", ahead=standing.ahead)
        elif progress is not None:
            body = say(locale, "state-running")
        else:
            body = say(locale, "state-submitting")
        if job.instead_of is not None:
            body = f"{self._takeover(job, job.instead_of, 'state-instead')}\n{body}"
        match job.request:
            case Imagine():
                title = say(locale, "announce-imagine")
            case Upscale(factor=factor):
                title = say(locale, "announce-upscale", factor=factor)
        return Reply(
            tone=Tone.WORKING,
            locale=locale,
            title=title,
            body=body,
            asked=job.asked,
            job=job.id,
            person=job.by.name,
            fields=self._labels.caption(job, offer),
            answers=answers,
            buttons=() if standing.stopping else (self._button(locale, Verb.CANCEL, job.id),),
            details=self._labels.details(job, standing.ticket, progress.word if progress else ""),
            progress=progress.fraction if progress else None,
            since=standing.since,
        )

    def ended(
        self,
        job: Job,
        outcome: Outcome,
        *,
        offer: Offer | None,
        ticket: Ticket | None,
        picture: Picture | None,
        answers: Picture | None,
        took_s: float | None,
        other_providers_on: bool,
        takes_references: bool,
    ) -> Reply:
        """What the person reads in the end. picture is the finished one, where there is one.

        takes_references: some model that is on can paint after a picture.
        """
        say, locale = self.words.say, job.by.locale
        lines: list[str] = []
        errors: tuple[Field, ...] = ()
        fields: tuple[Field, ...] = ()
        verbs = [Verb.DELETE]
        word = ""
        match outcome:
            case Finished():
                word, tone = outcome.word, Tone.DONE
                title, verbs = self._finished(job, locale)
                lines = self._notes(job, outcome, other_providers_on)
                fields = self._labels.caption(job, offer, outcome, took_s, picture)
            case Moderated():
                word, tone, title = outcome.word, Tone.REFUSED, say(locale, "title-moderated")
                lines, verbs = self._moderated(job, outcome, locale)
            case Failed(unsure=True):
                word, tone, title = outcome.word, Tone.UNSURE, say(locale, "title-unsure")
                lines = [self._failure(locale, outcome)]
                verbs = [Verb.RETRY, Verb.DELETE] if ticket is None else [Verb.LOOK, Verb.RETRY, Verb.DELETE]
            case Failed():
                word, tone, title = outcome.word, Tone.FAILED, say(locale, "title-failed")
                lines = [self._failure(locale, outcome)]
                errors = self._at_fault(locale, outcome)
                verbs = [Verb.AGAIN, Verb.EDIT, Verb.DELETE]
            case Cancelled(cost_cents=cost):
                tone, title = Tone.CANCELLED, say(locale, "title-cancelled")
                key = "cancelled" if cost is None else "cancelled-billed"
                lines = [say(locale, key, cost=self._labels.cost(locale, cost))]
        return Reply(
            tone=tone,
            locale=locale,
            title=title,
            body="\n".join(lines),
            asked=job.asked,
            job=job.id,
            person=job.by.name,
            fields=fields,
            pictures=(picture,) if picture else (),
            answers=answers,
            buttons=self._buttons(job, verbs, picture, takes_references),
            details=self._labels.details(job, ticket, word),
            errors=errors,
        )

    def notice(self, error: BotError, *, locale: str, asked: str = "") -> Reply:
        """A refusal or failure told to one person only."""
        return Reply(
            tone=Tone.UNSURE if isinstance(error, UnsureError) else Tone.REFUSED,
            locale=locale,
            title=self.words.say(locale, "title-refused"),
            body=self.sentence(error, locale),
            asked=asked,
            errors=self._complaints(error, locale),
        )

    def sentence(self, error: BotError, locale: str) -> str:
        """What an error means, for the person."""
        facts: dict[str, Fact] = dict(error.facts)
        if isinstance(error, BadValueError):
            facts["label"] = self.words.say(locale, f"label-{facts['field']}")
        if isinstance(error, PictureTooLargeError | PictureTooSmallError):
            facts["limit"] = times(str(facts["limit"]))
        return self.words.say(locale, f"error-{key_of(error)}", **facts)

    def help(self, locale: str, offers: Sequence[Offer]) -> Reply:
        """What can be said, and what it costs."""
        return Reply(
            tone=Tone.HELP,
            locale=locale,
            title=self.words.say(locale, "help-title"),
            body=self.words.say(locale, "help-body"),
            fields=self._labels.prices(locale, offers),
        )

    def about(
        self, locale: str, offers: Sequence[Offer], *, door: str, pictures_today: int, pictures_per_day: int,
        retry_at: datetime,
    ) -> Reply:  # fmt: skip
        """What is on with its prices, what one person has left today (pictures_per_day 0: no limit), and privacy.

        In the body a paragraph each; privacy, which is the last, goes by what the door can do.
        """
        left = max(0, pictures_per_day - pictures_today)
        quota = self.words.say(
            locale,
            "about-quota" if pictures_per_day else "about-no-quota",
            used=pictures_today,
            left=left,
            limit=pictures_per_day,
            retry_at=retry_at,
        )
        privacy = self.words.say(locale, "about-privacy", door=door)
        return Reply(
            tone=Tone.HELP,
            locale=locale,
            title=self.words.say(locale, "about-title"),
            body="\n\n".join((self.words.say(locale, "about-body"), quota, privacy)),
            fields=self._labels.prices(locale, offers),
        )

    def which(self, pictures: Sequence[Picture], verb: Verb, *, locale: str, factor: int | None) -> Reply:
        """The question which of several pictures is meant."""
        return Reply(
            tone=Tone.HELP,
            locale=locale,
            title=self.words.say(locale, "which-title"),
            body=self.words.say(locale, "which-body", count=len(pictures)),
            pictures=tuple(pictures),
            buttons=tuple(
                Button(verb, self.words.say(locale, "which-button", number=number), picture.id, factor)
                for number, picture in enumerate(pictures, start=1)
            ),
        )

    def title(self, locale: str, offer: Offer) -> str:
        """A model's name: the vendor's own, or ours in the person's language where it is of our making."""
        return self._labels.title(locale, offer)

    def alt(self, job: Job, parent_prompt: str = "") -> str:
        """What a screen reader says of the picture."""
        match job.request:
            case Imagine(prompt=prompt):
                return self.words.say(job.by.locale, "alt-imagine", prompt=prompt)[:ALT_LIMIT]
            case Upscale():
                return self.words.say(job.by.locale, "alt-upscale", prompt=parent_prompt)[:ALT_LIMIT]

    @property
    def _labels(self) -> Labels:
        return Labels(self.words)

    def _finished(self, job: Job, locale: str) -> tuple[str, list[Verb]]:
        match job.request:
            case Imagine():
                title = self.words.say(locale, "finished-imagine")
                return title, [Verb.UPSCALE, Verb.AGAIN, Verb.EDIT, Verb.REFERENCE, Verb.DELETE]
            case Upscale(factor=factor):
                title = self.words.say(locale, "finished-upscale", factor=factor)
                return title, [Verb.UPSCALE, Verb.REFERENCE, Verb.DELETE]

    def _moderated(self, job: Job, outcome: Moderated, locale: str) -> tuple[list[str], list[Verb]]:
        lines = [self.words.say(locale, f"moderated-{outcome.where.value}")]
        if outcome.reasons:
            lines.append(self.words.say(locale, "moderated-reasons", reasons=", ".join(outcome.reasons)))
        if outcome.where is Where.IMAGE and isinstance(job.request, Imagine):
            # What was refused is the picture, not the words: another seed may well pass.
            return lines, [Verb.AGAIN, Verb.EDIT, Verb.DELETE]
        return lines, [Verb.EDIT, Verb.DELETE]

    def _notes(self, job: Job, outcome: Finished, other_providers_on: bool) -> list[str]:
        """What the person should know about this picture, a line each."""
        say, locale = self.words.say, job.by.locale
        lines = [] if job.instead_of is None else [self._takeover(job, job.instead_of, "note-instead")]
        if isinstance(job.request, Imagine):
            if job.request.asked is not None:
                lines.append(
                    say(
                        locale,
                        "note-snapped",
                        asked=times(str(job.request.asked)),
                        made=times(str(job.request.shape)),
                    )
                )
            if job.request.ignored:
                names = ", ".join(say(locale, f"label-{name}") for name in job.request.ignored)
                lines.append(say(locale, "note-ignored", names=names))
        if "resubmitted" in outcome.notes:
            lines.append(say(locale, "note-resubmitted"))
        if "twice" in outcome.notes:
            lines.append(say(locale, "note-twice"))
        if "understood" in outcome.notes:
            words = outcome.notes["understood"]
            lines.append(say(locale, "note-sketch"))
            key = "note-understood" if words else "note-understood-nothing"
            lines.append(say(locale, key, words=words))
            if not other_providers_on:
                lines.append(say(locale, "note-add-key"))
        if "engine" in outcome.notes:
            lines.append(say(locale, f"note-engine-{outcome.notes['engine']}"))
        return lines

    def _takeover(self, job: Job, takeover: Takeover, key: str) -> str:
        """Who does it instead of whom, and why."""
        facts = {"of": takeover.of, "by": takeover.by, "reason": takeover.reason, "provider": job.provider}
        return self.words.say(job.by.locale, key, **facts)

    def _hour(self, moment: datetime) -> datetime:
        """The moment where the house is, up to a whole minute: before that nothing is promised."""
        return (
            (moment + timedelta(seconds=59, microseconds=999_999))
            .replace(second=0, microsecond=0)
            .astimezone(self.zone)
        )

    def _failure(self, locale: str, outcome: Failed) -> str:
        facts = {name: _fact(value) for name, value in outcome.facts.items()}
        if outcome.cost_cents is not None:
            key = "billed-picture-lost" if outcome.key == key_of(PictureLostError) else "failed-billed"
            return self.words.say(locale, key, cost=self._labels.cost(locale, outcome.cost_cents))
        if outcome.unsure:
            key = f"unsure-{outcome.key}"
            return self.words.say(locale, key if key in self.words else "error-unsure", **facts)
        return self.words.say(locale, f"error-{outcome.key}", **facts)

    def _at_fault(self, locale: str, outcome: Failed) -> tuple[Field, ...]:
        """The provider's complaints about fields that people know."""
        return tuple(
            self._labels.field(locale, name, complaint)
            for name, complaint in outcome.fields.items()
            if f"label-{name}" in self.words
        )

    def _complaints(self, error: BotError, locale: str) -> tuple[Field, ...]:
        if isinstance(error, BadValueError):
            name = str(error.facts["field"])
            return (self._labels.field(locale, name, self.sentence(error, locale)),)
        if isinstance(error, ProviderError):
            return tuple(Field(name, name, complaint) for name, complaint in error.fields.items())
        return ()

    def _button(self, locale: str, verb: Verb, target: str) -> Button:
        return Button(verb, self.words.say(locale, f"button-{verb.value}"), target)

    def _buttons(
        self, job: Job, verbs: Iterable[Verb], picture: Picture | None, takes_references: bool
    ) -> tuple[Button, ...]:
        """Those that can be done: an upscale has no prompt to edit, a picture deleted meanwhile cannot be enlarged."""
        idle = {Verb.EDIT} if isinstance(job.request, Upscale) else set()
        if not takes_references:
            idle.add(Verb.REFERENCE)
        if picture is None:
            idle |= {Verb.UPSCALE, Verb.REFERENCE}
        return tuple(
            self._button(job.by.locale, verb, self._target(verb, job, picture)) for verb in verbs if verb not in idle
        )

    @staticmethod
    def _target(verb: Verb, job: Job, picture: Picture | None) -> str:
        match verb:
            case Verb.UPSCALE | Verb.REFERENCE:
                return picture.id if picture else ImageId("")
            case Verb.AGAIN | Verb.EDIT | Verb.CANCEL | Verb.DELETE | Verb.RETRY | Verb.LOOK:
                return job.id


def _fact(value: str | float | bool | None) -> Fact:
    """Facts that lived in JSON: moments come back as moments."""
    if isinstance(value, str):
        try:
            return datetime.fromisoformat(value)
        except ValueError:
            return value
    return value
