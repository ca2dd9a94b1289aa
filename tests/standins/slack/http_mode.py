"""HTTP mode: the same things as signed requests to the app's own address."""

from __future__ import annotations

import asyncio
import hashlib
import hmac
import json
import time
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlencode

import aiohttp

from tests.standins.slack.delivered import ACK_S, Attempt, Delivered, Sort
from tests.standins.slack.world import World


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """reason is Slack's word for why it was no acknowledgement, or empty; again: whether Slack may try once more."""

    status: int | None = None
    reason: str = ""
    body: Any = None
    again: bool = True


class HttpMode:
    """`url` is the app's; `forged` signs with another secret, `late_s` dates it back, `unsigned` leaves it out."""

    def __init__(self, world: World) -> None:
        self.world = world
        self.url = ""
        self.forged = False
        self.unsigned = False
        self.late_s = 0.0
        self._session: aiohttp.ClientSession | None = None

    async def post(self, told: Delivered, attempt: Attempt) -> Answer:
        """One try, for at most 3 s."""
        match told.sort:
            case Sort.EVENT:
                body, kind = json.dumps(told.payload), "application/json"
            case Sort.COMMAND:
                body, kind = urlencode(told.payload), "application/x-www-form-urlencoded"
            case Sort.INTERACTION:
                body, kind = urlencode({"payload": json.dumps(told.payload)}), "application/x-www-form-urlencoded"
        headers = {"Content-Type": kind}
        if attempt.retry:
            headers |= {"X-Slack-Retry-Num": str(attempt.retry), "X-Slack-Retry-Reason": attempt.reason}
        return await self.send(body, headers)

    async def verify(self) -> Answer:
        """The question that Slack asks of a new address; its answer holds the challenge."""
        asked = {"token": "verification", "challenge": "stand-in-challenge", "type": "url_verification"}
        return await self.send(json.dumps(asked), {"Content-Type": "application/json"})

    async def send(self, body: str, headers: dict[str, str]) -> Answer:
        """Sign and post."""
        session = self._opened()
        try:
            async with session.post(self.url, data=body.encode(), headers=headers | self.signed(body)) as answer:
                text = await answer.text()
                if answer.status != 200:
                    again = answer.headers.get("x-slack-no-retry") != "1"
                    return Answer(status=answer.status, reason="http_error", body=text, again=again)
                return Answer(status=200, body=_read(text))
        except TimeoutError:
            return Answer(reason="http_timeout")
        except aiohttp.ClientError:
            return Answer(reason="connection_failed")

    def signed(self, body: str) -> dict[str, str]:
        """By the machine's clock, since Bolt looks at no other."""
        if self.unsigned:
            return {}
        at = str(int(time.time() - self.late_s))
        secret = "forged" if self.forged else self.world.signing_secret
        digest = hmac.new(secret.encode(), f"v0:{at}:{body}".encode(), hashlib.sha256).hexdigest()
        return {"X-Slack-Request-Timestamp": at, "X-Slack-Signature": f"v0={digest}"}

    async def close(self) -> None:
        if self._session:
            await self._session.close()
            await asyncio.sleep(0)

    def _opened(self) -> aiohttp.ClientSession:
        if self._session is None:
            limit = aiohttp.ClientTimeout(total=ACK_S)
            self._session = aiohttp.ClientSession(timeout=limit, connector=aiohttp.TCPConnector(limit=0))
        return self._session


def _read(text: str) -> Any:
    if not text:
        return None
    try:
        return json.loads(text)
    except ValueError:
        return {"text": text}
