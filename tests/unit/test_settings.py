from __future__ import annotations

import asyncio
import stat
from decimal import Decimal
from pathlib import Path
from typing import ClassVar

import pytest
from pydantic import BaseModel, ConfigDict, Field, SecretStr

from bot.errors import HouseError, SettingsError
from bot.sections import Names
from bot.settings import Settings, WebToken, forget_key, load, remember_key

PLAIN = ConfigDict(frozen=True, extra="forbid")


class Flux(BaseModel):
    model_config = PLAIN
    base_url: str = "https://flux.example"
    poll_hosts: tuple[str, ...] = ()


class Local(BaseModel):
    model_config = PLAIN


class Web(BaseModel):
    model_config = PLAIN
    host: str = "127.0.0.1"
    port: int = Field(default=5000, ge=0, le=65535)


class Chat(BaseModel):
    NEEDS: ClassVar[tuple[str, ...]] = ("CHAT_TOKEN",)
    model_config = PLAIN
    enabled: bool | None = None
    channels: Names = ()


@pytest.fixture(autouse=True)
def _home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    for variable in ("BFL_API_KEY", "STABILITY_API_KEY", "API_KEY", "IMAGEBOT_WEB_TOKENS", "IMAGEBOT_CONFIG"):
        monkeypatch.delenv(variable, raising=False)


def opened(path: Path | None = None) -> Settings:
    return load(
        path, providers={"flux": Flux, "local": Local}, doors={"web": Web, "chat": Chat}, languages=("de", "en")
    )


def configured(text: str) -> Settings:
    Path("config.toml").write_text(text)
    return opened()


def complaint(text: str) -> str:
    with pytest.raises(SettingsError) as error:
        configured(text)
    sentence = str(error.value)
    assert sentence.endswith(".")
    assert "\n" not in sentence
    return sentence


def test_without_a_file_everything_has_its_default() -> None:
    settings = opened()
    assert settings.source is None
    assert settings.order == ("flux", "local")
    assert settings.providers["flux"] == Flux()
    assert settings.doors["web"] == Web()
    assert settings.store.data_dir == Path("data")
    assert settings.policy.time_zone == "UTC"
    assert settings.remarks == ()


def test_the_file_is_read_into_the_models_handed_in() -> None:
    settings = configured(
        '[providers]\norder = ["local"]\n[providers.flux]\nbase_url = "http://127.0.0.1:9"\n'
        '[web]\nport = 8080\n[policy]\npictures_per_day = 0\n[chat]\nchannels = [123, "general"]\n'
    )
    assert settings.order == ("local",)
    assert settings.providers["flux"] == Flux(base_url="http://127.0.0.1:9")
    assert settings.doors["web"] == Web(port=8080)
    assert settings.policy.pictures_per_day == 0
    assert settings.doors["chat"] == Chat(channels=("123", "general"))


def test_caps_are_tables_of_their_own() -> None:
    policy = configured(
        "[[policy.caps]]\nof = 'team'\nper = 'month'\ncents = 1999.5\n"
        "[[policy.caps]]\nof = 'channel'\nid = 'C1'\nper = 'day'\npictures = 5\n"
    ).policy
    assert [(cap.of, cap.id, cap.per, cap.pictures, cap.cents) for cap in policy.caps] == [
        ("team", "", "month", None, Decimal("1999.5")),
        ("channel", "C1", "day", 5, None),
    ]


