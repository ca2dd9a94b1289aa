"""Whether the bot is in a channel, and which pictures there are where it may not read: asked over real sockets."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass

import pytest

from adapters import Kit
from adapters.slack import Settings
from adapters.slack.attachment import Pictures, pictures_in
from adapters.slack.channel import Channels
from adapters.slack.workspace import Workspaces
from bot.errors import (
    BusyError,
    NotAPictureError,
    NotInvitedError,
    PictureUnreachableError,
    PlaceShutError,
)
from tests.house import all_words, png
from tests.standins.slack import Channel, Kind, Message
from tests.wire.slack_door import Scene, atelier


@dataclass(frozen=True)
class Asking(Scene):
    """What this door asks Slack about channels and files."""

    channels: Channels
    pictures: Pictures

    async def refusal(self, channel: Channel) -> NotInvitedError:
        with pytest.raises(NotInvitedError) as refused:
            await self.channels.enter(self.team.id, channel.id)
        return refused.value

    async def upload(self, name: str = "x.png", thread: Message | None = None) -> Message:
        return await self.slack.upload(self.bob, self.art, name, png(), thread=thread, wait=False)


@asynccontextmanager
async def asking(scene: Scene) -> AsyncIterator[Asking]:
    kit = Kit(clock=scene.clock, secrets={"SLACK_BOT_TOKEN": scene.team.bot_token})
    workspaces = Workspaces(Settings(api_url=scene.slack.api_url), kit)
    await workspaces.open()
    try:
        yield Asking(
            slack=scene.slack, clock=scene.clock, team=scene.team, art=scene.art, ada=scene.ada, bob=scene.bob,
            channels=Channels(workspaces, scene.clock), pictures=Pictures(workspaces, scene.clock),
        )  # fmt: skip
    finally:
        await workspaces.close()


@pytest.fixture
async def here() -> AsyncIterator[Asking]:
    async with atelier() as scene, asking(scene) as made:
        yield made


async def test_a_public_channel_is_joined_once_by_a_hundred_at_once(here: Asking) -> None:
    public = here.team.channel("loud", bot=False)
    await asyncio.gather(*(here.channels.enter(here.team.id, public.id) for _ in range(100)))
    assert public.bot_is_in
    assert len(here.slack.asked("conversations.info")) == 1
    assert len(here.slack.asked("conversations.join")) == 1


async def test_where_it_was_sent_out_it_looks_again(here: Asking) -> None:
    await here.channels.enter(here.team.id, here.art.id)
    await here.channels.enter(here.team.id, here.art.id)
    assert len(here.slack.asked("conversations.info")) == 1
    await here.slack.kick(here.art)
    here.channels.left(here.team.id, here.art.id)
    await here.channels.enter(here.team.id, here.art.id)
    assert here.art.bot_is_in


async def test_into_a_private_channel_it_must_be_invited(here: Asking) -> None:
    private = here.team.channel("board", kind=Kind.PRIVATE, bot=False)
    error = await here.refusal(private)
    name = here.team.bot.name.lower()
    assert error.facts == {"command": f"/invite @{name}"}
    for locale, words in (("en", "Type /invite"), ("de", "Gib hier /invite")):
        assert words in all_words().say(locale, "error-not-invited", **error.facts)
    await here.slack.invite(private)
    await here.channels.enter(here.team.id, private.id)


async def test_a_public_channel_that_it_may_not_join_needs_an_invitation(here: Asking) -> None:
    public = here.team.channel("loud", bot=False)
    here.slack.withdraw(here.team, "channels:join")
    assert (await here.refusal(public)).facts["command"]
    assert not public.bot_is_in


async def test_its_own_direct_messages_are_open_and_other_peoples_are_not(here: Asking) -> None:
    await here.channels.enter(here.team.id, here.team.dm(here.ada).id)
    theirs = here.team.channel("talk", kind=Kind.DM, bot=False, members=[here.ada, here.bob])
    theirs.id = "D0STRANGE01"
    error = await here.refusal(theirs)
    assert error.facts == {"command": None}
    assert "not part of this conversation" in all_words().say("en", "error-not-invited", **error.facts)


async def test_an_archived_channel_is_closed(here: Asking) -> None:
    public = here.team.channel("old", bot=False)
    public.archived = True
    with pytest.raises(PlaceShutError):
        await here.channels.enter(here.team.id, public.id)


async def test_while_slack_is_busy_nothing_is_bought(here: Asking) -> None:
    here.slack.fail("conversations.info", status=503)
    with pytest.raises(BusyError):
        await here.channels.enter(here.team.id, here.art.id)
    await here.channels.enter(here.team.id, here.art.id)


async def test_without_the_scope_the_announcement_finds_out(here: Asking) -> None:
    here.slack.withdraw(here.team, "channels:read")
    await here.channels.enter(here.team.id, here.art.id)


async def test_a_persons_direct_messages_are_opened_once(here: Asking) -> None:
    opened = [await here.channels.direct(here.team.id, here.ada.id) for _ in range(2)]
    assert opened == [here.team.dm(here.ada).id] * 2
    assert len(here.slack.asked("conversations.open")) == 1
    here.channels.forget(here.team.id)
    await here.channels.direct(here.team.id, here.ada.id)
    assert len(here.slack.asked("conversations.open")) == 2


async def test_the_pictures_of_a_message_are_found_without_reading_it(here: Asking) -> None:
    await here.upload("before.png")
    message = await here.upload("meant.png")
    await here.upload("after.png")
    found = await here.pictures.in_message(here.team.id, here.art.id, message.ts)
    assert [each.name for each in found] == ["meant.png"]
    assert found[0].url.endswith("/meant.png")
    assert here.slack.asked("conversations.history") == []


async def test_in_a_thread_the_first_messages_picture_goes_before_later_ones(here: Asking) -> None:
    root = await here.upload("root.png")
    await here.upload("reply.png", thread=root)
    found = await here.pictures.in_thread(here.team.id, here.art.id, root.ts)
    assert [each.name for each in found] == ["root.png"]


async def test_in_a_thread_that_began_with_words_the_newest_picture_is_found(here: Asking) -> None:
    root = await here.slack.say(here.bob, here.art, "what do you think?", wait=False)
    await here.upload("elsewhere.png")
    await here.upload("first.png", thread=root)
    here.later(seconds=5)
    await here.upload("second.png", thread=root)
    found = await here.pictures.in_thread(here.team.id, here.art.id, root.ts)
    assert [each.name for each in found] == ["second.png"]


async def test_a_channel_full_of_pictures_is_not_asked_about_one_by_one(here: Asking) -> None:
    for number in range(30):
        await here.upload(f"{number}.png")
    root = await here.slack.say(here.bob, here.art, "what do you think?", wait=False)
    assert await here.pictures.in_thread(here.team.id, here.art.id, root.ts) == ()
    assert len(here.slack.asked("files.")) <= 20


async def test_the_latest_pictures_take_one_call(here: Asking) -> None:
    for number in range(12):
        await here.upload(f"{number}.png")
        here.later(seconds=2)
    found = await here.pictures.recent(here.team.id, here.art.id, 10)
    assert [each.name for each in found] == [f"{number}.png" for number in range(11, 1, -1)]
    assert len(here.slack.asked("files.")) == 1


async def test_where_files_may_not_be_read_there_are_none(here: Asking) -> None:
    message = await here.upload()
    here.slack.withdraw(here.team, "files:read")
    assert await here.pictures.recent(here.team.id, here.art.id) == ()
    assert await here.pictures.in_message(here.team.id, here.art.id, message.ts) == ()


async def test_a_stub_is_looked_up_and_what_is_no_picture_left_out(here: Asking) -> None:
    picture = here.slack.file(here.bob, "x.png", png(), stub=True)
    notes = here.slack.file(here.bob, "notes.txt", b"words", stub=True)
    await here.slack.say(here.bob, here.art, "look", files=[picture, notes], wait=False)
    stubs = pictures_in([here.slack.telling.file(each) for each in (picture, notes)])
    assert [each.url for each in stubs] == ["", ""]
    (found,) = await here.pictures.whole(here.team.id, stubs)
    assert found.url.endswith("/x.png")
    assert found.size_bytes == len(png())
    with pytest.raises(NotAPictureError):
        await here.pictures.of_file(here.team.id, notes.id)
    with pytest.raises(PictureUnreachableError):
        await here.pictures.of_file(here.team.id, "F0NOWHERE01")
    here.slack.throttle("files.info")
    with pytest.raises(BusyError):
        await here.pictures.of_file(here.team.id, picture.id)
