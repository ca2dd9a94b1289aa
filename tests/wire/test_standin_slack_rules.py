"""What the Slack stand-in turns down, by which of Slack's codes, and what of it is held against the client."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from typing import Any

import aiohttp
import pytest

from tests.standins import spec
from tests.standins.slack import Kind, Pace, Slack, Stage
from tests.standins.slack.rules import DOCUMENT
from tests.wire.slacking import House, Json, actions, entry, modal, opened, section, shown

DESCRIBED = pytest.mark.skipif(spec.find_methods(DOCUMENT) is None, reason=spec.ABSENT)


@pytest.fixture
async def house() -> AsyncIterator[House]:
    async with opened() as house:
        yield house


def button(label: str = "Again", **more: Any) -> Json:
    text = {"type": "plain_text", "text": label}
    return {"type": "actions", "elements": [{"type": "button", "action_id": "a", "text": text, **more}]}


def plain(text: str) -> Json:
    return {"type": "plain_text", "text": text}


WRONG_BLOCKS: list[tuple[str, list[Any]]] = [
    ("no more than 50 items", [{"type": "divider"}] * 51),
    ("must be less than 3001 characters", [section("x" * 3001)]),
    ("must be more than 0 characters", [section("")]),
    ("must be less than 151 characters", [{"type": "header", "text": plain("x" * 151)}]),
    ("must be a text object of type plain_text", [{"type": "header", "text": {"type": "mrkdwn", "text": "x"}}]),
    ("must be 1 to 10 elements", [{"type": "context", "elements": [plain("x")] * 11}]),
    ("must be 1 to 25 elements", [actions(*(str(one) for one in range(26)))]),
    ("must be less than 76 characters", [button("x" * 76)]),
    ("must be less than 256 characters", [button(action_id="x" * 256)]),
    ("must be less than 2001 characters", [button(value="x" * 2001)]),
    ("must be less than 256 characters", [section("x") | {"block_id": "x" * 256}]),
    ("style must be primary or danger", [button(style="default")]),
    ("invalid additional property: disabled", [button(disabled=True)]),
    ("action_id `v1:a` is there more than once", [actions("A"), actions("A")]),
    ("block_id `b` is there more than once", [section("x") | {"block_id": "b"}, section("y") | {"block_id": "b"}]),
    ("unsupported type: carousel", [{"type": "carousel"}]),
    ("missing required field: alt_text", [{"type": "image", "image_url": "https://x.test/x.png"}]),
    ("must be less than 2001 characters", [{"type": "image", "image_url": "https://x.test/", "alt_text": "x" * 2001}]),
    ("an image has an image_url or a slack_file", [{"type": "image", "alt_text": "x"}]),
    ("a section has text or fields", [{"type": "section"}]),
    ("no more than 10 items", [{"type": "section", "fields": [plain("x")] * 11}]),
    ("must be less than 2001 characters", [{"type": "section", "fields": [plain("x" * 2001)]}]),
    ("unsupported element type: file_input", [entry("files", type="file_input")]),
    (
        "must be 1 to 100 options",
        [section("x") | {"accessory": {"type": "static_select", "action_id": "a", "options": []}}],
    ),
    ("blocks must be a list of objects", ["section"]),
]


@pytest.mark.parametrize(("complaint", "blocks"), WRONG_BLOCKS)
async def test_wrong_blocks_are_refused_and_held_against_the_client(
    house: House, complaint: str, blocks: list[Any]
) -> None:
    told = await house.call("chat.postMessage", channel=house.art.id, text="x", blocks=blocks)
    assert told["error"] == "invalid_blocks"
    assert any(complaint in one for one in told["errors"])
    assert any(complaint in one for one in house.forgiven())
    assert house.slack.messages(house.art) == []


def select(options: list[Json], **more: Any) -> Json:
    return entry("shape", type="static_select", options=options, **more)


OPTION: Json = {"text": plain("Wide"), "value": "wide"}
WRONG_VIEWS: list[tuple[str, Json]] = [
    ("must be less than 25 characters", modal(section("x"), title=plain("x" * 25))),
    ("must be less than 25 characters", modal(section("x"), submit=plain("x" * 25))),
    ("must be less than 3001 characters", modal(section("x"), private_metadata="x" * 3001)),
    ("must be less than 256 characters", modal(section("x"), callback_id="x" * 256)),
    ("no more than 100 items", modal(*[section("x")] * 101)),
    ("a modal with inputs needs submit", modal(entry("x"), submit=None)),
    ("invalid additional property: footer", modal(section("x"), footer="x")),
    ("min_length and max_length: 0 to 3000", modal(entry("x", max_length=3001))),
    ("initial_value is longer than 3 characters", modal(entry("x", max_length=3, initial_value="four"))),
    ("missing required field: is_decimal_allowed", modal(entry("x", type="number_input"))),
    ("min_value must be a string", modal(entry("x", type="number_input", is_decimal_allowed=False, min_value=1))),
    ("max_files: 1 to 10", modal(entry("x", type="file_input", max_files=11))),
    ("must be less than 76 characters", modal(select([{**OPTION, "text": plain("x" * 76)}]))),
    ("must be less than 151 characters", modal(select([{**OPTION, "value": "x" * 151}]))),
    ("must be 1 to 100 options", modal(select([{"text": plain("x"), "value": str(n)} for n in range(101)]))),
    ("values of options must be unique", modal(select([OPTION, OPTION]))),
    ("an initial option must be one of the options", modal(select([OPTION], initial_option={**OPTION, "value": "x"}))),
    ("a home is wanted, not a modal", modal(section("x"))),
    ("view must be a modal or a home", {"type": "tab", "blocks": []}),
]


@pytest.mark.parametrize(("complaint", "view"), WRONG_VIEWS)
async def test_wrong_views_are_refused_and_held_against_the_client(house: House, complaint: str, view: Json) -> None:
    told = await house.call("views.publish", user_id=house.ada.id, view=view)
    assert told["error"] == "invalid_arguments"
    assert any(complaint in one for one in told["response_metadata"]["messages"])
    assert any(complaint in one for one in house.forgiven())


async def test_what_slack_shows_is_taken(house: House) -> None:
    accessory = {"type": "static_select", "action_id": "s", "options": [OPTION], "initial_option": OPTION}
    blocks = [
        {"type": "header", "text": plain("A fox")},
        section("*bold*") | {"accessory": accessory},
        {"type": "section", "fields": [plain("seed 7")]},
        {"type": "divider"},
        {"type": "context", "elements": [{"type": "mrkdwn", "text": "`flux`"}, shown_link()]},
        {"type": "image", "image_url": "https://x.test/fox.png", "alt_text": "a fox", "title": plain("Fox")},
        actions("Again", "Delete"),
        {"type": "markdown", "text": "# end"},
    ]
    await house.client.chat_postMessage(channel=house.art.id, text="A fox", blocks=blocks)
    (message,) = house.slack.messages(house.art)
    assert message.text == "A fox\n*bold*\nseed 7\n`flux`\nFox\n# end"
    assert [(one.name, one.alt) for one in message.pictures] == [("x.png", "x"), ("fox.png", "a fox")]
    assert [dict(one.options) for one in message.selects] == [{"wide": "Wide"}]


def shown_link() -> Json:
    return {"type": "image", "image_url": "https://x.test/x.png", "alt_text": "x"}


# Methods, arguments, tokens, scopes.


@DESCRIBED
async def test_unknown_and_missing_arguments_are_held_against_the_client(house: House) -> None:
    assert await house.error("chat.postMessage", channel=house.art.id, text="x", colour="red") == "invalid_arg_name"
    assert await house.error("chat.postMessage", text="x") == "invalid_arguments"
    assert await house.error("chat.postMessage", channel=7, text="x") == "invalid_arguments"
    assert await house.error("files.info", file="F1") == "invalid_post_type"
    assert house.forgiven() == [
        "chat.postMessage: no such argument: colour",
        "chat.postMessage: missing required field: channel",
        "chat.postMessage: channel: must be string, is int",
        "files.info: files.info reads no JSON",
    ]


async def test_unknown_methods_are_held_against_the_client(house: House) -> None:
    assert await house.error("chat.shout") == "unknown_method"
    assert house.forgiven() == ["chat.shout: the stand-in has no chat.shout"]


async def test_other_faults_of_messages_are_held_against_the_client(house: House) -> None:
    posted = await house.call("chat.postMessage", channel=house.art.id, text="x", blocks=[section("x")])
    edit = {"channel": house.art.id, "ts": posted["ts"]}
    reply = await house.call("chat.postMessage", channel=house.art.id, text="y", thread_ts=posted["ts"])
    assert await house.error("chat.postMessage", channel=house.art.id) == "no_text"
    assert await house.error("chat.update", **edit, text="y" * 4001, blocks=[]) == "msg_too_long"
    nested = {"channel": house.art.id, "text": "z", "thread_ts": reply["ts"]}
    assert await house.error("chat.postMessage", **nested) == "invalid_arguments"
    wrong = {"event_type": "job", "event_payload": "x"}
    assert await house.error("chat.postMessage", channel=house.art.id, text="y", metadata=wrong) != ""
    assert len(house.forgiven()) == 4


async def test_runtime_refusals_are_nobodys_fault(house: House) -> None:
    say: Json = {"text": "x"}
    private = house.team.channel("private", kind=Kind.PRIVATE, bot=False)
    elsewhere = house.team.channel("elsewhere", bot=False)
    quiet = house.team.channel("quiet", read_only=True)
    old = house.team.channel("old")
    old.archived = True
    assert await house.error("chat.postMessage", channel="C0NOWHERE", **say) == "channel_not_found"
    assert await house.error("chat.postMessage", channel=private.id, **say) == "channel_not_found"
    assert await house.error("chat.postMessage", channel=elsewhere.id, **say) == "not_in_channel"
    assert await house.error("chat.postMessage", channel=quiet.id, **say) == "restricted_action"
    assert await house.error("chat.postMessage", channel=old.id, **say) == "is_archived"
    assert await house.error("conversations.join", channel=private.id) == "channel_not_found"
    assert await house.error("conversations.join", channel=old.id) == "is_archived"
    assert await house.error("conversations.join", channel=elsewhere.id) == ""
    assert await house.error("chat.postMessage", channel=elsewhere.id, **say) == ""
    said = await house.slack.say(house.ada, house.art, "mine", wait=False)
    mine = {"channel": house.art.id, "ts": said.ts}
    assert await house.error("chat.update", **mine, text="yours") == "cant_update_message"
    assert await house.error("chat.delete", **mine) == "cant_delete_message"
    assert await house.error("chat.delete", channel=house.art.id, ts="1111111111.000000") == "message_not_found"
    assert house.slack.violations == []


async def test_tokens_that_do_not_hold_are_refused(house: House) -> None:
    assert await house.error("auth.test", token="") == "not_authed"
    assert await house.error("auth.test", token="xoxb-strange") == "invalid_auth"
    assert await house.error("auth.test", token=house.slack.app_token) == "not_allowed_token_type"
    assert await house.error("apps.connections.open") == "not_allowed_token_type"
    old = house.team.bot_token
    await house.slack.revoke(house.team)
    assert await house.error("auth.test", token=old) == "token_revoked"
    assert not house.team.installed
    assert house.slack.violations == []


@DESCRIBED
async def test_each_method_asks_for_its_scope(house: House) -> None:
    house.slack.withdraw(house.team, "chat:write", "groups:read", "channels:join", "mpim:read")
    told = await house.call("chat.postMessage", channel=house.art.id, text="x")
    assert (told["error"], told["needed"]) == ("missing_scope", "chat:write")
    assert "files:read" in told["provided"].split(",")
    hidden = house.team.channel("hidden", kind=Kind.PRIVATE)
    client = house.client
    assert (await client.conversations_info(channel=house.art.id))["channel"]["is_member"]
    for call, needed in (
        (client.conversations_info(channel=hidden.id), "groups:read"),
        (client.conversations_join(channel=house.art.id), "channels:join"),
        (client.conversations_list(types="public_channel,mpim"), "mpim:read"),
        (client.conversations_open(users="U1,U2"), "mpim:write"),
    ):
        with pytest.raises(Exception, match=needed):
            await call


async def test_conversations_are_paged(house: House) -> None:
    for count in range(4):
        house.team.channel(f"room-{count}")
    names = []
    cursor = ""
    while True:
        page = await house.client.conversations_list(limit=2, cursor=cursor)
        names.append([one["name"] for one in page["channels"]])
        cursor = page["response_metadata"]["next_cursor"]
        if not cursor:
            break
    assert names == [["art", "room-0"], ["room-1", "room-2"], ["room-3"]]


async def test_a_context_left_with_violations_fails_the_test() -> None:
    with pytest.raises(AssertionError, match=r"views.open: view must be a modal"):
        async with opened() as house:
            await house.call("views.open", trigger_id="1.2.3", view={"type": "dialog"})


# Faults on purpose.


async def test_planned_faults_strike_before_or_after(house: House) -> None:
    slack, say = house.slack, {"channel": house.art.id, "text": "x"}
    slack.fail("chat.postMessage", error="rate_limited")
    slack.fail("chat.postMessage", error="internal_error", stage=Stage.AFTER)
    assert await house.error("chat.postMessage", **say) == "rate_limited"
    assert slack.messages(house.art) == []
    assert await house.error("chat.postMessage", **say) == "internal_error"
    assert len(slack.messages(house.art)) == 1
    assert await house.error("chat.postMessage", **say) == ""
    slack.hang_up("chat.postMessage")
    with pytest.raises(aiohttp.ClientError):
        await house.call("chat.postMessage", **say)
    assert len(slack.messages(house.art)) == 3
    assert [heard.status for heard in slack.asked("chat.")] == [200, 200, 200, 0]


@DESCRIBED
async def test_a_code_that_a_method_never_answers_cannot_be_planned(house: House) -> None:
    with pytest.raises(ValueError, match="never answers thread_not_found"):
        house.slack.fail("chat.postMessage", error="thread_not_found")


async def test_too_many_requests_are_told_when_to_come_back(house: House) -> None:
    other = house.team.channel("other")
    house.slack.throttle("chat.postMessage", retry_after_s=30, channel=other)
    await house.client.chat_postMessage(channel=house.art.id, text="x")
    with pytest.raises(Exception, match="ratelimited") as refused:
        await house.client.chat_postMessage(channel=other.id, text="x")
    assert refused.value.response.status_code == 429  # type: ignore[attr-defined]  # slack_sdk's error
    assert refused.value.response.headers["Retry-After"] == "30"  # type: ignore[attr-defined]  # slack_sdk's error


async def test_a_channel_takes_a_message_a_second_after_a_burst(house: House) -> None:
    house.slack.posting.pace = Pace(burst=2)
    other = house.team.channel("other")
    client = house.client
    for channel in (house.art, house.art, other):
        await client.chat_postMessage(channel=channel.id, text="x")
    with pytest.raises(Exception, match="ratelimited"):
        await client.chat_postMessage(channel=house.art.id, text="x")
    await house.clock.advance(2)
    await client.chat_postMessage(channel=house.art.id, text="x")


async def test_a_gate_holds_requests_until_it_opens(house: House) -> None:
    gate = house.slack.hold("auth.test")
    asked = asyncio.ensure_future(house.client.auth_test())
    await asyncio.wait_for(gate.reached.wait(), 5)
    assert not asked.done()
    gate.open.set()
    assert (await asked)["team_id"] == house.team.id


async def test_without_the_description_nothing_is_lost_but_the_check_of_arguments() -> None:
    async with Slack(validate=False) as slack:
        team = slack.workspace()
        art = team.channel("art")
        house = House(slack, None, team, art, team.person("Ada"), team.person("Bob"))  # type: ignore[arg-type]  # no clock
        await house.client.chat_postMessage(channel=art.id, text="x", blocks=[section("x"), actions("A")])
        listed = await house.client.conversations_list(limit=1, exclude_archived=True)
        assert [one["name"] for one in listed["channels"]] == ["art"]
        assert await house.error("chat.postMessage", channel=art.id, text="x", blocks=[shown("F1")]) == "invalid_blocks"
