"""Tokens: which there are, what each may do, and until when."""

from __future__ import annotations

import secrets
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Final

from bot.clock import Clock

TOKEN_LIFE_S: Final = 12 * 3600
"""Of a bot's token where rotation is on."""
SCOPES: Final = (
    "app_mentions:read",
    "assistant:write",
    "channels:join",
    "channels:read",
    "chat:write",
    "commands",
    "files:read",
    "files:write",
    "groups:read",
    "im:history",
    "im:read",
    "im:write",
    "mpim:read",
    "usergroups:read",
    "users:read",
)
"""What the app asks for unless told otherwise: nothing that reads a channel's history."""


@dataclass(eq=False, slots=True, kw_only=True)
class Grant:
    """A bot's token; `team` is None for a whole organisation's."""

    token: str = field(repr=False)
    team: str | None
    enterprise: str | None
    scopes: tuple[str, ...]
    refresh: str = field(default="", repr=False)
    """Taken once for the next token."""
    ends_at: datetime | None = None
    trouble: str = ""
    """Slack's code for why it no longer holds."""


class Grants:
    """`rotation`: tokens made from now on end after 12 h, and come with another for the next."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._all: dict[str, Grant] = {}
        self.rotation = False

    def give(self, team: str | None, enterprise: str | None, scopes: Iterable[str]) -> Grant:
        """A new token; without rotation the same one as before, with what is added to it."""
        held = self.live(team, None) if team else self.live(None, enterprise)
        if held and not self.rotation and not held.refresh:
            held.scopes = tuple(dict.fromkeys((*held.scopes, *scopes)))
            return held
        return self._mint(team, enterprise, tuple(scopes))

    def renew(self, refresh: str) -> Grant | None:
        """The next token for a refresh token, which is used up by it."""
        for grant in list(self._all.values()):
            if refresh and grant.refresh == refresh and not grant.trouble:
                grant.refresh = ""
                return self._mint(grant.team, grant.enterprise, grant.scopes)
        return None

    def find(self, token: str) -> Grant | None:
        return self._all.get(token)

    def lapsed(self, grant: Grant) -> bool:
        return grant.ends_at is not None and self._clock.now() >= grant.ends_at

    def live(self, team: str | None, enterprise: str | None) -> Grant | None:
        """The newest token that holds there; an organisation's holds in its workspaces."""
        found = None
        for grant in self._all.values():
            here = grant.team == team if grant.team else bool(enterprise) and grant.enterprise == enterprise
            if here and not grant.trouble and not self.lapsed(grant):
                found = grant
        return found

    def assign(self, scopes: Iterable[str]) -> None:
        """Every token that holds may do just this from now on."""
        for grant in self._all.values():
            if not grant.trouble:
                grant.scopes = tuple(scopes)

    def end(self, grants: Iterable[Grant], trouble: str) -> None:
        for grant in grants:
            grant.trouble = grant.trouble or trouble

    def of(self, team: str | None, enterprise: str | None = None) -> list[Grant]:
        """Every token of a workspace, or of a whole organisation, that was not ended."""
        return [
            grant
            for grant in self._all.values()
            if not grant.trouble
            and (grant.team == team if team else grant.team is None and grant.enterprise == enterprise)
        ]

    def _mint(self, team: str | None, enterprise: str | None, scopes: tuple[str, ...]) -> Grant:
        start = "xoxe.xoxb" if self.rotation else "xoxb"
        grant = Grant(
            token=f"{start}-{team or enterprise}-{secrets.token_hex(12)}",
            team=team,
            enterprise=enterprise,
            scopes=scopes,
            refresh=f"xoxe-1-{secrets.token_hex(16)}" if self.rotation else "",
            ends_at=self._clock.now() + timedelta(seconds=TOKEN_LIFE_S) if self.rotation else None,
        )
        self._all[grant.token] = grant
        return grant
