"""What the Discord stand-in shows the real discord.py: commands, forms, messages, all in the described shape."""

from __future__ import annotations

from collections.abc import AsyncIterator
from typing import Any, cast

import aiohttp
import discord as library
import pytest
from discord import app_commands

from tests.standins import spec
from tests.standins.discord import Answer, Kind
from tests.standins.discord.rest import DOCUMENT
from tests.wire.discording import Client, Event, Form, House, arrived, buttons, gallery, opened, say_hello
from tests.wire.providing import png


@pytest.fixture
async def house(monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[House]:
    async with opened(monkeypatch) as house:
        yield house


# Commands, buttons, forms.


async def test_a_command_is_answered_and_its_answer_seen(house: House) -> None:
    client = Client()

    async def imagine(event: Event, prompt: str, image: library.Attachment | None = None) -> None:
        assert event.locale is library.Locale.german
        assert event.filesize_limit == 10 * 1024 * 1024
        assert image
        await event.response.send_message(f"{prompt} {len(await image.read())} {image.width}", ephemeral=True)

    client.answer("imagine", imagine)
    async with house.running(client):
        photo = house.discord.attachment("cat.png", png(64, 32))
        asked = await house.discord.slash(house.ada, house.art, "imagine", prompt="a fox", image=photo)
    assert asked.first
    assert asked.first.kind is Answer.MESSAGE
    assert asked.first.ephemeral
    assert asked.text == f"a fox {photo.size} 64"
    assert [message.viewer for message in house.discord.messages(house.art)] == [house.ada]


async def test_a_picture_is_shown_with_alt_text_and_left_out_of_the_attachments(house: House) -> None:
    client = Client()
    content = png(64, 64)

    async def imagine(event: Event) -> None:
        await event.response.defer()
        view, file = gallery("fox.png", content, alt="a fox")
        message = await event.edit_original_response(view=view, attachments=[file])
        assert message.attachments == []
        shown = cast(library.MediaGalleryComponent, message.components[0])
        assert shown.items[0].media.url.startswith(house.discord.url)

    client.answer("imagine", imagine)
    async with house.running(client):
        asked = await house.discord.slash(house.ada, house.art, "imagine")
        await house.discord.until(lambda: asked.message and asked.message.pictures)
    assert asked.message
    (picture,) = asked.message.pictures
    assert (picture.name, picture.alt, picture.spoiler, picture.content) == ("fox.png", "a fox", True, content)


async def test_options_that_nobody_could_send_are_an_error_of_the_test(house: House) -> None:
    client = Client()

    async def count(event: Event, number: app_commands.Range[int, 1, 4]) -> None:
        await event.response.send_message(str(number))

    client.answer("count", count)
    async with house.running(client):
        with pytest.raises(AssertionError, match="takes 1 to 4"):
            await house.discord.slash(house.ada, house.art, "count", number=5)
        with pytest.raises(AssertionError, match="not registered"):
            await house.discord.slash(house.ada, house.art, "nothing")


async def test_autocomplete_offers_choices(house: House) -> None:
    client = Client()

    async def offered(event: Event, typed: str) -> list[app_commands.Choice[str]]:
        return [app_commands.Choice(name=f"{typed}ux", value="flux")]

    command: app_commands.Command[Any, ..., Any] = app_commands.Command(
        name="paint", description="paints", callback=say_hello
    )
    command.autocomplete("prompt")(offered)
    client.tree.add_command(command)
    async with house.running(client):
        asked = await house.discord.autocomplete(house.ada, house.art, "paint", "prompt", "fl")
    assert asked.choices == [{"name": "flux", "value": "flux"}]


async def test_a_button_is_pressed_and_edits_its_message(house: House) -> None:
    client = Client()

    async def imagine(event: Event) -> None:
        await event.response.send_message(view=buttons("Again", "Delete"))

    client.answer("imagine", imagine)
    async with house.running(client):
        asked = await house.discord.slash(house.ada, house.art, "imagine")
        assert asked.message
        assert asked.message.text == "Done."
        pressed = await house.discord.press(house.ada, asked.message, "Again", wait=False)
        event = await arrived(client.pressed)
        assert cast(dict[str, Any], event.data)["custom_id"] == "v1:again"
        await event.response.edit_message(view=buttons("Cancel"))
        assert pressed.first
        assert pressed.first.kind is Answer.UPDATE
        assert [button.label for button in asked.message.buttons] == ["Cancel"]
        assert asked.message.history == ["Done."]
        with pytest.raises(LookupError, match="Again"):
            await house.discord.press(house.ada, asked.message, "Again")


async def test_a_form_is_filled_and_sent(house: House) -> None:
    client = Client()

    async def edit(event: Event) -> None:
        await event.response.send_modal(Form())

    client.answer("edit", edit)
    async with house.running(client):
        asked = await house.discord.slash(house.ada, house.art, "edit")
        assert asked.modal
        assert asked.modal.field("Prompt").value == "a fox"
        photos = [house.discord.attachment(name, png(8, 8)) for name in ("a.png", "b.png")]
        sent = await house.discord.submit(house.ada, asked, {"Pictures": photos})
        assert sent.text == "a fox ['a.png', 'b.png']"
        asked = await house.discord.slash(house.ada, house.art, "edit")
        changed = await house.discord.submit(house.ada, asked, {"prompt": "a hare"})
        assert changed.text == "a hare []"


async def test_a_context_menu_brings_the_message_with_its_files(house: House) -> None:
    client = Client()

    async def upscale(event: Event, message: library.Message) -> None:
        await event.response.send_message(f"{message.content} {[file.filename for file in message.attachments]}")

    client.tree.add_command(app_commands.ContextMenu(name="Upscale", callback=upscale))
    async with house.running(client):
        photo = house.discord.attachment("cat.png", png(8, 8))
        message = await house.discord.say(house.ada, house.art, "look", attachments=[photo])
        asked = await house.discord.menu(house.ada, message, "Upscale")
    assert asked.text == "look ['cat.png']"


async def test_commands_come_back_as_discord_keeps_them(house: House) -> None:
    client = Client()
    client.answer("hello", say_hello)
    async with house.running(client):
        first = await client.tree.fetch_commands()
        again = await client.tree.sync()
        assert [command.id for command in again] == [command.id for command in first]
        assert house.discord.commands()[0]["version"] == house.discord.commands()[0]["version"]
        await first[0].edit(description="greets")
        assert house.discord.commands()[0]["description"] == "greets"
        await first[0].delete()
        assert await client.tree.fetch_commands() == []


# What an app is told of messages.


async def test_without_the_intent_only_mentions_and_direct_messages_have_content(house: House) -> None:
    discord, client = house.discord, Client()
    async with house.running(client, sync=False):
        photo = discord.attachment("cat.png", png(8, 8))
        plain = await discord.say(house.ada, house.art, "secret", attachments=[photo])
        told = await arrived(client.heard)
        assert (told.content, told.attachments) == ("", [])
        await discord.say(house.ada, house.art, f"{discord.bot.mention} upscale", reply_to=plain)
        told = await arrived(client.heard)
        assert told.content.endswith("upscale")
        assert told.reference
        replied = told.reference.resolved
        assert isinstance(replied, library.Message)
        assert (replied.content, replied.attachments) == ("", [])
        read = await told.channel.fetch_message(plain.id)
        assert (read.content, read.attachments) == ("", [])
        await discord.say(house.ada, discord.dm(house.ada), "hi", attachments=[discord.attachment("d.png", png(8, 8))])
        told = await arrived(client.heard)
        assert (told.content, len(told.attachments)) == ("hi", 1)


async def test_a_reply_to_an_interactions_answer_is_no_mention(house: House) -> None:
    discord, client = house.discord, Client()
    client.answer("hello", say_hello)
    async with house.running(client):
        asked = await discord.slash(house.ada, house.art, "hello")
        channel = client.get_partial_messageable(house.art.id)
        own = await channel.send("a plain message")
        await arrived(client.heard)  # its own two
        await arrived(client.heard)
        await discord.say(house.ada, house.art, "upscale", reply_to=asked.message)
        told = await arrived(client.heard)
        assert (told.content, told.mentions) == ("", [])
        (mine,) = [message for message in discord.messages(house.art) if message.id == own.id]
        await discord.say(house.ada, house.art, "upscale", reply_to=mine)
        told = await arrived(client.heard)
        assert told.content == "upscale"
        await discord.say(house.ada, house.art, "upscale", reply_to=mine, ping=False)
        told = await arrived(client.heard)
        assert told.content == ""
        assert told.reference
        assert isinstance(told.reference.resolved, library.Message)
        assert told.reference.resolved.content == "a plain message"


async def test_with_the_intent_content_is_told_and_without_its_switch_the_door_is_shut(house: House) -> None:
    discord = house.discord
    intents = library.Intents(guilds=True, guild_messages=True, message_content=True)
    with pytest.raises(library.PrivilegedIntentsRequired):
        async with house.running(Client(intents=intents)):
            pass
    discord.world.message_content = True
    client = Client(intents=intents)
    async with house.running(client, sync=False):
        await discord.say(house.ada, house.art, "secret")
        assert (await arrived(client.heard)).content == "secret"


# The official description of what is answered.


@pytest.mark.skipif(spec.find(DOCUMENT) is None, reason=spec.ABSENT)
async def test_answers_have_the_described_shape(house: House) -> None:
    discord = house.discord
    document = cast(spec.Spec, spec.find(DOCUMENT))
    thread = house.art.thread("sketches")
    forum = house.guild.channel("forum", kind=Kind.FORUM)
    photo = discord.attachment("cat.png", png(8, 8))
    said = await discord.say(house.ada, house.art, "hi", attachments=[photo])
    reply = await discord.say(house.ada, house.art, "yes", reply_to=said)
    client = Client()

    async def imagine(event: Event, prompt: str) -> None:
        view, file = gallery("fox.png", png(8, 8), alt=prompt)
        view.add_item(buttons("Again").children[0])
        await event.response.send_message(view=view, file=file)

    client.answer("imagine", imagine)
    async with house.running(client):
        asked = await discord.slash(house.ada, house.art, "imagine", prompt="a fox")
    assert asked.message
    token = f"/webhooks/{discord.world.app_id}/{asked.token}"
    reads: list[tuple[str, str]] = [
        ("/users/@me", "/users/@me"),
        ("/users/{user_id}", f"/users/{house.ada.id}"),
        ("/users/@me/guilds", "/users/@me/guilds"),
        ("/oauth2/applications/@me", "/oauth2/applications/@me"),
        ("/gateway", "/gateway"),
        ("/gateway/bot", "/gateway/bot"),
        ("/guilds/{guild_id}", f"/guilds/{house.guild.id}"),
        ("/guilds/{guild_id}/channels", f"/guilds/{house.guild.id}/channels"),
        ("/guilds/{guild_id}/roles", f"/guilds/{house.guild.id}/roles"),
        ("/guilds/{guild_id}/members/{user_id}", f"/guilds/{house.guild.id}/members/{house.ada.id}"),
        *(
            ("/channels/{channel_id}", f"/channels/{one.id}")
            for one in (house.art, thread, forum, discord.dm(house.ada))
        ),
        ("/channels/{channel_id}/messages", f"/channels/{house.art.id}/messages"),
        ("/channels/{channel_id}/messages/{message_id}", f"/channels/{house.art.id}/messages/{reply.id}"),
        ("/channels/{channel_id}/messages/{message_id}", f"/channels/{house.art.id}/messages/{asked.message.id}"),
        ("/webhooks/{webhook_id}/{webhook_token}/messages/@original", f"{token}/messages/@original"),
        ("/applications/{application_id}/commands", f"/applications/{discord.world.app_id}/commands"),
    ]
    async with aiohttp.ClientSession(headers={"Authorization": f"Bot {discord.token}"}) as session:
        for path, address in reads:
            async with session.get(discord.api_url + address) as answer:
                assert answer.status == 200, address
                assert answer.headers["Content-Type"] == "application/json"
                faults = document.faults_of_answer(path, "get", 200, await answer.json())
                assert not faults, (path, [fault.message[:300] for fault in faults])
        async with session.get(f"{discord.api_url}/channels/1") as answer:
            assert answer.status == 404
            assert (await answer.json())["code"] == 10003
