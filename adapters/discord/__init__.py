"""The Discord door: slash commands, buttons, replies and mentions in; messages out."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, ClassVar, Final

from pydantic import Field, model_validator

from adapters import Kit
from bot.desk import Desk
from bot.sections import Names, Section

if TYPE_CHECKING:
    from adapters.discord.door import Adapter

API_URL: Final = "https://discord.com/api/v10"


class Settings(Section):
    """The table [discord]."""

    NEEDS: ClassVar = ("DISCORD_TOKEN",)

    enabled: bool | None = None
    """None: open where DISCORD_TOKEN is present."""
    api_url: str = API_URL
    """Where REST calls go and the gateway's address is asked, for a proxy or a stand-in."""
    channels: Names = ()
    """Ids of the channels (their threads go along) and categories that are open, and "dm"; none: everywhere."""
    roles: Names = ()
    """Ids of the roles of which a person needs one; none: everybody may ask."""
    moderators: Names = ()
    """Ids of the roles that may cancel and delete what others asked for; Manage Messages allows it, too."""
    message_content: bool = False
    """Ask for the message content intent, which the developer portal must allow: replies then show their picture."""
    ephemeral_refusals: bool = True
    """Whether a no is shown to the person alone."""
    max_count: Annotated[int, Field(ge=1, le=4)] = 4
    """Pictures that one /imagine may ask for."""
    safety_tolerance: Annotated[int, Field(ge=0, le=6)] = 2
    """The highest that may be asked for in an ordinary channel."""
    safety_tolerance_age_restricted: Annotated[int, Field(ge=0, le=6)] = 6
    """The same in an age-restricted channel."""
    spoiler: bool = False
    """Whether every picture is covered until somebody clicks it."""
    attachment_hosts: Names = ()
    """Further hosts that people's pictures may be fetched from; Discord's own always are."""
    at_once: Annotated[int, Field(ge=1, le=256)] = 16
    """Interactions worked on at once; the others wait their turn."""
    shard_ids: tuple[int, ...] = ()
    """The shards that this process serves; none: all."""
    shard_count: Annotated[int, Field(ge=0)] = 0
    """Shards over all processes; 0: as many as Discord advises."""

    @model_validator(mode="after")
    def _shards_are_counted(self) -> Settings:
        if self.shard_ids and not all(0 <= each < self.shard_count for each in self.shard_ids):
            raise ValueError("shard_ids must be below shard_count, which must be set along with them")
        return self


def open_adapter(settings: Settings, desk: Desk, kit: Kit) -> Adapter:
    """The door, not yet connected to anything. discord.py is imported here and not before."""
    from adapters.discord.door import Adapter

    return Adapter(settings, desk, kit)
