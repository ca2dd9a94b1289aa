"""The table [slack], when its door opens, and the secrets that it cannot open with."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from cryptography.fernet import Fernet
from pydantic import ValidationError

from adapters.slack import Settings
from adapters.slack.credential import objections
from bot.app import read_settings, wanted
from bot.errors import SettingsError
from tests.house import all_words

BOT = {"SLACK_BOT_TOKEN": "xoxb-1-2-abc"}
APP = {"SLACK_APP_TOKEN": "xapp-1-A1-2-abc"}
SIGNING = {"SLACK_SIGNING_SECRET": "f00d"}
CLIENT = {"SLACK_CLIENT_ID": "1.2", "SLACK_CLIENT_SECRET": "5ec7e7"}
KEY = {"SLACK_ENCRYPTION_KEY": Fernet.generate_key().decode()}
URL = "https://pictures.example.org"


def said(secrets: dict[str, str], **settings: Any) -> list[str]:
    words = all_words()
    return [words.say("en", each.key, **each.facts) for each in objections(Settings(**settings), secrets)]


# When it opens


@pytest.mark.parametrize(("secrets", "opens"), [({}, False), (APP, False), (BOT, True), (CLIENT, True)])
def test_it_opens_where_one_workspaces_token_or_a_client_is_present(secrets: dict[str, str], opens: bool) -> None:
    assert wanted(Settings(), secrets) is opens


@pytest.mark.parametrize("enabled", [True, False])
def test_the_operator_has_the_last_word(enabled: bool) -> None:
    assert wanted(Settings(enabled=enabled), BOT) is enabled


def test_an_operator_who_insists_is_told_what_is_missing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    for variable in BOT | CLIENT:
        monkeypatch.delenv(variable, raising=False)
    monkeypatch.setenv("IMAGEBOT__SLACK__ENABLED", "true")
    with pytest.raises(SettingsError, match="slack is enabled and needs SLACK_BOT_TOKEN"):
        read_settings(None)
    monkeypatch.setenv("SLACK_CLIENT_ID", "1.2")
    assert "SLACK_CLIENT_ID" in read_settings(None).secrets


# The table


def test_what_is_wrong_with_the_whole_table_names_the_variable_that_it_is_about(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("IMAGEBOT__SLACK__API_URL", "https://slack.com/api/")
    monkeypatch.setenv("IMAGEBOT__SLACK__MODE", "http")
    with pytest.raises(SettingsError, match=r"^IMAGEBOT__SLACK__MODE: public_url must be set"):
        read_settings(None)


@pytest.mark.parametrize(
    ("setting", "value", "told"),
    [
        ("roles", "@designers", "S0123ABCD"),
        ("moderators", ["U0123ABCD", "C0123ABCD"], "U0123ABCD"),
        ("public_url", "pictures.example.org", "https://"),
        ("public_url", "http://pictures.example.org", "https://"),
        ("mode", "sockets", "socket"),
        ("command_prefix", "/art ", "pattern"),
        ("connections", 11, "10"),
    ],
)
def test_what_cannot_be_is_refused_with_what_can(setting: str, value: object, told: str) -> None:
    with pytest.raises(ValidationError, match=told):
        Settings.model_validate({setting: value})


def test_in_http_mode_slack_must_know_where_to_call() -> None:
    with pytest.raises(ValidationError, match="public_url"):
        Settings(mode="http")
    assert Settings(mode="http", public_url=f"{URL}/").public_url == URL


def test_this_machine_needs_no_https() -> None:
    assert Settings(public_url="http://127.0.0.1:3000").public_url == "http://127.0.0.1:3000"


# The secrets


@pytest.mark.parametrize(
    ("secrets", "settings"),
    [
        (BOT | APP, {}),
        (BOT | SIGNING, {"mode": "http", "public_url": URL}),
        (CLIENT | KEY | APP, {"public_url": URL}),
        (CLIENT | KEY | SIGNING, {"mode": "http", "public_url": URL}),
        (BOT | APP | SIGNING, {}),
    ],
)
def test_what_goes_together_is_not_objected_to(secrets: dict[str, str], settings: dict[str, Any]) -> None:
    assert said(secrets, **settings) == []


@pytest.mark.parametrize(
    ("secrets", "settings", "told"),
    [
        (BOT, {}, "SLACK_APP_TOKEN"),
        (APP, {}, "SLACK_BOT_TOKEN"),
        (BOT | APP, {"mode": "http", "public_url": URL}, "SLACK_SIGNING_SECRET"),
        (CLIENT | APP | KEY, {}, "slack.public_url"),
        (CLIENT | APP, {"public_url": URL}, "`imagebot slack key`"),
        ({"SLACK_CLIENT_ID": "1.2"} | APP | KEY, {"public_url": URL}, "SLACK_CLIENT_SECRET"),
        (CLIENT | KEY | APP | BOT, {"public_url": URL}, "unset the other"),
        (CLIENT | APP | {"SLACK_ENCRYPTION_KEY": "hunter2"}, {"public_url": URL}, "`imagebot slack key`"),
    ],
)
def test_what_is_missing_or_too_much_is_named(secrets: dict[str, str], settings: dict[str, Any], told: str) -> None:
    (sentence,) = said(secrets, **settings)
    assert told in sentence
    assert "hunter2" not in sentence


@pytest.mark.parametrize(
    ("variable", "token", "told"),
    [
        ("SLACK_BOT_TOKEN", "xapp-1-A1-2-abc", "belongs in SLACK_APP_TOKEN"),
        ("SLACK_APP_TOKEN", "xoxb-1-2-abc", "belongs in SLACK_BOT_TOKEN"),
        ("SLACK_BOT_TOKEN", "xoxp-1-2-abc", "a person’s own token"),
        ("SLACK_BOT_TOKEN", "xoxe.xoxb-1-abc", "token rotation is on"),
        ("SLACK_BOT_TOKEN", "f00df00d", "begins with xoxb-"),
    ],
)
def test_a_token_in_the_wrong_place_is_told_where_it_goes(variable: str, token: str, told: str) -> None:
    (sentence,) = said(BOT | APP | {variable: token})
    assert told in sentence
    assert token not in sentence


def test_tokens_that_changed_places_are_both_told() -> None:
    first, second = said({"SLACK_BOT_TOKEN": APP["SLACK_APP_TOKEN"], "SLACK_APP_TOKEN": BOT["SLACK_BOT_TOKEN"]})
    assert "belongs in SLACK_APP_TOKEN" in first
    assert "belongs in SLACK_BOT_TOKEN" in second


def test_keys_may_be_several_for_changing_over() -> None:
    several = ", ".join(Fernet.generate_key().decode() for _ in range(2))
    assert said(CLIENT | APP | {"SLACK_ENCRYPTION_KEY": several}, public_url=URL) == []
