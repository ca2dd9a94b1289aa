"""What Slack's events say, in the house's words: who asks, where, and by which way the answer gets back."""

from __future__ import annotations

import json
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from typing import TYPE_CHECKING, Any, Final

from bot.message import DIRECT, Person, Place, Receipt

if TYPE_CHECKING:
    from adapters.slack import Settings

DOOR: Final = "slack"


@dataclass(frozen=True, slots=True)
class Tenant:
    """A workspace, or (team empty) a whole Enterprise organisation that installed the app for all of its own."""

    team: str = ""
    enterprise: str = ""

    def __str__(self) -> str:
        return ".".join(filter(None, (self.enterprise, self.team)))

    @classmethod
    def of(cls, written: str) -> Tenant:
        """What `str` wrote, such as "T024BE7LD" or "E01ABCDEF.T024BE7LD"."""
        first, _, second = written.partition(".")
        return cls(team=second, enterprise=first) if second or first.startswith("E") else cls(team=first)


@dataclass(frozen=True, slots=True, kw_only=True)
class Account:
    """What Slack tells of a person."""

    name: str = ""
    locale: str = "en"
    stranger: Tenant | None = None
    """Their own workspace, where that is another organisation's."""
    leads: bool = False
    """An admin or owner of the workspace."""
    groups: frozenset[str] = frozenset()
    """The user groups that the settings name and they are in."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Happening:
    """One event, taken apart: whatever Slack calls the fields in this kind of event.

    id is the same when Slack delivers it again. body is as Slack sent it. trigger opens one form, for 3 s.
    """

    id: str
    kind: str
    body: Mapping[str, Any]
    tenant: Tenant
    user: str
    home: Tenant
    """The person's own workspace: another one in a channel that organisations share."""
    user_name: str = ""
    channel: str = ""
    thread: str = ""
    """The ts of the message that began the thread, where it happened in one."""
    message: str = ""
    """The ts of the message that it is about."""
    trigger: str = ""
    response_url: str = ""
    """Where the person alone can be answered: five times, for half an hour."""
    in_assistant: bool = False
    passing: bool = False
    """Whether the message is seen by this person alone, so that nothing can be posted below it."""

    @property
    def is_direct(self) -> bool:
        """Whether it happened in a talk between one person and the bot."""
        return self.channel.startswith("D")

    @property
    def below(self) -> str:
        """The thread that what follows from it belongs in, so that a channel stays a channel; a talk has one line."""
        if self.thread or self.is_direct or self.passing:
            return self.thread
        return self.message if self.kind in ("app_mention", "block_actions", "message_action") else ""


def happening_of(body: Mapping[str, Any]) -> Happening | None:
    """Any payload of Slack's; None for one that nobody did, such as a bot's message."""
    match body.get("type"):
        case "event_callback":
            return _of_event(body)
        case "view_submission" | "block_actions" | "message_action" | "shortcut":
            return _of_interaction(body)
        case _ if "command" in body:
            return _of_command(body)
        case _:
            return None


def _of_command(body: Mapping[str, Any]) -> Happening:
    tenant = Tenant(str(body.get("team_id") or ""), str(body.get("enterprise_id") or ""))
    return Happening(
        id=str(body["trigger_id"]),
        kind="command",
        body=body,
        tenant=tenant,
        home=tenant,
        user=str(body["user_id"]),
        user_name=str(body.get("user_name") or ""),
        channel=str(body["channel_id"]),
        trigger=str(body["trigger_id"]),
        response_url=str(body.get("response_url") or ""),
    )


