"""Which pictures there are in what Slack tells of a message."""

from __future__ import annotations

from typing import Any

from adapters.slack.attachment import Attachment, pictures_in

HOST = "https://files.slack.com/files-pri/T1-F1"


def file(id_: str = "F1", name: str = "cat.png", kind: str = "image/png", **more: Any) -> dict[str, Any]:
    usual = {"id": id_, "name": name, "mimetype": kind, "mode": "hosted", "size": 5, "url_private": f"{HOST}/{name}"}
    return usual | more


def ids(*files: dict[str, Any], blocks: tuple[dict[str, Any], ...] = ()) -> list[str]:
    return [picture.id for picture in pictures_in(files, blocks)]


def test_pictures_are_found_by_type_else_by_name() -> None:
    assert ids(
        file("F1"),
        file("F2", "b.webp", ""),
        file("F3", "c.mp4", "video/mp4"),
        file("F4", "d.txt", ""),
        file("F5", "E.JPG", ""),
    ) == ["F1", "F2", "F5"]


def test_a_file_is_known_by_where_it_is_fetched_and_how_large_it_is() -> None:
    assert pictures_in([file(size=77)]) == (Attachment("F1", f"{HOST}/cat.png", "cat.png", 77),)


def test_deleted_hidden_and_external_files_are_left_out() -> None:
    assert (
        ids(
            {"id": "F1", "mode": "tombstone"},
            file("F2", mode="hidden_by_limit"),
            file("F3", mode="external", is_external=True),
        )
        == []
    )


def test_a_file_of_which_slack_tells_nothing_yet_counts_as_one() -> None:
    stub = {"id": "F1", "mode": "tombstone", "file_access": "check_file_info"}
    assert pictures_in([stub]) == (Attachment("F1"),)


def test_pictures_in_blocks_are_found_and_none_twice() -> None:
    shown = {"type": "image", "slack_file": {"id": "F1"}, "alt_text": "a cat"}
    elsewhere = {"type": "image", "image_url": "https://example.org/x.png", "alt_text": "x"}
    by_address = {"type": "image", "slack_file": {"url": f"{HOST}/cat.png"}, "alt_text": "x"}
    assert ids(blocks=(shown, elsewhere, by_address)) == ["F1"]
    (both,) = pictures_in([file("F1")], [shown])
    assert both.url


def test_an_address_does_not_show_where_it_is_printed() -> None:
    assert "files.slack.com" not in repr(pictures_in([file()]))
