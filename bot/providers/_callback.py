"""The addresses at which a vendor calls back, each of one attempt at one job: nobody else can make one up.

Address and secret follow from the vendor's key, which every process of the house has and no database; a new key ends
the addresses made with the old one, and their tasks are only polled then.
"""

from __future__ import annotations

import hashlib
import hmac
import re
from dataclasses import dataclass, field
from typing import Final

from bot.job import JobId, Turn

_NAME: Final = re.compile(r"(?P<job>[0-9a-f]{16})\.(?P<attempt>\d{1,6})\.(?P<signature>[0-9a-f]{64})", re.ASCII)


@dataclass(frozen=True, slots=True)
class Doorbell:
    """origin: where the house can be reached, such as "https://pictures.example.org"."""

    vendor: str
    origin: str
    key: str = field(repr=False)

    def url(self, turn: Turn) -> str:
        """Where the vendor is to call about that attempt; whoever knows it may, so it is a secret."""
        name = f"{turn.job}.{turn.attempt}.{self._sign('address', turn)}"
        return f"{self.origin.rstrip('/')}/callbacks/{self.vendor}/{name}"

    def secret(self, turn: Turn) -> str:
        """What the vendor is to sign its call with."""
        return self._sign("secret", turn)

    def turn(self, name: str) -> Turn | None:
        """The attempt that the last part of an address belongs to; None for one that is not of our making."""
        found = _NAME.fullmatch(name)
        if found is None:
            return None
        turn = Turn(JobId(found["job"]), int(found["attempt"]))
        return turn if hmac.compare_digest(found["signature"], self._sign("address", turn)) else None

    def rung_by_vendor(self, turn: Turn, body: bytes, *, plain: str, seal: str) -> bool:
        """Whether a call bears the secret itself, or the hexadecimal HMAC-SHA256 of its body; in constant time."""
        secret = self.secret(turn)
        right = hmac.new(secret.encode(), body, hashlib.sha256).hexdigest()
        return _same(plain, secret) | _same(seal, right)

    def _sign(self, purpose: str, turn: Turn) -> str:
        said = f"imagebot callback {purpose} {self.vendor} {turn.job} {turn.attempt}"
        return hmac.new(self.key.encode(), said.encode(), hashlib.sha256).hexdigest()


def _same(given: str, right: str) -> bool:
    return hmac.compare_digest(given.encode(errors="surrogateescape"), right.encode())