def _of_interaction(body: Mapping[str, Any]) -> Happening:
    team, user = body.get("team") or {}, body["user"]
    message, view = body.get("message") or {}, body.get("view") or {}
    # Of an organisation's app the team may be missing; then the person's own is where it happened.
    enterprise = (body.get("enterprise") or {}).get("id") or team.get("enterprise_id") or ""
    told = Tenant(str(team.get("id") or user.get("team_id") or ""), str(enterprise))
    # Of a form that another organisation's guest sent, Slack names their own workspace.
    tenant = Tenant.of(Origin.of(str(view.get("private_metadata") or "")).tenant or str(told))
    container = body.get("container") or {}
    passing = bool(container.get("is_ephemeral"))
    # A message for one person has no thread; its buttons say where it would have been.
    pressed: Mapping[str, Any] = next(iter(parts_of(body, "actions")), {}) if passing else {}
    match body["type"]:
        case "view_submission":  # it can be sent once for good; a second try after an error has accepted nothing before
            id_ = view["id"]
        case "block_actions" if (
            passing and "message_ts" in container
        ):  # so can such a question be answered, which is taken away behind the answer
            id_ = f"{container.get('channel_id')}:{container.get('message_ts')}:{pressed.get('action_id')}"
        case _:
            id_ = body.get("trigger_id") or ""
    return Happening(
        id=str(id_),
        kind=str(body["type"]),
        body=body,
        tenant=tenant,
        home=tenant if user.get("team_id") in (None, tenant.team) else Tenant(str(user["team_id"])),
        user=str(user["id"]),
        user_name=str(user.get("name") or user.get("username") or ""),
        channel=str((body.get("channel") or {}).get("id") or container.get("channel_id") or ""),
        thread=str(message.get("thread_ts") or container.get("thread_ts") or pressed.get("value") or ""),
        message=str(message.get("ts") or container.get("message_ts") or ""),
        trigger=str(body.get("trigger_id") or ""),
        response_url=str(body.get("response_url") or ""),
        passing=passing,
    )


