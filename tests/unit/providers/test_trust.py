from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st
from yarl import URL

from bot.providers._trust import Trust, host_of, keeps_key_private, parsed
from bot.providers.flux import API_HOSTS, PICTURE_HOSTS

POLLS = Trust(public=API_HOSTS, base=URL("https://api.bfl.ai"), named=frozenset({"gate.example", "stand-in:8081"}))
PICTURES = Trust(public=PICTURE_HOSTS, base=URL("https://api.bfl.ai"), named=frozenset())


@pytest.mark.parametrize(
    "address",
    [
        "https://api.bfl.ai/v1/get_result?id=1",
        "https://api.eu2.bfl.ai/v1/get_result?id=1",
        "https://API.us1.BFL.ai/v1/get_result?id=1",
        "https://api.bfl.ai:443/x",
        "https://gate.example/x",
        "http://stand-in:8081/x",
        "https://stand-in:8081/x",
    ],
)
def test_the_vendors_api_and_named_hosts_may_see_the_key(address: str) -> None:
    assert POLLS.takes(address)


@pytest.mark.parametrize(
    "address",
    [
        "",
        "https://notbfl.ai/x",
        "https://bfl.ai.example/x",
        "https://api.bfl.ai.example/x",
        "https://delivery-eu1.bfl.ai/x",
        "https://api.eu.x.bfl.ai/x",
        "https://xapi.bfl.ai/x",
        "https://api-bfl.ai/x",
        "https://bfl.ai/x",
        "http://api.bfl.ai/x",
        "https://api.bfl.ai:8443/x",
        "https://api.bfl.ai@evil.example/x",
        "https://evil.example/#@api.bfl.ai/",
        "https://evil.example\\@api.bfl.ai/x",
        "https://evil.example/https://api.bfl.ai/",
        "https://user:pass@api.bfl.ai/x",
        "https://api.bfl.ai%2eevil.example/x",
        "https://api.bfl.ai/x\r\nx-other: 1",
        "https://api.bfl.ai:port/x",
        "//api.bfl.ai/x",
        "/v1/get_result?id=1",
        "ftp://api.bfl.ai/x",
        "file:///etc/passwd",
        "https://аpi.bfl.ai/x",  # the first letter is Cyrillic
        "http://gate.example/x",
        "https://gate.example:8443/x",
        "http://stand-in/x",
        "http://127.0.0.1:80/x",
        "http://169.254.169.254/latest/meta-data",
    ],
)
def test_no_other_address_may_see_the_key(address: str) -> None:
    assert not POLLS.takes(address)


@pytest.mark.parametrize(
    ("address", "taken"),
    [
        ("https://delivery-x.bfl.ai/results/1/sample.jpeg?sig=1", True),
        ("https://delivery.eu1.bfl.ai/results/1", True),
        ("https://bflstore.blob.core.windows.net/results/1?sig=1", True),
        ("https://blob.core.windows.net.example/1", False),
        ("https://delivery-x.notbfl.ai/1", False),
        ("http://delivery-x.bfl.ai/1", False),
        ("https://10.0.0.1/1", False),
        ("http://localhost:8080/1", False),
    ],
)
def test_pictures_come_only_from_the_vendors_hosts(address: str, taken: bool) -> None:
    assert PICTURES.takes(address) is taken


def test_a_base_on_this_machine_trusts_this_machine_only() -> None:
    local = Trust(public=API_HOSTS, base=URL("http://127.0.0.1:5005"), named=frozenset())
    assert local.takes("http://localhost:6006/x")
    assert local.takes("http://[::1]:6006/x")
    assert not local.takes("http://127.0.0.1.example:5005/x")
    assert not local.takes("http://10.0.0.1:5005/x")


def test_a_base_elsewhere_is_trusted_at_its_own_port_only() -> None:
    gate = Trust(public=API_HOSTS, base=URL("https://gate.example:8443/bfl"), named=frozenset())
    assert gate.takes("https://gate.example:8443/x")
    assert not gate.takes("https://gate.example/x")
    assert not gate.takes("http://gate.example:8443/x")


@given(st.text())
def test_any_text_is_judged_without_an_error(text: str) -> None:
    url = parsed(f"https://{text}")
    assert url is None or POLLS.takes(str(url)) is POLLS.takes(f"https://{text}")


def test_a_log_line_shows_only_the_host() -> None:
    assert host_of("https://evil.example:99/x?sig=secret") == "evil.example:99"
    assert host_of("not an address") is None


@pytest.mark.parametrize(
    ("base_url", "private"),
    [
        ("https://api.eu.bfl.ai", True),
        ("http://127.0.0.1:9", True),
        ("http://localhost:9", True),
        ("http://stand-in:8081", True),
        ("http://stand-in", False),
        ("http://api.bfl.ai", False),
        ("https://user:key@api.bfl.ai", False),
        ("api.bfl.ai", False),
        ("", False),
    ],
)
def test_a_key_goes_over_plain_http_only_where_the_operator_says_so(base_url: str, private: bool) -> None:
    assert keeps_key_private(base_url, {"stand-in:8081"}) is private
