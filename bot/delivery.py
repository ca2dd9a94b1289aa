"""Getting a Reply to its Place for certain."""

from __future__ import annotations

from typing import Protocol

from bot.message import Place, Receipt, Reply


class Messenger(Protocol):
    """The calls a platform must answer. All raise DeliveryError, never the library's own."""

    @property
    def pace_s(self) -> float:
        """The least seconds between two progress edits of one message."""
        ...

    async def post(self, place: Place, reply: Reply, *, nonce: str) -> Receipt:
        """Put a new message there. The same nonce again must not make a second one where the platform can tell."""
        ...

    async def edit(self, place: Place, receipt: Receipt, reply: Reply) -> None:
        """Change a message of ours; may be repeated."""
        ...

    async def remove(self, place: Place, receipt: Receipt) -> None:
        """Take a message of ours away."""
        ...
