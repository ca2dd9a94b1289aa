"""Every exception we raise, as one tree.

BotError
├── RefusedError            the desk says no; nothing was bought. What can the person do about it?
│   ├── PromptMissingError, PromptTooLongError
│   ├── UnknownFlagError, BadValueError, UnknownModelError, NoOfferError
│   ├── TooFastError, TooManyJobsError, QuotaSpentError, CapReachedError, BudgetSpentError
│   ├── PlaceClosedError, RoleMissingError, BusyError
│   ├── NotInvitedError, StrangerError
│   ├── PictureMissingError, PictureUnknownError, PictureUnseenError, PictureUnreachableError
│   ├── NotAPictureError, BrokenPictureError
│   ├── FileTooLargeError, PictureTooLargeError, PictureTooSmallError
│   ├── JobUnknownError, NotYoursError, TooLateError, DuplicateError, ClosingError, OutdatedError
│   ├── NoTaskError, StillUnsureError
│   └── KeyRefusedError, KeyUncheckedError, KeyNotHereError
├── ProviderError           try again, try elsewhere, or tell the operator? The person was not charged.
│   ├── RejectedError (LanguageError), BadKeyError, OutOfCreditError, ThrottledError
│   ├── UnreachableError, BrokenError, VanishedError, LinkGoneError, OverdueError
│   └── WorkerDiedError
├── UnsureError             a paid call left this house and its answer never came back
├── PictureLostError        how that ended after all: made and gone
├── NeverMadeError          how that ended after all: never bought
├── DeliveryError           is the place gone, closed to us, or just busy?
│   └── PlaceGoneError, PlaceShutError, PlaceBusyError
├── HouseError              our own fault: a full disk, a damaged file, a bug
│   ├── DiskFullError
│   ├── AwayError
│   └── StorageDownError (StorageShutError)
└── SettingsError           a sentence with file, key and what is allowed; the process ends with exit code 2

The words for each live in bot/words/, under `key_of(error)`; `facts` are the values those sentences name.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import datetime
from decimal import Decimal

Fact = str | int | float | bool | Decimal | datetime | None


class BotError(Exception):
    """The root. Keyword arguments become `facts`, the values that its sentence in words/ may name."""

    def __init__(self, message: str = "", **facts: Fact) -> None:
        super().__init__(message or type(self).__name__)
        self.facts: Mapping[str, Fact] = facts


class RefusedError(BotError):
    """The desk says no before anything is bought; the sentence tells what the person can do."""


class PromptMissingError(RefusedError):
    """No words to paint from."""


class PromptTooLongError(RefusedError):
    """Facts: `length`, `limit`, both in characters."""


class UnknownFlagError(RefusedError):
    """A flag nobody knows. Facts: `flag` as written, `possible` with commas, `meant`, the nearest one or None."""


class BadValueError(RefusedError):
    """A value that cannot be. Facts: `field` (request.py's name), `value` as written or None where it is missing, and
    `allowed` in signs that need no translation, such as "0–6" or "webp, png".
    """


class UnknownModelError(RefusedError):
    """Facts: `model` as written, `possible` as a comma-separated list of what is on."""


class NoOfferError(RefusedError):
    """Nothing that is switched on can do this. Facts: `kind` ("imagine" or "upscale")."""


class TooFastError(RefusedError):
    """More jobs in a minute than policy allows. Facts: `limit` per minute, `retry_at`."""


class TooManyJobsError(RefusedError):
    """More jobs at once than policy allows. Facts: `limit`."""


class QuotaSpentError(RefusedError):
    """The day's pictures are used up. Facts: `limit` pictures a day, `retry_at`."""


class CapReachedError(RefusedError):
    """A cap in pictures is reached. Facts: `of` whom ("person", "role", "channel" or "team"), `per` "day" or "month",
    `limit` pictures, `retry_at`.
    """


class BudgetSpentError(RefusedError):
    """The picture costs more than is left of a cap in money. Facts: `of` and `per` as above, `limit_cents`,
    `left_cents` (None: nothing), `cost_cents` of this picture, `retry_at`.
    """


class PlaceClosedError(RefusedError):
    """The operator has not opened this channel."""


class RoleMissingError(RefusedError):
    """The operator lets only people with a certain role ask. Facts: `door`, which may have another word for that."""


class NotInvitedError(RefusedError):
    """The bot is not in the channel and can't join by itself. Facts: `command` that brings it in, None where nothing
    does, as in a talk between two people.
    """


class StrangerError(RefusedError):
    """Somebody of another organisation, in a channel that both share, where the operator lets only their own ask."""


class BusyError(RefusedError):
    """The door has more to do than it can answer in time."""


class PictureMissingError(RefusedError):
    """An upscale or edit without a picture."""


class PictureUnknownError(RefusedError):
    """The picture meant is not in the gallery, or no longer."""


class PictureUnseenError(RefusedError):
    """The platform does not show us the picture of the message meant. Facts: `door`, for the ways that it has."""


class PictureUnreachableError(RefusedError):
    """The platform shows a picture and does not hand over its file."""


class NotAPictureError(RefusedError):
    """The bytes are no PNG, JPEG or WebP. Facts: `allowed`."""


class BrokenPictureError(RefusedError):
    """The file ends early or does not decode."""


class FileTooLargeError(RefusedError):
    """Facts: `size_bytes` (None where the sender hid it), `limit_bytes`."""


class PictureTooLargeError(RefusedError):
    """Too many pixels. Facts: `width`, `height`, and `limit`, a phrase such as "1024x1024"."""


class PictureTooSmallError(RefusedError):
    """Too few pixels. Facts: `width`, `height`, and `limit`, a phrase such as "32x32"."""


class JobUnknownError(RefusedError):
    """No job of that id."""


class NotYoursError(RefusedError):
    """Only its owner or a moderator may do this."""


class TooLateError(RefusedError):
    """The job has ended already."""


class NoTaskError(RefusedError):
    """Nobody knows which task of the provider the job's was, so it cannot be asked how that ended."""


class StillUnsureError(RefusedError):
    """The provider was asked how it ended, and cannot say."""


class DuplicateError(RefusedError):
    """The same event was delivered before; facts: `job`, the id of the job it made."""


class ClosingError(RefusedError):
    """The process is shutting down and takes nothing new."""


class OutdatedError(RefusedError):
    """A button, form or command that another version of this bot made."""


class KeyRefusedError(RefusedError):
    """The provider did not accept this key. Facts: `provider`."""


class KeyUncheckedError(RefusedError):
    """The provider could not be asked about this key. Facts: `provider`."""


class KeyNotHereError(RefusedError):
    """Keys are taken only on loopback or from an admin."""


class ProviderError(BotError):
    """A provider failed; the person was not charged. `retry_after_s` is set where the provider named a pause.

    `said` is the provider's own text, cut short and free of secrets: for the operator's log and, for
    RejectedError, for the fields it names. `fields` maps request.py's field names to the provider's complaint.
    """

    def __init__(
        self,
        message: str = "",
        *,
        said: str = "",
        retry_after_s: float | None = None,
        fields: Mapping[str, str] | None = None,
        **facts: Fact,
    ) -> None:
        super().__init__(message or said, **facts)
        self.said = said
        self.retry_after_s = retry_after_s
        self.fields: Mapping[str, str] = dict(fields or {})


class RejectedError(ProviderError):
    """The provider found a parameter wrong (400, 413, 422): repeating is useless."""


class LanguageError(RejectedError):
    """The provider does not take prompts in this language."""


class BadKeyError(ProviderError):
    """The key is missing, wrong, or has no access; the operator must act."""


class OutOfCreditError(ProviderError):
    """The account is empty; the operator must act."""


class ThrottledError(ProviderError):
    """Too many active tasks, or too many calls; surely not accepted, so it may be sent again later."""


class UnreachableError(ProviderError):
    """The call surely never arrived (refused connection, no such host): it may be sent again."""


class BrokenError(ProviderError):
    """The provider failed on its side, or answered what nobody can read."""


class VanishedError(ProviderError):
    """The provider no longer knows the task."""


class LinkGoneError(ProviderError):
    """The finished picture's link expired or was refused before the picture was ours."""


class OverdueError(ProviderError):
    """The task did not settle before the job's deadline. Facts: `deadline_s`."""


class WorkerDiedError(ProviderError):
    """The local worker process ended or ran out of time or memory."""


class UnsureError(BotError):
    """A paid call was sent and no answer is on record: it may have been charged. Never repeated without asking."""


class PictureLostError(BotError):
    """The true end of an unsure job: its picture was made and paid for, and was gone when that was known."""


class NeverMadeError(BotError):
    """The true end of an unsure job: what may have been bought was not, as the operator found."""


class DeliveryError(BotError):
    """A Reply could not be put in its Place. `retry_after_s` is set where the platform named a pause."""

    def __init__(self, message: str = "", *, retry_after_s: float | None = None, **facts: Fact) -> None:
        super().__init__(message, **facts)
        self.retry_after_s = retry_after_s


class PlaceGoneError(DeliveryError):
    """The channel or message no longer exists."""


class PlaceShutError(DeliveryError):
    """The place exists and does not let us in."""


class PlaceBusyError(DeliveryError):
    """Try again later."""


class HouseError(BotError):
    """Our own fault: neither the person nor the provider can do anything about it."""


class AwayError(HouseError):
    """What this process did is left to another: it was silent for longer than its lease, or it closes."""


class DiskFullError(HouseError):
    """No room for the picture."""


class StorageDownError(HouseError):
    """The object storage with the pictures does not answer, or with errors; it may later."""


class StorageShutError(StorageDownError):
    """It answers and does not let us: a wrong key, no such bucket, a right that is missing. The operator must act."""


class SettingsError(BotError):
    """What is configured cannot be. The message is one sentence: file, key, what is allowed."""


def key_of(error: type[BotError] | BotError) -> str:
    """The error's key in words/: TooFastError -> "too-fast"."""
    name = (error if isinstance(error, type) else type(error)).__name__.removesuffix("Error")
    return re.sub(r"(?<!^)(?=[A-Z])", "-", name).lower()
