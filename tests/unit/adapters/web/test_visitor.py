from __future__ import annotations

import pytest
from aiohttp.test_utils import make_mocked_request

from adapters.web.visitor import NAME_LIMIT, Speech, clean_name, name_of, written_name
from tests.standins.desk import StandInDesk


@pytest.mark.parametrize(
    ("header", "locale"),
    [
        ("", "en"),
        ("de", "de"),
        ("fr, de-AT;q=0.8, en;q=0.7", "de-AT"),
        ("de;q=0, en", "en"),
        ("en;q=0.1, de;q=0.9", "de"),
        ("fr, nl", "en"),
        ("*", "en"),
        ("de;q=nonsense", "de"),
        (";;;,,,", "en"),
        ("x" * 5000, "en"),
    ],
)
def test_the_dearest_language_that_we_speak_is_spoken(tmp_path, header: str, locale: str) -> None:
    request = make_mocked_request("GET", "/", headers={"Accept-Language": header})
    assert Speech(StandInDesk(tmp_path).front).locale(request) == locale


@pytest.mark.parametrize(
    ("given", "kept"),
    [
        ("  Ada   Lovelace ", "Ada Lovelace"),
        ("A\u202eda\n", "A da"),
        ("x" * 99, "x" * NAME_LIMIT),
        ("\u0000", ""),
        ("Ünal 🦊", "Ünal 🦊"),
    ],
)
def test_a_name_is_one_short_line_and_survives_its_cookie(given: str, kept: str) -> None:
    assert clean_name(given) == kept
    cookie = f"imagebot_name={written_name(kept)}"
    assert name_of(make_mocked_request("GET", "/", headers={"Cookie": cookie})) == kept
