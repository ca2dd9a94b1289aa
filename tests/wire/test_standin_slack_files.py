"""Files at the Slack stand-in: uploaded, worked on, shown, shared, fetched with a token and not without."""

from __future__ import annotations

from collections.abc import AsyncIterator
from typing import Any

import aiohttp
import pytest

from tests.standins.slack import Kind, Message, Serving
from tests.wire.providing import png
from tests.wire.slacking import House, opened, section, shown


@pytest.fixture
async def house() -> AsyncIterator[House]:
    async with opened() as house:
        yield house


async def file_of(house: House, id_: str) -> dict[str, Any]:
    return dict((await house.client.files_info(file=id_))["file"])


async def fetched(url: str, token: str = "") -> tuple[int, str, bytes]:
    """Status, content type and bytes."""
    headers = {"Authorization": f"Bearer {token}"} if token else {}
    async with aiohttp.ClientSession() as session, session.get(url, headers=headers, allow_redirects=False) as answer:
        return answer.status, answer.content_type, await answer.read()


async def announced(house: House) -> Message:
    """A message of the app's, to show a picture in."""
    await house.client.chat_postMessage(channel=house.art.id, text="queued", blocks=[section("queued")])
    return house.slack.messages(house.art)[-1]


async def shows(house: House, message: Message, file: str) -> str:
    """Slack's code for why the message cannot show that file; empty where it does."""
    return await house.error("chat.update", channel=house.art.id, ts=message.ts, text="done", blocks=[shown(file)])


async def test_a_private_file_is_shown_in_a_message_with_its_alt_text(house: House) -> None:
    message = await announced(house)
    file = await house.uploaded(png(32, 16), alt="a fox in the snow")
    told = await file_of(house, file)
    assert (told["mimetype"], told["original_w"], told["alt_txt"], told["title"]) == (
        "image/png",
        32,
        "a fox in the snow",
        "A fox",
    )
    assert told["shares"] == {}
    assert await shows(house, message, file) == ""
    (picture,) = message.pictures
    assert (picture.alt, picture.content) == ("a fox", png(32, 16))
    assert message.history == ["queued"]


async def test_a_file_cannot_be_shown_until_slack_is_done_with_it(house: House) -> None:
    message = await announced(house)
    house.slack.world.ready_after_s = 10
    file = await house.uploaded(png(8, 8))
    assert (await file_of(house, file))["mimetype"] == ""
    told = await house.call(
        "chat.update", channel=house.art.id, ts=message.ts, text="done", blocks=[section("x"), shown(file)]
    )
    assert told["error"] == "invalid_blocks"
    assert told["errors"] == ["invalid slack file [json-pointer:/blocks/1/slack_file]"]
    await house.clock.advance(10)
    assert (await file_of(house, file))["mimetype"] == "image/png"
    assert await shows(house, message, file) == ""
    house.slack.world.ready_after_s = None
    never = await house.uploaded(png(8, 8))
    await house.clock.advance(86_400)
    assert await shows(house, message, never) == "invalid_blocks"
    assert house.slack.violations == []


async def test_pictures_that_slack_does_not_show_are_held_against_the_client(house: House) -> None:
    message = await announced(house)
    file = await house.uploaded(png(8, 8).replace(b"PNG", b"GNP"), "fox.webp")
    assert await shows(house, message, file) == "invalid_blocks"
    ready = await house.uploaded(png(8, 8))
    whisper = {"channel": house.art.id, "user": house.ada.id, "text": "x", "blocks": [shown(ready)]}
    assert await house.error("chat.postEphemeral", **whisper) == "invalid_blocks"
    assert len(house.forgiven()) == 2
    assert await shows(house, message, "F0NOWHERE") == "invalid_blocks"


async def test_a_file_is_shared_into_a_thread_a_little_later(house: House) -> None:
    house.slack.world.share_after_s = 2
    root = await announced(house)
    file = await house.uploaded(png(8, 8), channel_id=house.art.id, thread_ts=root.ts, initial_comment="Here it is")
    assert (await file_of(house, file))["shares"] == {}
    await house.clock.advance(2)
    await house.slack.until(lambda: len(house.slack.messages(house.art, root)) == 2)
    reply = house.slack.messages(house.art, root)[1]
    assert (reply.text, [picture.alt for picture in reply.pictures]) == ("Here it is", ["a fox"])
    told = await file_of(house, file)
    assert told["shares"]["public"][house.art.id][0]["ts"] == reply.ts
    assert told["channels"] == [house.art.id]


async def test_files_are_shared_only_where_the_bot_is_and_may_write(house: House) -> None:
    outside = house.team.channel("outside", bot=False)
    quiet = house.team.channel("quiet", read_only=True)
    house.slack.grant(house.team, "chat:write.public")
    for channel, error in ((outside, "not_in_channel"), (quiet, "posting_to_channel_denied")):
        with pytest.raises(Exception, match=error):
            await house.uploaded(png(8, 8), channel_id=channel.id)
    await house.client.chat_postMessage(channel=outside.id, text="text alone is fine")


