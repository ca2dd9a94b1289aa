from __future__ import annotations

import pytest

from adapters import Kit
from adapters.web import Settings, open_adapter
from adapters.web.guard import is_loopback
from bot.errors import SettingsError
from tests.standins.desk import StandInDesk


@pytest.mark.parametrize(
    ("host", "ours"),
    [
        ("127.0.0.1", True), ("127.9.9.9", True), ("::1", True), ("[::1]", True), ("localhost", True),
        ("studio.localhost", True), ("0.0.0.0", False), ("192.168.0.2", False), ("example.org", False),
        ("127.0.0.1.example.org", False), ("localhost.example.org", False), ("", False),
    ],
)  # fmt: skip
def test_loopback_names_mean_this_machine_and_no_other(host: str, ours: bool) -> None:
    assert is_loopback(host) is ours


@pytest.mark.parametrize("host", ["0.0.0.0", "::", "192.168.0.2", "pictures.example.org", ""])
def test_a_door_that_others_can_reach_does_not_open_without_tokens(tmp_path, host: str) -> None:
    with pytest.raises(SettingsError, match="IMAGEBOT_WEB_TOKENS"):
        open_adapter(Settings(host=host), StandInDesk(tmp_path).front, Kit(tokens=[("empty", "", True)]))


async def test_a_port_that_is_taken_is_one_sentence(tmp_path) -> None:
    first = open_adapter(Settings(port=0), StandInDesk(tmp_path).front, Kit())
    await first.open()
    try:
        taken = int(first.address.rsplit(":", 1)[1])
        with pytest.raises(SettingsError, match=f"web.port: 127.0.0.1:{taken} cannot be opened"):
            await open_adapter(Settings(port=taken), StandInDesk(tmp_path).front, Kit()).open()
    finally:
        await first.close()


def test_the_address_is_one_that_a_browser_can_open(tmp_path) -> None:
    tokens = [("a", "a-long-enough-token", False)]
    for settings, address in (
        (Settings(), "http://127.0.0.1:5000"),
        (Settings(host="0.0.0.0", port=80), "http://127.0.0.1:80"),
        (Settings(host="::1"), "http://[::1]:5000"),
        (Settings(public_url="https://pictures.example/"), "https://pictures.example"),
    ):
        assert open_adapter(settings, StandInDesk(tmp_path).front, Kit(tokens=tokens)).address == address


async def test_a_door_that_never_opened_closes_without_a_fuss(tmp_path) -> None:
    await open_adapter(Settings(port=0), StandInDesk(tmp_path).front, Kit()).close()
