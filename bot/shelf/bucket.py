"""A bucket of S3-compatible object storage: the one file that speaks to it, and its faults as ours in one table."""

from __future__ import annotations

import asyncio
import re
import secrets
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import timedelta
from typing import TYPE_CHECKING, Any, Final

import obstore
from obstore.exceptions import BaseError, PermissionDeniedError, UnauthenticatedError
from obstore.store import S3Store
from yarl import URL

from bot.errors import SettingsError, StorageDownError, StorageShutError
from bot.view import Link

if TYPE_CHECKING:
    from obstore.store import ClientConfig, RetryConfig

LINK_LIFE_S: Final = 900
LOOK_S: Final = 10.0
READ_S: Final = 30.0
WRITE_S: Final = 60.0
"""For one picture on a slow line; what is bounded more tightly is so by its caller."""
CONNECT_S: Final = 5.0
QUERY: Final = frozenset({"endpoint_url", "region"})
FORM: Final = "s3://bucket/prefix, with ?endpoint_url=https://...&region=... where needed"
KEYS: Final = {
    "AWS_ACCESS_KEY_ID": "access_key_id",
    "AWS_SECRET_ACCESS_KEY": "secret_access_key",
    "AWS_SESSION_TOKEN": "session_token",
}
"""Those that stand in .env are handed over; the library itself reads the environment, and asks the cloud's machine."""
CLOUD: Final = "169.254.169.254"
"""Where a machine in the cloud asks for its credentials: no such machine, no credentials."""
OBJECT: Final = "private, max-age=31536000, immutable"
RETRY: Final[RetryConfig] = {
    "max_retries": 2,
    "backoff": {"init_backoff": timedelta(milliseconds=100), "max_backoff": timedelta(seconds=1), "base": 2},
    "retry_timeout": timedelta(seconds=10),
}


@dataclass(frozen=True, slots=True)
class Bucket:
    """Objects by name below a prefix. No rights are ever set on one: who may read it, the bucket says."""

    store: S3Store
    place: str
    stranger: S3Store
    """The same bucket for somebody who has no credentials."""

    @classmethod
    def at(cls, url: str, keys: Mapping[str, str]) -> Bucket:
        """Read store.pictures_url; says nothing to the bucket yet. keys: by variable. Raises SettingsError."""
        try:
            read = URL(url)
            wrong = not read.host or read.user or read.password or read.port or set(read.query) - QUERY
        except ValueError:
            wrong = True
        if wrong or read.scheme != "s3":
            raise SettingsError(f"store.pictures_url must be empty or {FORM}; credentials come from AWS_ACCESS_KEY_ID.")
        endpoint = read.query.get("endpoint_url", "")
        if endpoint and not re.match(r"https?://[^/@]+(/[^@]*)?\Z", endpoint):  # what is before an @ would be in links
            raise SettingsError(
                "store.pictures_url: endpoint_url must be https://host (or http:// on your own), no key."
            )
        options: ClientConfig = {
            "timeout": timedelta(seconds=WRITE_S),
            "connect_timeout": timedelta(seconds=CONNECT_S),
            "allow_http": endpoint.startswith("http://"),
        }
        config: dict[str, Any] = {"endpoint": endpoint} if endpoint else {}
        if "region" in read.query:
            config["region"] = read.query["region"]
        prefix = read.path.strip("/") or None
        # The authority is read as it is written: a host name's letters would lose their case.
        bucket = url.removeprefix("s3://").split("/")[0].split("?")[0]
        ours: dict[str, Any] = {name: keys[variable] for variable, name in KEYS.items() if variable in keys}
        shape: dict[str, Any] = {"prefix": prefix, "client_options": options, "retry_config": RETRY, **config}
        return cls(
            store=S3Store(bucket, **shape, **ours),
            place=f"s3://{bucket}/{prefix or ''}",
            stranger=S3Store(bucket, **shape, skip_signature=True),
        )

    async def put(self, name: str, content: bytes, kind: str) -> None:
        """Write the object whole or not at all; kind is its Content-Type. Raises StorageDownError."""
        about = {"Content-Type": kind, "Cache-Control": OBJECT}
        try:
            with _faults():
                # In one piece: the storage checks the content's hash, which is part of the signature.
                await self.store.put_async(name, content, attributes=about, use_multipart=False)
        except FileNotFoundError as error:
            raise StorageShutError("there is no such bucket") from error

    async def get(self, name: str) -> bytes | None:
        """Raises StorageDownError."""
        try:
            with _faults():
                async with asyncio.timeout(READ_S):
                    found = await self.store.get_async(name)
                    return bytes(await found.bytes_async())
        except FileNotFoundError as error:
            _object_alone(error)
            return None

    async def remove(self, name: str) -> None:
        """Raises StorageDownError."""
        try:
            with _faults():
                async with asyncio.timeout(LOOK_S):
                    await self.store.delete_async(name)
        except FileNotFoundError as error:
            _object_alone(error)

    async def link(self, name: str) -> Link:
        """Whoever has it can read the object for LINK_LIFE_S. Asks the storage nothing. Raises StorageDownError."""
        with _faults():
            async with asyncio.timeout(LOOK_S):
                url = await obstore.sign_async(self.store, "GET", name, timedelta(seconds=LINK_LIFE_S))
        return Link(url=url, life_s=LINK_LIFE_S)

    async def examine(self) -> bool:
        """Write, read and remove an object; whether everybody could have read it. Raises StorageDownError."""
        name = f"check-{secrets.token_hex(8)}"
        content = name.encode()
        await self.put(name, content, "text/plain")
        try:
            if await self.get(name) != content:
                raise StorageDownError("what was written was not read back")
            try:
                return await replace(self, store=self.stranger).get(name) is not None
            except StorageShutError:
                return False
        finally:
            await self.remove(name)


@contextmanager
def _faults() -> Iterator[None]:
    """The library's errors as ours; FileNotFoundError passes, since it may mean an object or the whole bucket."""
    try:
        yield
    except (PermissionDeniedError, UnauthenticatedError) as error:
        raise StorageShutError(_first_line(error)) from error
    except BaseError as error:
        kind = StorageShutError if CLOUD in str(error) else StorageDownError
        raise kind(_first_line(error)) from error
    except TimeoutError as error:
        raise StorageDownError("no answer in time") from error


def _object_alone(error: FileNotFoundError) -> None:
    """Raises StorageShutError where it is the whole bucket that is missing."""
    if "NoSuchBucket" in str(error):
        raise StorageShutError("there is no such bucket") from error


def _first_line(error: BaseError) -> str:
    return str(error).partition("\n")[0][:300]
