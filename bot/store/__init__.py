"""The database behind verbs; nobody else writes SQL."""

from bot.store.book import Store
from bot.store.lock import running
from bot.store.opening import Standing, look
from bot.store.values import (
    Forgotten,
    JobRecord,
    KeptReply,
    LedgerSum,
    SavedImage,
    Spend,
    Usage,
    Whereabouts,
)

__all__ = [
    "Forgotten",
    "JobRecord",
    "KeptReply",
    "LedgerSum",
    "SavedImage",
    "Spend",
    "Standing",
    "Store",
    "Usage",
    "Whereabouts",
    "look",
    "running",
]