async def test_uploads_that_go_wrong(house: House) -> None:
    house.team.size_limit = 100
    client = house.client
    with pytest.raises(Exception, match="file_upload_size_restricted"):
        await client.files_getUploadURLExternal(filename="x.png", length=101)
    with pytest.raises(Exception, match="alt_txt_too_large"):
        await client.files_getUploadURLExternal(filename="x.png", length=1, alt_txt="x" * 1001)
    ticket = await client.files_getUploadURLExternal(filename="x.png", length=4)
    with pytest.raises(Exception, match="file_not_found"):
        await client.files_completeUploadExternal(files=[{"id": ticket["file_id"], "title": "x"}])
    url = ticket["upload_url"]
    house.slack.filing.upload_troubles = [503, None]
    keyed = {"Authorization": f"Bearer {house.team.bot_token}"}
    async with aiohttp.ClientSession() as session:
        async with session.post(url, data=b"four", headers=keyed) as answer:
            assert answer.status == 503
        with pytest.raises(aiohttp.ClientError):
            await session.post(url, data=b"four")
        async with session.post(url, data=b"three") as answer:
            assert answer.status == 400
        async with session.post(url, data=b"four") as answer:
            assert answer.status == 200
    await client.files_completeUploadExternal(files=[{"id": ticket["file_id"], "title": "x"}])
    with pytest.raises(Exception, match="file_not_found"):
        await client.files_completeUploadExternal(files=[{"id": ticket["file_id"], "title": "x"}])
    assert house.forgiven() == [
        "files.getUploadURLExternal: alt_txt_too_large",
        "upload: bytes were sent with an Authorization",
        "upload: 5 bytes came, 4 were promised",
    ]


async def test_a_persons_file_is_fetched_with_the_token_and_is_a_login_page_without(house: House) -> None:
    said = await house.slack.upload(house.bob, house.art, "cat.png", png(8, 8))
    url = (await file_of(house, said.files[0].id))["url_private"]
    assert await fetched(url, house.team.bot_token) == (200, "image/png", png(8, 8))
    for token in ("", "xoxb-strange"):
        status, kind, page = await fetched(url, token)
        assert (status, kind) == (200, "text/html")
        assert b"Sign in" in page
    house.slack.withdraw(house.team, "files:read")
    assert (await fetched(url, house.team.bot_token))[1] == "text/html"
    assert house.slack.host.fetched == ["cat.png"]


async def test_files_are_served_badly_when_told_to(house: House) -> None:
    said = await house.slack.upload(house.bob, house.art, "cat.png", png(8, 8))
    (file,) = said.files
    url, token = house.slack.telling.file(file)["url_private"], house.team.bot_token
    file.serving = Serving.ELSEWHERE
    assert (await fetched(url, token))[0] == 302
    file.serving = Serving.GONE
    assert (await fetched(url, token))[0] == 404
    file.serving = Serving.PAGE
    assert (await fetched(url, token))[1] == "text/html"
    file.serving = Serving.SHORT
    with pytest.raises(aiohttp.ClientPayloadError):
        await fetched(url, token)
    await fetched(f"{house.slack.url}/elsewhere", token)
    assert house.slack.host.strayed == [True]


async def test_files_are_seen_where_the_bot_may_look(house: House) -> None:
    private = house.team.channel("private", kind=Kind.PRIVATE, bot=False)
    hidden = await house.slack.upload(house.bob, private, "hidden.png", png(8, 8))
    open_ = await house.slack.upload(house.bob, house.art, "open.png", png(8, 8))
    with pytest.raises(Exception, match="file_not_found"):
        await file_of(house, hidden.files[0].id)
    listed = await house.client.files_list(channel=house.art.id, types="images")
    assert [one["name"] for one in listed["files"]] == ["open.png"]
    stub = house.slack.file(house.bob, "stub.png", png(8, 8), stub=True)
    said = await house.slack.say(house.bob, house.art, files=[stub])
    told = house.slack.telling.message(said)["files"][0]
    assert told["file_access"] == "check_file_info"
    assert (await file_of(house, stub.id))["mimetype"] == "image/png"
    with pytest.raises(Exception, match="cant_delete_file"):
        await house.client.files_delete(file=open_.files[0].id)
    await house.slack.delete(open_.files[0])
    with pytest.raises(Exception, match="file_deleted"):
        await file_of(house, open_.files[0].id)


async def test_a_deleted_file_is_no_longer_shown(house: House) -> None:
    message = await announced(house)
    file = await house.uploaded(png(8, 8))
    await shows(house, message, file)
    await house.client.files_delete(file=file)
    assert message.pictures == []
