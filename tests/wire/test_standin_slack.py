"""What the Slack stand-in shows the real slack-bolt: commands, buttons, shortcuts, modals and the home tab."""

from __future__ import annotations

from collections.abc import AsyncIterator
from typing import Any

import pytest
from slack_sdk.errors import SlackApiError

from tests.standins.slack import Kind
from tests.wire.slacking import House, actions, code, entry, modal, opened, section


@pytest.fixture
async def house() -> AsyncIterator[House]:
    async with opened() as house:
        yield house


# Commands and what answers them.


async def test_a_command_is_answered_by_its_acknowledgement_for_one_person(house: House) -> None:
    app = house.app()

    @app.command("/imagine")
    async def imagine(ack: Any, command: dict[str, Any]) -> None:
        await ack(f"on it: {command['text']} in {command['channel_name']}")

    async with house.running(app):
        asked = await house.slack.slash(house.ada, house.art, "imagine", "a fox --ar 3:2")
    assert asked.text == "on it: a fox --ar 3:2 in art"
    assert asked.ephemeral
    assert asked.acked_after_s is not None
    assert asked.acked_after_s < 3
    assert house.slack.messages(house.art) == []
    assert [message.viewer for message in house.art.messages] == [house.ada]
    assert house.slack.ephemerals(house.bob, house.art) == []


async def test_a_command_may_answer_everybody(house: House) -> None:
    app = house.app()

    @app.command("/imagine")
    async def imagine(ack: Any) -> None:
        await ack(text="queued", blocks=[section("*queued*")], response_type="in_channel")

    async with house.running(app):
        asked = await house.slack.slash(house.ada, house.art, "imagine")
    assert house.slack.messages(house.art) == [asked.shown]
    assert (asked.text, asked.shown.fallback) == ("*queued*", "queued")


async def test_a_response_url_takes_five_answers(house: House) -> None:
    app = house.app()
    statuses: list[int] = []

    @app.command("/imagine")
    async def imagine(ack: Any, respond: Any) -> None:
        await ack()
        statuses.extend([(await respond(f"answer {n}", replace_original=n == 4)).status_code for n in range(6)])

    async with house.running(app):
        asked = await house.slack.slash(house.ada, house.art, "imagine")
    assert statuses == [200] * 5 + [404]
    assert [message.text for message in house.slack.ephemerals(house.ada, house.art)] == [
        "answer 0",
        "answer 1",
        "answer 2",
        "answer 4",
    ]
    assert asked.shown.history == ["answer 3"]
    assert [error for _, _, error in house.slack.answering.responses] == [""] * 5 + ["used_url"]


async def test_a_response_url_ends_after_30_minutes(house: House) -> None:
    app = house.app()

    @app.command("/imagine")
    async def imagine(ack: Any, respond: Any) -> None:
        await ack()
        await house.clock.advance(30 * 60)
        assert (await respond("too late")).status_code == 404

    async with house.running(app):
        asked = await house.slack.slash(house.ada, house.art, "imagine")
    assert asked.answers == []
    assert [error for _, _, error in house.slack.answering.responses] == ["expired_url"]


# Buttons, choices, shortcuts.


async def test_a_button_edits_its_message(house: House) -> None:
    app = house.app()

    @app.action("v1:again")
    async def again(ack: Any, body: dict[str, Any], client: Any) -> None:
        assert body["message"]["text"] == "Done."
        assert body["container"]["message_ts"] == body["message"]["ts"]
        await ack()
        await client.chat_update(
            channel=body["channel"]["id"], ts=body["message"]["ts"], text="Again.", blocks=[section("Again.")]
        )

    async with house.running(app):
        posted = await house.client.chat_postMessage(
            channel=house.art.id, text="Done.", blocks=[section("Done."), actions("Again", "Delete")]
        )
        (message,) = house.slack.messages(house.art)
        assert message.ts == posted["ts"]
        assert [button.label for button in message.buttons] == ["Again", "Delete"]
        await house.slack.press(house.ada, message, "Again")
        with pytest.raises(LookupError, match="Delete"):
            await house.slack.press(house.ada, message, "Delete")
    assert (message.text, message.history, message.buttons) == ("Again.", ["Done."], [])


