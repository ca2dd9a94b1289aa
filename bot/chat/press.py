"""The ids of buttons and forms: all that a platform hands back, so they work after every restart and on any message."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Final, NoReturn

from bot.errors import OutdatedError
from bot.job import JobId
from bot.message import Button, Verb
from bot.request import ImageId

SURE: Final = "sure"
"""What the id of a button says that asks no more questions."""

_PRESS: Final = re.compile(r"v1:(?P<verb>[a-z]+):(?P<target>[^:]*)(?::(?P<more>.+))?")
_JOB: Final = re.compile(r"[0-9a-f]{16}")
_IMAGE: Final = re.compile(r"[0-9a-f]{64}")
_FACTOR: Final = re.compile(r"[2-8]")


@dataclass(frozen=True, slots=True)
class Press:
    """An id of ours, taken apart; its parts raise OutdatedError for what this release does not write.

    `more` is an upscale's factor, SURE, or what a form needs besides its target.
    """

    verb: str
    target: str
    more: str = ""

    def __str__(self) -> str:
        return f"v1:{self.verb}:{self.target}:{self.more}" if self.more else f"v1:{self.verb}:{self.target}"

    @classmethod
    def of(cls, written: object) -> Press:
        """What `str` wrote, in at most 147 characters. Raises OutdatedError."""
        found = _PRESS.fullmatch(str(written))
        return cls(found["verb"], found["target"], found["more"] or "") if found is not None else _outdated()

    @classmethod
    def on(cls, button: Button) -> Press:
        """What pressing the button means."""
        return cls(button.verb.value, button.target, "" if button.factor is None else str(button.factor))

    @property
    def asks(self) -> Verb:
        """What a button asks for."""
        return Verb(self.verb) if self.verb in list(Verb) else _outdated()

    @property
    def job(self) -> JobId:
        return JobId(self.target) if _JOB.fullmatch(self.target) else _outdated()

    @property
    def image(self) -> ImageId:
        return ImageId(self.target) if _IMAGE.fullmatch(self.target) else _outdated()

    @property
    def image_besides(self) -> ImageId | None:
        """The picture that more names, if it names any."""
        if not self.more:
            return None
        return ImageId(self.more) if _IMAGE.fullmatch(self.more) else _outdated()

    @property
    def factor(self) -> int | None:
        if not self.more:
            return None
        return int(self.more) if _FACTOR.fullmatch(self.more) else _outdated()

    @property
    def sure(self) -> bool:
        return self.more == SURE


@dataclass(frozen=True, slots=True, kw_only=True)
class Manner:
    """How a picture is asked for, besides the wish; short enough to travel in a form's id."""

    count: int = 1
    private: bool = False
    spoiler: bool = False

    def __str__(self) -> str:
        return f"{self.count}{'p' * self.private}{'s' * self.spoiler}"

    @classmethod
    def of(cls, written: str) -> Manner:
        """What `str` wrote. Raises OutdatedError."""
        found = re.fullmatch(r"([1-9])(p?)(s?)", written)
        return cls(count=int(found[1]), private=bool(found[2]), spoiler=bool(found[3])) if found else _outdated()


def _outdated() -> NoReturn:
    raise OutdatedError
