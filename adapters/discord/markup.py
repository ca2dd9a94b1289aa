"""People's words between Discord's marks: they read as they were written, ping nobody, and fit."""

from __future__ import annotations

import re
import unicodedata
from datetime import datetime
from typing import Final

_JOINERS: Final = "\u200c\u200d"
"""Unseen, and needed by Persian and by emoji made of several."""
_NAMES_SOMEBODY: Final = re.compile(r"@(?=everyone|here|[!&]?\d)", re.IGNORECASE)
_INLINE: Final = re.compile(r"[\\*_~|`\[\]<]|:(?=//|[\w~+-]+:)")
_LINE_START: Final = re.compile(r"^([ \t]*(?:\d+(?=[.)]\s)|(?=[-+#>])))", re.MULTILINE)


def escape(text: str) -> str:
    """Text that reads as it was written: no markup, no link, no emoji code, no mention, no change of direction."""
    lines = _INLINE.sub(r"\\\g<0>", printable(text))
    return _LINE_START.sub(r"\1\\", lines)


def code(text: str) -> str:
    """Text to be typed or copied as it is, on one line."""
    return f"`{' '.join(printable(text).replace('`', 'ˋ').split()) or ' '}`"


def shortened(markup: str, limit: int) -> str:
    """Escaped text in at most `limit` characters, with … where some is left out."""
    if len(markup) <= limit:
        return markup
    kept = markup[: max(0, limit - 1)]
    backslashes = len(kept) - len(kept.rstrip("\\"))
    return kept[: len(kept) - backslashes % 2].rstrip(_JOINERS + " ") + "…"


def ago(moment: datetime) -> str:
    """A moment that every reader's own Discord tells as "2 minutes ago" and keeps up to date."""
    return f"<t:{int(moment.timestamp())}:R>"


def printable(text: str) -> str:
    """Without what nobody sees: controls but line breaks, marks of direction, halves of a character."""
    seen = "".join(each for each in text if each == "\n" or _is_seen(each))
    return _NAMES_SOMEBODY.sub("@\u200b", seen)


def _is_seen(character: str) -> bool:
    kind = unicodedata.category(character)
    flag_letter = "\U000e0020" <= character <= "\U000e007f"
    return kind not in ("Cc", "Cs", "Cf") or character in _JOINERS or flag_letter