async def test_a_button_of_an_ephemeral_message_replaces_it_through_its_response_url(house: House) -> None:
    app = house.app()

    @app.command("/imagine")
    async def imagine(ack: Any) -> None:
        await ack(text="Sure?", blocks=[section("Sure?"), actions("Yes")])

    @app.action("v1:yes")
    async def yes(ack: Any, body: dict[str, Any], respond: Any) -> None:
        assert "message" not in body
        assert body["container"]["is_ephemeral"]
        await ack()
        await respond(text="Gone.", replace_original=True)
        await respond(delete_original=True)

    async with house.running(app):
        asked = await house.slack.slash(house.ada, house.art, "imagine")
        with pytest.raises(AssertionError, match="Bob does not see"):
            await house.slack.press(house.bob, asked.shown, "Yes")
        await house.slack.press(house.ada, asked.shown, "Yes")
    assert asked.shown.history == ["Sure?"]
    assert asked.shown.text == "Gone."
    assert asked.shown.deleted


async def test_a_shortcut_brings_the_message_and_its_files(house: House) -> None:
    app = house.app()
    seen: list[dict[str, Any]] = []

    @app.shortcut("v1:upscale")
    async def upscale(ack: Any, shortcut: dict[str, Any]) -> None:
        await ack()
        seen.append(shortcut)

    async with house.running(app):
        photo = await house.slack.upload(house.bob, house.art, "cat.png", b"no picture")
        await house.slack.shortcut(house.ada, photo, "v1:upscale")
        await house.slack.shortcut(house.ada, house.team, "v1:upscale")
    assert seen[0]["message"]["files"][0]["name"] == "cat.png"
    assert seen[0]["message_ts"] == photo.ts
    assert "channel" not in seen[1]


# Modals and home.


async def test_a_modal_is_filled_in_refused_and_sent(house: House) -> None:
    app = house.app()
    states: list[Any] = []
    choice = {
        "type": "static_select",
        "options": [
            {"text": {"type": "plain_text", "text": name}, "value": name.lower()} for name in ("Square", "Wide")
        ],
    }
    files = {"type": "file_input", "filetypes": ["png"], "max_files": 1}

    @app.command("/imagine")
    async def imagine(ack: Any, body: dict[str, Any], client: Any) -> None:
        view = modal(entry("prompt", initial_value="a fox", max_length=10), entry("shape", **choice))
        view["blocks"].append({**entry("picture", **files), "optional": True})
        await client.views_open(trigger_id=body["trigger_id"], view=view)
        await ack()

    @app.view("v1:edit")
    async def edit(ack: Any, view: dict[str, Any]) -> None:
        states.append(view["state"]["values"])
        refused = len(states) == 1
        await (ack(response_action="errors", errors={"prompt": "Too dull."}) if refused else ack())

    async with house.running(app):
        form = (await house.slack.slash(house.ada, house.art, "imagine")).form
        assert house.slack.modal(house.ada) is form
        assert form.field("Prompt").value == "a fox"
        with pytest.raises(AssertionError, match="must be filled in"):
            await house.slack.submit(house.ada, form)
        with pytest.raises(AssertionError, match="0 to 10 characters"):
            await house.slack.submit(house.ada, form, {"prompt": "a very long fox", "shape": "wide"})
        with pytest.raises(AssertionError, match="does not offer 'tall'"):
            await house.slack.submit(house.ada, form, {"shape": "tall"})
        await house.slack.submit(house.ada, form, {"Shape": "Wide"})
        assert form.errors == {"prompt": "Too dull."}
        assert house.slack.modal(house.ada) is form
        picture = house.slack.file(house.ada, "cat.png", b"x")
        await house.slack.submit(house.ada, form, {"prompt": "a cat", "shape": "wide", "picture": picture})
    assert form.closed
    assert house.slack.modal(house.ada) is None
    assert states[1]["prompt"]["prompt"]["value"] == "a cat"
    assert states[1]["shape"]["shape"]["selected_option"]["value"] == "wide"
    assert states[1]["picture"]["picture"]["files"][0]["id"] == picture.id


