"""The database behind verbs; nobody else writes SQL."""

from bot.store.book import Store
from bot.store.lock import running
from bot.store.looking import Found, look
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
    "Found",
    "JobRecord",
    "KeptReply",
    "LedgerSum",
    "SavedImage",
    "Spend",
    "Store",
    "Usage",
    "Whereabouts",
    "look",
    "running",
]
