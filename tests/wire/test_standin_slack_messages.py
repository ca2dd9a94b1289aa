"""Messages at the Slack stand-in, with the real slack-bolt: mentions, threads, direct messages, the assistant."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from typing import Any

import pytest
from slack_sdk.errors import SlackApiError

from tests.wire.slacking import House, opened, section


@pytest.fixture
async def house() -> AsyncIterator[House]:
    async with opened() as house:
        yield house


async def test_a_mention_is_heard_in_its_thread_where_the_bot_is(house: House) -> None:
    app = house.app()

    @app.event("app_mention")
    async def mentioned(event: dict[str, Any], say: Any) -> None:
        names = [file["name"] for file in event.get("files", [])]
        await say(f"{event['text']} {names}", thread_ts=event.get("thread_ts", event["ts"]))

    other = house.team.channel("other", bot=False)
    async with house.running(app):
        root = await house.slack.upload(house.bob, house.art, "cat.png", b"x")
        photo = house.slack.file(house.ada, "fox.png", b"x")
        said = await house.slack.say(
            house.ada, house.art, f"{house.team.bot.mention} upscale", thread=root, files=[photo]
        )
        unheard = await house.slack.say(house.ada, other, f"{house.team.bot.mention} hello")
    assert [told.kind for told in said.delivered] == ["app_mention"]
    assert unheard.delivered == root.delivered == []
    assert [message.author for message in house.slack.messages(house.art, root)] == [
        house.bob,
        house.ada,
        house.team.bot,
    ]
    assert house.slack.messages(house.art)[-1].text.endswith("upscale ['fox.png']")


async def test_direct_messages_are_heard_and_the_bots_own_are_told_as_well(house: House) -> None:
    app = house.app()
    heard: list[str] = []

    @app.event("message")
    async def message(event: dict[str, Any], say: Any) -> None:
        heard.append(event["text"])
        await say(f"echo {event['text']}")

    dm = house.team.dm(house.ada)
    async with house.running(app):
        said = await house.slack.say(house.ada, dm, f"{house.team.bot.mention} a fox")
        await house.slack.all_settled(house.slack.deliveries)
    assert [told.kind for told in said.delivered] == ["message"]
    assert len(heard) == 1  # Bolt passes over what the bot said itself
    assert [told.payload["event"].get("bot_id", "") for told in house.slack.deliveries] == ["", house.team.bot_id]


async def test_channel_history_needs_its_scope(house: House) -> None:
    house.slack.world.events.add("message.channels")
    said = await house.slack.say(house.ada, house.art, "psst", wait=False)
    assert said.delivered == []
    told = await house.client.api_call("auth.test")
    assert "channels:history" not in told.headers["x-oauth-scopes"]
    with pytest.raises(SlackApiError) as refused:
        await house.client.conversations_history(channel=house.art.id)
    assert refused.value.response["needed"] == "channels:history"
    house.slack.grant(house.team, "channels:history")
    answer = await house.client.conversations_history(channel=house.art.id, limit=1)
    assert [one["text"] for one in answer["messages"]] == ["psst"]
    assert len((await house.slack.say(house.ada, house.art, "psst", wait=False)).delivered) == 1


async def test_people_of_another_organisation_are_strangers(house: House) -> None:
    partner = house.slack.workspace("Partner", installed=False)
    eve = partner.person("Eve")
    shared = house.team.channel("shared", members=[house.ada, eve], shared_with=[partner])
    app = house.app()
    events: list[dict[str, Any]] = []

    @app.event("app_mention")
    async def mentioned(body: dict[str, Any]) -> None:
        events.append(body)

    async with house.running(app):
        await house.slack.say(eve, shared, f"{house.team.bot.mention} a fox")
        with pytest.raises(AssertionError, match="another organisation"):
            await house.slack.slash(eve, shared, "imagine")
    assert events[0]["is_ext_shared_channel"]
    assert (events[0]["team_id"], events[0]["event"]["user_team"]) == (house.team.id, partner.id)
    told = (await house.client.users_info(user=eve.id, include_locale=True))["user"]
    assert told["is_stranger"]
    assert "locale" not in told
    assert (await house.client.users_info(user=house.bob.id, include_locale=True))["user"]["locale"] == "de-DE"


async def test_whom_a_message_pings_is_seen(house: House) -> None:
    await house.client.chat_postMessage(
        channel=house.art.id,
        text="hello",
        blocks=[section(f"{house.bob.mention} <!here> \\<!channel> &lt;!everyone&gt;")],
    )
    await house.client.chat_postMessage(channel=house.art.id, text="@everyone", parse="full")
    first, second = house.slack.messages(house.art)
    assert first.pings == [f"@{house.bob.id}", "!here", "!channel"]
    assert second.pings == ["@everyone"]


async def test_an_edit_with_text_alone_takes_the_blocks_away(house: House) -> None:
    posted = await house.call("chat.postMessage", channel=house.art.id, text="x", blocks=[section("*x*")])
    (message,) = house.slack.messages(house.art)
    edit = {"channel": house.art.id, "ts": posted["ts"]}
    assert await house.error("chat.update", **edit, metadata={"event_type": "job", "event_payload": {}}) == ""
    assert (message.text, message.fallback) == ("*x*", "x")
    assert await house.error("chat.update", **edit, text="y") == ""
    assert (message.text, message.blocks) == ("y", [])


async def test_ephemeral_messages_are_for_members_and_cannot_be_edited(house: House) -> None:
    told = await house.call("chat.postEphemeral", channel=house.art.id, user=house.ada.id, text="psst")
    assert [message.text for message in house.slack.ephemerals(house.ada, house.art)] == ["psst"]
    edit = {"channel": house.art.id, "ts": told["message_ts"], "text": "x"}
    assert await house.error("chat.update", **edit) == "message_not_found"
    alone = house.team.channel("alone", members=[house.bob])
    args = {"channel": alone.id, "user": house.ada.id, "text": "psst"}
    assert await house.error("chat.postEphemeral", **args) == "user_not_in_channel"


# The assistant's pane.


async def test_the_assistant_begins_a_thread_suggests_and_says_what_it_does(house: House) -> None:
    app = house.app()
    typing = asyncio.Event()
    prompts = [{"title": "A fox", "message": "a fox in the snow"}]

    @app.event("assistant_thread_started")
    async def started(event: dict[str, Any], client: Any) -> None:
        thread = event["assistant_thread"]
        where = {"channel_id": thread["channel_id"], "thread_ts": thread["thread_ts"]}
        await client.assistant_threads_setSuggestedPrompts(**where, prompts=prompts)

    @app.event("message")
    async def message(event: dict[str, Any], client: Any, say: Any) -> None:
        where = {"channel_id": event["channel"], "thread_ts": event["thread_ts"]}
        await client.assistant_threads_setStatus(**where, status="is painting", loading_messages=["Mixing colours"])
        await client.assistant_threads_setTitle(**where, title=event["text"])
        await asyncio.wait_for(typing.wait(), 5)
        await say("done", thread_ts=event["thread_ts"])

    dm = house.team.dm(house.ada)
    async with house.running(app):
        root = (await house.slack.open_assistant(house.ada)).shown
        assert house.slack.prompts(dm) == prompts
        said = await house.slack.say(house.ada, dm, "a fox", thread=root, wait=False)
        await house.slack.until(lambda: house.slack.status(root) == "is painting")
        assert house.slack.status(said) == "is painting"
        typing.set()
        await house.slack.until(lambda: len(house.slack.messages(dm, root)) == 3)
    assert house.slack.status(root) == ""
    where = {"channel_id": dm.id, "thread_ts": root.ts}
    assert await house.error("assistant.threads.setStatus", **where, status="is resting") == ""
    assert house.slack.status(root) == "is resting"
    await house.clock.advance(120)
    assert house.slack.status(root) == ""
