"""The secrets of a Slack app, by variable, and what can be seen to be wrong with them before Slack is asked."""

from __future__ import annotations

import base64
import binascii
from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING, Final

from bot.settings import Remark

if TYPE_CHECKING:
    from adapters.slack import Settings

BOT_TOKEN: Final = "SLACK_BOT_TOKEN"  # noqa: S105 a variable's name
APP_TOKEN: Final = "SLACK_APP_TOKEN"  # noqa: S105 a variable's name
SIGNING_SECRET: Final = "SLACK_SIGNING_SECRET"  # noqa: S105 a variable's name
CLIENT_ID: Final = "SLACK_CLIENT_ID"
CLIENT_SECRET: Final = "SLACK_CLIENT_SECRET"  # noqa: S105 a variable's name
ENCRYPTION_KEY: Final = "SLACK_ENCRYPTION_KEY"
"""One Fernet key, or several with commas between: the first encrypts, the others still decrypt."""

KINDS: Final[Mapping[str, str]] = {
    "xoxb-": "bot",
    "xapp-": "app",
    "xoxp-": "user",
    "xoxe": "rotating",
}
"""What a token is for, by how it begins."""
FERNET_BYTES: Final = 32


def objections(settings: Settings, secrets: Mapping[str, str]) -> Iterator[Remark]:
    """Why the door cannot open with these secrets, the most telling first; nothing where it can."""
    many = CLIENT_ID in secrets
    if many and BOT_TOKEN in secrets:
        yield Remark("check-slack-two-ways")
        return
    needed = [CLIENT_SECRET, ENCRYPTION_KEY] if many else [BOT_TOKEN]
    needed.append(APP_TOKEN if settings.mode == "socket" else SIGNING_SECRET)
    for variable, right in ((BOT_TOKEN, "bot"), (APP_TOKEN, "app")):
        if variable in needed and variable in secrets and (found := kind(secrets[variable])) != right:
            yield Remark("check-slack-misplaced", {"variable": variable, "found": found})
    for variable in needed:
        if variable not in secrets:
            yield Remark("check-slack-lacks", {"variable": variable})
    if many and not settings.public_url:
        yield Remark("check-slack-lacks", {"variable": "public_url"})
    if many and ENCRYPTION_KEY in secrets and not all(map(_is_key, secrets[ENCRYPTION_KEY].split(","))):
        yield Remark("check-slack-key-odd")


def kind(token: str) -> str:
    """What the token is for: "bot", "app", "user", "rotating", or "unknown"."""
    return next((kind for start, kind in KINDS.items() if token.startswith(start)), "unknown")


def _is_key(text: str) -> bool:
    try:
        return len(base64.b64decode(text.strip(), altchars=b"-_", validate=True)) == FERNET_BYTES
    except (binascii.Error, ValueError):
        return False