def _of_event(body: Mapping[str, Any]) -> Happening | None:
    event = body["event"]
    user = event.get("user") or (event.get("assistant_thread") or {}).get("user_id")
    if not isinstance(user, str):
        return None
    # In a channel that organisations share, the event goes to each of them: ours is the one that is authorized.
    authorized: Mapping[str, Any] = next(iter(body.get("authorizations") or ()), {})
    enterprise = authorized.get("enterprise_id") or body.get("enterprise_id") or ""
    team = authorized.get("team_id") or body.get("team_id") or ""
    tenant = Tenant(str(team), str(enterprise))
    home = event.get("user_team") or event.get("source_team") or event.get("team")
    pane = event.get("assistant_thread") or {}
    thread = str(pane.get("thread_ts") or event.get("thread_ts") or "")
    return Happening(
        id=str(body["event_id"]),
        kind=str(event["type"]),
        body=body,
        tenant=tenant,
        home=tenant if home in (None, tenant.team, tenant.enterprise) else Tenant(str(home)),
        user=user,
        channel=str(pane.get("channel_id") or event.get("channel") or ""),
        thread=thread,
        message=str(event.get("ts") or ""),
        in_assistant=bool(thread) and event.get("channel_type") == "im",
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class Handle:
    """The way back, kept in Place.handle: a restart loses nothing, and only this door reads it."""

    tenant: str
    person: str
    """Whom a direct message would go to."""
    thread: str = ""
    """The thread that the answer belongs in; "": the channel itself."""
    asked_at: float = 0.0
    """Seconds since 1970: what an earlier life was asked, it may have answered."""
    assistant: bool = False
    """Whether the thread is one of the assistant pane's, which shows how it stands."""

    def __str__(self) -> str:
        return json.dumps({name: value for name, value in asdict(self).items() if value != _EMPTY[name]})

    @classmethod
    def of(cls, place: Place) -> Handle:
        """What `str` wrote; a field that this release does not know is left out."""
        written = json.loads(place.handle)
        return cls(**_EMPTY | {name: value for name, value in written.items() if name in _EMPTY})


_EMPTY: Final[dict[str, Any]] = asdict(Handle(tenant="", person=""))


def person_of(event: Happening, account: Account, settings: Settings, counted: Collection[str]) -> Person:
    """Who did it, with the roles that the operator named; a workspace's admins moderate.

    counted: those that the house's limits go by.
    """
    held = {*account.groups, event.user}
    roles = sorted(held.intersection((*settings.roles, *counted)))
    if account.leads or not held.isdisjoint(settings.moderators):
        roles.append(f"moderator:{place_id(event.tenant, event.channel)}")
    home = account.stranger or event.tenant
    return Person(DOOR, f"{home}/{event.user}", account.name or event.user_name, account.locale, tuple(roles))


def place_of(event: Happening, settings: Settings, *, at: float, channel: str = "", thread: str = "") -> Place:
    """Where the answer belongs: where it happened, or in another channel or thread. at: now, in seconds since 1970."""
    channel = channel or event.channel
    handle = Handle(
        tenant=str(event.tenant),
        person=event.user,
        thread=thread or event.thread,
        asked_at=at,
        assistant=event.in_assistant,
    )
    return Place(
        DOOR,
        place_id(event.tenant, channel),
        str(handle),
        within=(DIRECT, channel) if channel.startswith("D") else (channel,),
        safety_ceiling=settings.safety_tolerance,
        channel=channel,
    )


def named(place: Place, *, at: float) -> Place:
    """A channel that the operator named, such as "C0123" or, of one workspace among many, "T0123/C0123"."""
    return replace(place, handle=str(Handle(tenant=place.id.rpartition("/")[0], person="", asked_at=at)))


def place_id(tenant: Tenant, channel: str) -> str:
    """Channels are numbered by each workspace for itself."""
    return f"{tenant}/{channel}"


def channel_of(place: str) -> str:
    """The channel in `place_id`."""
    return place.rpartition("/")[2]


def receipt_of(tenant: Tenant | str, channel: str, ts: str) -> Receipt:
    return Receipt(DOOR, f"{tenant}/{channel}", ts)


@dataclass(frozen=True, slots=True, kw_only=True)
class Origin:
    """Where a form was opened, and about what; kept in the form's private_metadata, of which Slack takes 3,000 signs.

    tenant is as `str` wrote it. files are Slack's ids of the pictures that it is about. passing: from a message that
    one person alone saw.
    """

    tenant: str = ""
    channel: str = ""
    thread: str = ""
    response_url: str = ""
    files: tuple[str, ...] = ()
    passing: bool = False

    def __str__(self) -> str:
        return json.dumps({name: value for name, value in asdict(self).items() if value})

    @classmethod
    def of(cls, written: str) -> Origin:
        """What `str` wrote; of what this release can't read nothing is left."""
        try:
            told = json.loads(written or "{}")
        except ValueError:
            return cls()
        if not isinstance(told, dict):
            return cls()
        texts = {name: str(told.get(name) or "") for name in ("tenant", "channel", "thread", "response_url")}
        files = told.get("files")
        kept = tuple(map(str, files)) if isinstance(files, list) else ()
        return cls(**texts, files=kept, passing=told.get("passing") is True)


def origin_of(event: Happening, files: Iterable[str] = ()) -> Origin:
    """Of a form that is opened there and then."""
    return Origin(
        tenant=str(event.tenant),
        channel=event.channel,
        thread=event.below,
        response_url=event.response_url,
        files=tuple(files),
        passing=event.passing,
    )


def sent_from(event: Happening, origin: Origin) -> Happening:
    """A form that was sent, as if that had happened where it was opened."""
    return replace(
        event,
        channel=origin.channel,
        thread=origin.thread,
        response_url=origin.response_url,
        passing=origin.passing,
    )


def parts_of(message: Mapping[str, Any], name: str) -> Sequence[Mapping[str, Any]]:
    """The file objects or blocks of a message."""
    parts = message.get(name)
    return [each for each in parts if isinstance(each, dict)] if isinstance(parts, list) else []