def test_the_argument_goes_before_the_variable_and_the_variable_before_the_folder(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    for name, port in (("config.toml", 1), ("named.toml", 2), ("given.toml", 3)):
        Path(name).write_text(f"[web]\nport = {port}")
    assert opened().doors["web"] == Web(port=1)
    monkeypatch.setenv("IMAGEBOT_CONFIG", "named.toml")
    assert opened().doors["web"] == Web(port=2)
    assert opened(Path("given.toml")).doors["web"] == Web(port=3)


def test_a_variable_overrides_the_file(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("IMAGEBOT__WEB__PORT", "9000")
    monkeypatch.setenv("IMAGEBOT__PROVIDERS__ORDER", "local, flux")
    monkeypatch.setenv("IMAGEBOT__PROVIDERS__FLUX__POLL_HOSTS", '["127.0.0.1"]')
    monkeypatch.setenv("IMAGEBOT__CHAT__CHANNELS", "12,34")
    settings = configured("[web]\nport = 8080\nhost = 'localhost'")
    assert settings.doors["web"] == Web(port=9000, host="localhost")
    assert settings.order == ("local", "flux")
    assert settings.providers["flux"] == Flux(poll_hosts=("127.0.0.1",))
    assert settings.doors["chat"] == Chat(channels=("12", "34"))


def test_one_id_needs_no_brackets(monkeypatch: pytest.MonkeyPatch) -> None:
    assert configured("[chat]\nchannels = 123").doors["chat"] == Chat(channels=("123",))
    monkeypatch.setenv("IMAGEBOT__CHAT__CHANNELS", "456")
    assert opened().doors["chat"] == Chat(channels=("456",))


def test_a_door_is_neither_on_nor_off_until_somebody_says_so(monkeypatch: pytest.MonkeyPatch) -> None:
    assert opened().doors["chat"] == Chat(enabled=None)
    assert configured("[chat]\nenabled = false").doors["chat"] == Chat(enabled=False)
    monkeypatch.setenv("CHAT_TOKEN", "xoxb-1")
    assert configured("[chat]\nenabled = true").doors["chat"] == Chat(enabled=True)


def test_an_override_may_stand_in_env_file_below_the_real_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    Path(".env").write_text("IMAGEBOT__WEB__PORT=1\nBFL_API_KEY=from-file\nCHAT_TOKEN=file\n")
    monkeypatch.setenv("BFL_API_KEY", "from-environment")
    settings = opened()
    assert settings.doors["web"] == Web(port=1)
    assert settings.secrets["BFL_API_KEY"].get_secret_value() == "from-environment"
    assert settings.secrets["CHAT_TOKEN"].get_secret_value() == "file"


@pytest.mark.parametrize(
    ("text", "told"),
    [
        (
            "[web]\nprot = 1",
            'config.toml: web.prot: there is no setting of this name; did you mean "port", of host, port.',
        ),
        ("[wbe]\nport = 1", "config.toml: wbe: there is no setting of this name; did you mean"),
        ("[providers.flux]\nurl = 'x'", "config.toml: providers.flux.url: there is no setting of this name"),
        ("[web]\nport = 70000", "config.toml: web.port: it should be less than or equal to 65535."),
        ("[web]\nport = 'x'", "config.toml: web.port: it must be a whole number."),
        ("web = 3", "config.toml: web: it must be a table."),
        ("[chat]\nenabled = 'maybe'", "config.toml: chat.enabled: it must be true or false."),
        ("[store]\ndata_dir = 4", "config.toml: store.data_dir: "),
        (
            "[providers]\norder = ['openai']",
            "providers.order: it must name one or more of, and each once: flux, local.",
        ),
        ("[providers]\norder = []", "providers.order: it must name one or more of, and each once: flux, local."),
        ("[policy]\ntime_zone = '../etc'", 'policy.time_zone: it must be a time zone such as "UTC"'),
        ("[policy]\npictures_per_day = -1", "policy.pictures_per_day: it should be greater than or equal to 0."),
        ("[[policy.caps]]\nper = 'day'\npictures = 1", "config.toml: policy.caps.of: "),
        ("[[policy.caps]]\nof = 'team'\nper = 'day'", "policy.caps: pictures or cents must say how many at most."),
        ("[[policy.caps]]\nof = 'role'\nper = 'day'\ncents = 1", "policy.caps: id must name the role that is meant."),
        ("[[policy.caps]]\nof = 'team'\nid = 'x'\nper = 'day'\ncents = 1", "policy.caps: id must be left out"),
        ("[[policy.caps]]\nof = 'team'\nper = 'day'\ndollars = 1", "policy.caps.dollars: there is no setting of this"),
        (2 * "[[policy.caps]]\nof = 'team'\nper = 'day'\ncents = 1\n", "policy.caps: it must hold no two of the same"),
        ("[policy]\nalert_places = ['general']", "policy.alert_places: it must be names of a chat platform"),
        ("[policy]\nalert_language = 'fr'", "config.toml: policy.alert_language: it must be one of: de, en."),
        ("[policy]\nalert_language = 'dee'", "policy.alert_language: it must be one of: de, en."),
        ("[policy]\nalert_language = ''", "policy.alert_language: it must be one of: de, en."),
        ("[policy]\nchannels = {}", "config.toml: policy.channels: there is no setting of this name"),
        ("[log]\nformat = 'xml'", "log.format: it should be 'auto', 'console' or 'json'."),
        (
            "[web\nport = 1",
            "config.toml: this is not TOML at line 1, column 5; config.example.toml shows how it looks.",
        ),
        ("[chat]\nenabled = true", "config.toml: chat is enabled and needs CHAT_TOKEN"),
    ],
)
def test_what_cannot_be_is_told_in_one_sentence(text: str, told: str) -> None:
    assert told in complaint(text)


@pytest.mark.parametrize("tag", ["de", "de-AT", "DE_at"])
def test_alerts_may_be_in_the_language_of_a_land(tag: str) -> None:
    assert configured(f"[policy]\nalert_language = '{tag}'").policy.alert_language == tag


@pytest.mark.parametrize(
    ("variable", "value", "told"),
    [
        ("IMAGEBOT__WEB__PORT", "many", "IMAGEBOT__WEB__PORT: it must be a whole number."),
        ("IMAGEBOT__WEB__PROT", "1", "IMAGEBOT__WEB__PROT: there is no setting of this name"),
        ("IMAGEBOT__WBE__PORT", "1", "IMAGEBOT__WBE__PORT: there is no setting of this name"),
        ("IMAGEBOT__WEB", "x", "IMAGEBOT__WEB: it must be a table."),
        ("IMAGEBOT__WEB__PORT__DEEPER", "1", "IMAGEBOT__WEB__PORT__DEEPER: it must be a whole number."),
        ("IMAGEBOT__PROVIDERS__ORDER", "[", "IMAGEBOT__PROVIDERS__ORDER: it must name one"),
        ("IMAGEBOT__CHAT__ENABLED", "yes", "chat is enabled and needs CHAT_TOKEN"),
    ],
)
def test_a_wrong_variable_is_named(monkeypatch: pytest.MonkeyPatch, variable: str, value: str, told: str) -> None:
    monkeypatch.setenv(variable, value)
    assert told in complaint("")


def test_a_value_in_the_wrong_place_is_never_repeated() -> None:
    assert "hunter2" not in complaint("[web]\nport = 'hunter2'")
    assert "hunter2" not in complaint("[web]\nbfl_api_key = 'hunter2'")


def test_a_mark_that_an_editor_put_before_the_first_line_does_no_harm() -> None:
    Path(".env").write_text("CHAT_TOKEN=xoxb-1\n", "utf-8-sig")
    Path("config.toml").write_text("[web]\nport = 8080\n", "utf-8-sig")
    settings = opened()
    assert settings.doors["web"] == Web(port=8080)
    assert settings.secrets["CHAT_TOKEN"].get_secret_value() == "xoxb-1"


def test_a_file_that_is_not_there_is_named() -> None:
    with pytest.raises(SettingsError, match=r"absent\.toml: there is no such file, and --config must name"):
        opened(Path("absent.toml"))


def test_the_old_variable_is_taken_for_stability_with_a_remark(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("API_KEY", "old")
    settings = opened()
    assert settings.secrets["STABILITY_API_KEY"].get_secret_value() == "old"
    assert [remark.key for remark in settings.remarks] == ["remark-old-key"]
    monkeypatch.setenv("STABILITY_API_KEY", "new")
    assert opened().secrets["STABILITY_API_KEY"].get_secret_value() == "new"
    assert opened().remarks == ()


def test_no_secret_is_shown(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("BFL_API_KEY", "hunter2-key")
    monkeypatch.setenv("IMAGEBOT_WEB_TOKENS", "ada:hunter2-token-long")
    settings = configured('[store]\ndatabase_url = "postgresql://ada:hunter2@db.example/house"')
    assert "hunter2" not in repr(settings)
    assert settings.store.database_url.get_secret_value().startswith("postgresql://ada:hunter2")


def test_web_tokens_have_names_and_marks(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("IMAGEBOT_WEB_TOKENS", "ada:0123456789abcdef:admin, 0123456789abcdeg, ben:short")
    settings = opened()
    assert settings.web_tokens == (
        WebToken("ada", SecretStr("0123456789abcdef"), admin=True),
        WebToken("token-2", SecretStr("0123456789abcdeg")),
        WebToken("ben", SecretStr("short")),
    )
    assert [(remark.key, remark.facts["name"]) for remark in settings.remarks] == [("remark-short-token", "ben")]


@pytest.mark.parametrize("listed", ["ada:x,,ben:y", "ada:x,ada:y", "a:b:c", "ada:x:admin:y"])
def test_web_tokens_that_cannot_be_are_refused_unseen(monkeypatch: pytest.MonkeyPatch, listed: str) -> None:
    monkeypatch.setenv("IMAGEBOT_WEB_TOKENS", listed)
    with pytest.raises(SettingsError, match=r"^IMAGEBOT_WEB_TOKENS: ") as error:
        opened()
    assert listed not in str(error.value)


def test_a_remembered_key_is_private_and_comes_back() -> None:
    secret = 'it\'s $HOME \\ "quoted" #1'  # what would break a careless writer
    asyncio.run(remember_key("BFL_API_KEY", SecretStr(secret)))
    assert stat.S_IMODE(Path(".env").stat().st_mode) == 0o600
    assert opened().secrets["BFL_API_KEY"].get_secret_value() == secret


def test_remembering_and_forgetting_keep_the_other_lines() -> None:
    Path(".env").write_text("# mine\nCHAT_TOKEN=keep\nBFL_API_KEY=old")
    Path(".env").chmod(0o644)
    asyncio.run(remember_key("BFL_API_KEY", SecretStr("new")))
    assert stat.S_IMODE(Path(".env").stat().st_mode) == 0o600
    asyncio.run(forget_key("BFL_API_KEY"))
    asyncio.run(forget_key("BFL_API_KEY"))
    assert Path(".env").read_text() == "# mine\nCHAT_TOKEN=keep\n"


def test_a_key_of_two_lines_is_refused() -> None:
    with pytest.raises(ValueError, match="one line"):
        asyncio.run(remember_key("BFL_API_KEY", SecretStr("a\nDISCORD_TOKEN=b")))


def test_a_file_that_cannot_be_written_is_our_fault() -> None:
    with pytest.raises(HouseError):
        asyncio.run(remember_key("BFL_API_KEY", SecretStr("a"), Path("absent/.env")))
