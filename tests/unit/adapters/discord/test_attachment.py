from __future__ import annotations

from types import SimpleNamespace
from typing import Any

import discord
from discord.components import _component_factory

from adapters.discord.attachment import Attachment, covered, pictures_in

CDN = "https://cdn.discordapp.com/attachments/1/2"


def attached(name: str = "cat.png", kind: str | None = "image/png", **more: Any) -> discord.Attachment:
    data = {"id": 1, "size": 5, "filename": name, "url": f"{CDN}/{name}?hm=1", "proxy_url": "", "content_type": kind}
    return discord.Attachment(data=data | more, state=SimpleNamespace(http=None))  # type: ignore[arg-type]


def message(**parts: Any) -> discord.Message:
    """Only what pictures_in reads of one."""
    empty: dict[str, Any] = {"attachments": [], "components": [], "embeds": [], "message_snapshots": []}
    return SimpleNamespace(**empty | parts)  # type: ignore[return-value]


def components(*data: dict[str, Any]) -> list[Any]:
    return [_component_factory(each, None) for each in data]  # type: ignore[arg-type]


def names(found: discord.Message) -> list[str]:
    return [picture.url.partition("?")[0].rpartition("/")[2] for picture in pictures_in(found)]


def test_files_that_are_pictures_are_found_by_type_or_name() -> None:
    files = [
        attached("a.png"),
        attached("b.webp", None),
        attached("c.mp4", "video/mp4"),
        attached("d.txt", None),
        attached("e.JPG", None),
    ]
    assert names(message(attachments=files)) == ["a.png", "b.webp", "e.JPG"]


def test_forwarded_pictures_count() -> None:
    assert names(message(message_snapshots=[message(attachments=[attached("a.png")])])) == ["a.png"]


def test_pictures_in_boxes_galleries_and_sections_are_found_once() -> None:
    gallery = {
        "type": 12,
        "items": [
            {"media": {"url": f"{CDN}/a.png?hm=2", "content_type": "image/png", "attachment_id": "9"}, "spoiler": True},
            {"media": {"url": "https://elsewhere.example/b.png", "content_type": "image/png"}},
        ],
    }
    section = {
        "type": 9,
        "components": [{"type": 10, "content": "words"}],
        "accessory": {"type": 11, "media": {"url": f"{CDN}/c.webp"}},
    }
    box = {"type": 17, "components": [gallery, section, {"type": 14}]}
    found = message(attachments=[attached("d.png")], components=components(box))
    assert names(found) == ["d.png", "a.png", "c.webp"]
    assert covered(found)
    twice = message(attachments=[attached("a.png")], components=components(box))
    assert names(twice) == ["a.png", "c.webp"]


def test_embeds_count_where_discord_has_the_picture_itself() -> None:
    ours = discord.Embed().set_image(url=f"{CDN}/a.png")
    theirs = discord.Embed().set_thumbnail(url="https://elsewhere.example/b.png")
    shown = discord.Embed.from_dict(
        {"image": {"url": "https://elsewhere.example/c.png", "proxy_url": "https://media.discordapp.net/c.png"}}
    )
    assert names(message(embeds=[ours, theirs, shown])) == ["a.png", "c.png"]


def test_a_spoiler_is_remembered() -> None:
    assert covered(message(attachments=[attached("SPOILER_a.png")]))
    assert not covered(message(attachments=[attached("a.png")]))


def test_a_link_is_not_written_out() -> None:
    assert "hm=" not in repr(Attachment(f"{CDN}/a.png?hm=secret"))
