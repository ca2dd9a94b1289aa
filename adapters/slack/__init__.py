"""The Slack door: slash commands, shortcuts, buttons, mentions and direct messages in; messages out."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Annotated, ClassVar, Final, Literal

from pydantic import AfterValidator, Field, model_validator

from adapters import Kit
from adapters.slack.credential import BOT_TOKEN, CLIENT_ID, objections
from bot.desk import Desk
from bot.errors import SettingsError
from bot.sections import Names, Section

if TYPE_CHECKING:
    from adapters.slack.door import Adapter

API_URL: Final = "https://slack.com/api/"
AUTHORIZE_URL: Final = "https://slack.com/oauth/v2/authorize"

_LOCAL: Final = re.compile(r"http://(localhost|127\.0\.0\.1|\[::1\])(:\d+)?(/.*)?")


def _reachable(url: str) -> str:
    """Without a slash at its end."""
    if url and not url.startswith("https://") and not _LOCAL.fullmatch(url):
        raise ValueError('must be an address that Slack can reach, such as "https://pictures.example.org"')
    return url.rstrip("/")


def _ids(names: tuple[str, ...]) -> tuple[str, ...]:
    if not all(re.fullmatch(r"[SUW][A-Z0-9]{2,}", name) for name in names):
        raise ValueError('must be ids of user groups, such as "S0123ABCD", or of people, such as "U0123ABCD"')
    return names


Ids = Annotated[Names, AfterValidator(_ids)]


class Settings(Section):
    """The table [slack]."""

    NEEDS: ClassVar = ((BOT_TOKEN, CLIENT_ID),)

    enabled: bool | None = None
    """None: open where SLACK_BOT_TOKEN, for one workspace, or SLACK_CLIENT_ID, for many, is present."""
    mode: Literal["socket", "http"] = "socket"
    """Whether we connect to Slack, or Slack calls public_url."""
    api_url: str = API_URL
    """Where the Web API is, for a proxy or a stand-in."""
    authorize_url: str = AUTHORIZE_URL
    """Where a workspace's admin is sent to install the app."""
    host: str = "127.0.0.1"
    """Where our own site listens, which HTTP mode and many workspaces need."""
    port: Annotated[int, Field(ge=0, le=65535)] = 3000
    """0 takes a free one."""
    public_url: Annotated[str, AfterValidator(_reachable)] = ""
    """How Slack and browsers reach that site, through a proxy."""
    connections: Annotated[int, Field(ge=1, le=10)] = 2
    """Sockets in Socket Mode; Slack allows ten. With more than one, a refresh of one interrupts nothing."""
    assistant: Literal["agent", "pane", "off"] = "agent"
    """How a talk with the bot looks, as the manifest says it; "pane" is for apps from before Slack had agents."""
    command_prefix: Annotated[str, Field(pattern=r"^[a-z0-9_-]*$", max_length=20)] = ""
    """In front of "imagine", "upscale" and "usage", where another app of the workspace has these commands."""
    channels: Names = ()
    """Ids of the channels that are open, and "dm"; none: everywhere."""
    roles: Ids = ()
    """Ids of user groups and people; a person must be, or be in, one of them. None: everybody may ask."""
    moderators: Ids = ()
    """The same for those who may cancel and delete what others asked for; a workspace's admins may, too."""
    outsiders: bool = False
    """Whether people of other organisations may ask in channels that are shared with them."""
    history: bool = False
    """Ask for the scopes with which messages in channels can be read."""
    max_count: Annotated[int, Field(ge=1, le=4)] = 4
    """Pictures that one /imagine may ask for."""
    safety_tolerance: Annotated[int, Field(ge=0, le=6)] = 2
    """The highest that may be asked for."""
    file_hosts: Names = ()
    """Further hosts that people's pictures may be fetched from, with the token; Slack's own always are."""
    at_once: Annotated[int, Field(ge=1, le=256)] = 16
    """Events worked on at once; the others wait their turn."""

    @model_validator(mode="after")
    def _slack_can_call(self) -> Settings:
        if self.mode == "http" and not self.public_url:
            raise ValueError('public_url must be set along with mode = "http": it is where Slack calls')
        return self

    def command(self, name: str) -> str:
        """As people type it: "imagine" is "/imagine", or "/art-imagine" where command_prefix is "art-"."""
        return f"/{self.command_prefix}{name}"


def open_adapter(settings: Settings, desk: Desk, kit: Kit) -> Adapter:
    """The door, not yet connected to anything. slack-bolt is imported here and not before.

    Raises SettingsError for secrets that cannot work.
    """
    from adapters.slack.door import Adapter

    for objection in objections(settings, kit.secrets):
        raise SettingsError(desk.say("en", objection.key, **objection.facts))
    return Adapter(settings, desk, kit)
