"""What a stand-in can be told to get wrong, and for how many calls."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum


class At(StrEnum):
    """Which kind of call a fault spoils."""

    SUBMIT = "submit"
    TASK = "task"
    """The task itself: chosen when it is accepted, seen when it is polled."""
    POLL = "poll"
    DELIVERY = "delivery"
    ACCOUNT = "account"


class Fault(StrEnum):
    """Everything seen from vendors or the proxies before them, and some that only an enemy would send."""

    # On the way, at any call. The first group answers before the call is accepted, the second after it.
    HTML_500 = "html-500"
    HTML_502 = "html-502"
    BUSY_503 = "busy-503"
    THROTTLED = "throttled"
    THROTTLED_SECONDS = "throttled-seconds"
    THROTTLED_DATE = "throttled-date"
    RESET_BEFORE = "reset-before"
    REDIRECT = "redirect"
    ACCEPTED_502 = "accepted-502"
    RESET_AFTER = "reset-after"
    SLOW_BODY = "slow-body"
    CUT_BODY = "cut-body"
    GARBAGE = "garbage"
    ENDLESS = "endless"

    # At submit.
    BAD_KEY = "bad-key"
    NO_CREDIT = "no-credit"
    NO_ID = "no-id"
    NO_POLLING_URL = "no-polling-url"
    FOREIGN_POLLING_URL = "foreign-polling-url"
    MODERATED_403 = "moderated-403"
    INVALID_LANGUAGE = "invalid-language"
    PUBLIC_FIGURE = "public-figure"
    CONTENT_FILTERED = "content-filtered"
    INTERNAL_ERROR = "internal-error"

    # Of a task.
    REQUEST_MODERATED = "request-moderated"
    REQUEST_MODERATED_BARE = "request-moderated-bare"
    CONTENT_MODERATED = "content-moderated"
    CONTENT_MODERATED_BARE = "content-moderated-bare"
    ERROR_OBJECT = "error-object"
    ERROR_STRING = "error-string"
    ERROR_NULL = "error-null"
    ERROR_503 = "error-503"
    """The state is Error, and the poll answers HTTP 503 with it."""
    FAILED = "failed"
    UNKNOWN_WORD = "unknown-word"
    """A state of tomorrow while it runs; then Ready."""
    WORDY = "wordy"
    """Pending, Reasoning, Generating, then Ready."""
    LATE = "late"
    """Unknown for the first 300 ms, while replicas catch up."""
    VANISHED = "vanished"
    PENDING_FOREVER = "pending-forever"
    READY_WITHOUT_SAMPLE = "ready-without-sample"
    PROGRESS_FRACTION = "progress-fraction"
    PROGRESS_PERCENT = "progress-percent"
    FOREIGN_SAMPLE = "foreign-sample"
    WEBHOOK_TWICE = "webhook-twice"
    WEBHOOK_EARLY = "webhook-early"
    """The task's end is told before the submit is answered."""
    WEBHOOK_BAD_SIGNATURE = "webhook-bad-signature"
    WEBHOOK_PLAIN = "webhook-plain"
    """Signed with the secret itself alone, as one of the vendor's texts has it."""
    WEBHOOK_SEALED = "webhook-sealed"
    """Signed with the body's HMAC alone, as the other has it."""
    WEBHOOK_BARE = "webhook-bare"
    """Not signed at all."""

    # Of a picture.
    SAMPLE_404 = "sample-404"
    TRUNCATED_IMAGE = "truncated-image"
    WRONG_TYPE_IMAGE = "wrong-type-image"


AFTER_ACCEPTANCE = frozenset(
    {Fault.ACCEPTED_502, Fault.RESET_AFTER, Fault.SLOW_BODY, Fault.CUT_BODY, Fault.GARBAGE, Fault.ENDLESS}
)


def usual_place(fault: Fault) -> At:
    """Where a fault strikes if nobody says."""
    names = list(Fault)
    if names.index(fault) >= names.index(Fault.SAMPLE_404):
        return At.DELIVERY
    if names.index(fault) >= names.index(Fault.REQUEST_MODERATED):
        return At.TASK
    return At.SUBMIT


@dataclass(slots=True)
class _Planned:
    fault: Fault
    at: At
    left: int | None


class Faults:
    """What is still to go wrong, in the order it was asked for."""

    def __init__(self) -> None:
        self._planned: list[_Planned] = []

    def plan(self, fault: Fault, *, at: At | None = None, times: int | None = 1) -> None:
        """Spoil the next `times` calls of a kind; None spoils all until `clear`."""
        self._planned.append(_Planned(fault, at or usual_place(fault), times))

    def take(self, at: At) -> Fault | None:
        for planned in self._planned:
            if planned.at is at:
                if planned.left is not None:
                    planned.left -= 1
                    if planned.left <= 0:
                        self._planned.remove(planned)
                return planned.fault
        return None

    def clear(self) -> None:
        self._planned.clear()
