"""The addresses of an installation as a browser meets them, without Slack; the whole way is shown over the wire."""

from __future__ import annotations

from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from pathlib import Path

import pytest
from aiohttp import web
from aiohttp.test_utils import TestClient, TestServer

from adapters import Database, Kit
from adapters.slack import Settings, oauth
from adapters.slack.workspace import Workspaces
from tests.house import house
from tests.unit.adapters.slack.test_workspace import SECRETS

Browser = TestClient[web.Request, web.Application]
Open = Callable[[str], Awaitable[Browser]]


@asynccontextmanager
async def opened(folder: Path, public_url: str) -> AsyncIterator[Browser]:
    async with house(folder) as home:
        reading, writing = home.store.engines
        kit = Kit(clock=home.clock, secrets=SECRETS, database=Database(reading=reading, writing=writing))
        settings = Settings(public_url=public_url)
        workspaces = Workspaces(settings, kit)
        await workspaces.open()
        site = web.Application()
        site.add_routes(oauth.routes(workspaces, settings, home.desk))
        async with TestClient(TestServer(site)) as browser:
            yield browser
        await workspaces.close()


@pytest.mark.parametrize(("public_url", "secure"), [("https://pictures.test", True), ("http://127.0.0.1:3000", False)])
async def test_the_state_stays_on_the_kind_of_connection_it_came_by(
    tmp_path: Path, public_url: str, secure: bool
) -> None:
    async with opened(tmp_path, public_url) as browser:
        answer = await browser.get("/slack/install", allow_redirects=False)
        cookie = answer.cookies["slack-app-oauth-state"]
        assert answer.status == 302
        assert answer.headers["Location"].startswith("https://slack.com/oauth/v2/authorize?client_id=1.2&")
        assert (bool(cookie["secure"]), bool(cookie["httponly"]), cookie["samesite"]) == (secure, True, "Lax")


@pytest.mark.parametrize(
    ("query", "status", "english", "german"),
    [
        ("error=access_denied", 200, "Nothing was installed", "Nichts wurde installiert"),
        ("error=<script>", 200, "Slack didn’t finish it", "Slack hat es nicht abgeschlossen"),
        ("", 400, "Please begin again", "Bitte fang neu an"),
        ("state=forged&code=1", 400, "Please begin again", "Bitte fang neu an"),
    ],
)
async def test_an_end_is_told_in_the_reader_s_language_with_the_way_to_try_again(
    tmp_path: Path, query: str, status: int, english: str, german: str
) -> None:
    async with opened(tmp_path, "https://pictures.test") as browser:
        for language, sentence in (("en-GB", english), ("de-CH, en;q=0.5", german), ("fr", english)):
            answer = await browser.get(f"/slack/oauth_redirect?{query}", headers={"Accept-Language": language})
            page = await answer.text()
            assert (answer.status, f"<h1>{sentence}</h1>" in page) == (status, True)
            assert 'href="/slack/install"' in page
            assert "<script>" not in page