async def test_modals_lie_on_each_other_and_are_updated_by_hash(house: House) -> None:
    app = house.app()

    @app.command("/imagine")
    async def imagine(ack: Any, body: dict[str, Any], client: Any) -> None:
        loading = await client.views_open(trigger_id=body["trigger_id"], view=modal(section("Loading")))
        view = modal(section("Ready"), actions("More"), entry("prompt"), notify_on_close=True)
        old = loading["view"]["hash"]
        await client.views_update(view_id=loading["view"]["id"], hash=old, view=view)
        with pytest.raises(SlackApiError) as late:
            await client.views_update(view_id=loading["view"]["id"], hash=old, view=view)
        assert code(late.value) == "hash_conflict"
        await ack()

    @app.action("v1:more")
    async def more(ack: Any, body: dict[str, Any], client: Any) -> None:
        await client.views_push(trigger_id=body["trigger_id"], view=modal(entry("prompt")))
        await ack()

    closed: list[str] = []

    @app.view("v1:edit")
    async def edit(ack: Any) -> None:
        await ack(response_action="update", view=modal(section("Thanks")))

    @app.view_closed("v1:edit")
    async def shut(ack: Any, view: dict[str, Any]) -> None:
        closed.append(view["id"])
        await ack()

    async with house.running(app):
        form = (await house.slack.slash(house.ada, house.art, "imagine")).form
        assert form.text == "Edit\nReady\nPrompt"
        pushed = (await house.slack.press(house.ada, form, "More")).form
        assert house.slack.modal(house.ada) is pushed
        with pytest.raises(AssertionError, match="in front"):
            await house.slack.submit(house.ada, form)
        await house.slack.submit(house.ada, pushed, {"prompt": "a fox"})
        assert pushed.text == "Edit\nThanks"
        await house.slack.close(house.ada, pushed)
        await house.slack.close(house.ada, form)
    assert closed == [form.id]
    assert await house.error("views.update", view_id=form.id, view=modal(section("x"))) == "not_found"


async def test_a_trigger_opens_one_modal_within_3_s(house: House) -> None:
    app = house.app()
    triggers: list[str] = []

    @app.command("/imagine")
    async def imagine(ack: Any, body: dict[str, Any]) -> None:
        triggers.append(body["trigger_id"])
        await ack()

    view = modal(section("Hi"))
    async with house.running(app):
        await house.slack.slash(house.ada, house.art, "imagine")
        assert await house.error("views.open", trigger_id=triggers[0], view=view) == ""
        assert await house.error("views.open", trigger_id=triggers[0], view=view) == "exchanged_trigger_id"
        await house.slack.slash(house.ada, house.art, "imagine")
        await house.clock.advance(3.1)
        assert await house.error("views.open", trigger_id=triggers[1], view=view) == "expired_trigger_id"
    assert house.forgiven() == []


async def test_the_home_tab_is_published_when_it_is_opened(house: House) -> None:
    app = house.app()

    @app.event("app_home_opened")
    async def home(event: dict[str, Any], client: Any) -> None:
        text = "Welcome back" if "view" in event else "Welcome"
        await client.views_publish(user_id=event["user"], view={"type": "home", "blocks": [section(text)]})

    async with house.running(app):
        await house.slack.open_home(house.ada)
        view = house.slack.home(house.ada)
        assert view is not None
        assert view.text == "Welcome"
        await house.slack.open_home(house.ada)
    assert (view.text, view.updates) == ("Welcome back", 1)
    assert house.slack.home(house.bob) is None


# What nobody could do.


async def test_acts_that_nobody_could_do_are_errors_of_the_test(house: House) -> None:
    shortcut = {"callback_id": "v1:menu", "name": "Menu", "description": "More", "type": "message"}
    command = {"command": "/imagine", "description": "Paint a picture"}
    manifest: dict[str, Any] = {
        "display_information": {"name": "imagebot"},
        "features": {"slash_commands": [command], "shortcuts": [shortcut]},
        "oauth_config": {"scopes": {"bot": ["commands"]}},
        "settings": {"event_subscriptions": {"bot_events": []}, "socket_mode_enabled": True},
    }
    house.slack.use(manifest)
    with pytest.raises(AssertionError, match="not a valid command"):
        await house.slack.slash(house.ada, house.art, "paint")
    with pytest.raises(AssertionError, match="no shortcut"):
        await house.slack.shortcut(house.ada, house.team, "v1:other")
    with pytest.raises(AssertionError, match="does not hear"):
        await house.slack.open_home(house.ada)
    hidden = house.team.channel("hidden", kind=Kind.PRIVATE, members=[house.bob])
    with pytest.raises(AssertionError, match="cannot write"):
        await house.slack.say(house.ada, hidden, "hello")
    with pytest.raises(SlackApiError, match="im:write"):
        await house.client.conversations_open(users=house.ada.id)


async def test_a_manifest_that_slack_would_not_take_is_held_against_the_app(house: House) -> None:
    house.slack.use(
        {
            "display_information": {"name": "x" * 36, "background_color": "blue"},
            "features": {
                "slash_commands": [{"command": "imagine"}],
                "shortcuts": [{"name": "x" * 25, "callback_id": "v1"}],
            },
            "oauth_config": {"scopes": {"bot": ["commands", "commands"]}},
            "settings": {"interactivity": {"is_enabled": True}},
        }
    )
    assert [one.split(": ")[1] for one in house.forgiven()] == [
        "display_information",
        "display_information",
        "slash_commands",
        "shortcuts",
        "shortcuts",
        "settings",
        "oauth_config",
    ]
