"""Which addresses may see a vendor's key, and which ones pictures are fetched from."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Annotated, Final

from pydantic import AfterValidator
from yarl import URL

LOOPBACK: Final = frozenset({"localhost", "127.0.0.1", "::1"})


def _host(text: str) -> str:
    if not re.fullmatch(r"([A-Za-z0-9.-]+|\[[0-9A-Fa-f:]+\])(:\d{1,5})?", text):
        raise ValueError("must be a host or host:port, without https:// and without a path")
    return text.lower()


Host = Annotated[str, AfterValidator(_host)]
"""As an operator writes it: "host" means https on its usual port, "host:port" also plain http (a stand-in's)."""


@dataclass(frozen=True, slots=True)
class Trust:
    """Hosts are matched whole and addresses read as the HTTP client reads them.

    public: a pattern for the vendor's own hosts, by https on the usual port only. named: what the operator added. The
    base, where calls are submitted, is always trusted; if it is this machine, so are all its ports, since a stand-in
    may use several.
    """

    public: str
    base: URL
    named: frozenset[str]

    def takes(self, address: str) -> bool:
        url = parsed(address)
        return url is not None and (self._public(url) or self._base(url) or self._named(url))

    def _public(self, url: URL) -> bool:
        return _plain_https(url) and re.fullmatch(self.public, _host_of(url)) is not None

    def _base(self, url: URL) -> bool:
        if self.base.host in LOOPBACK:
            return url.host in LOOPBACK
        return url.origin() == self.base.origin()

    def _named(self, url: URL) -> bool:
        host = _host_of(url)
        return f"{host}:{url.port}" in self.named or (host in self.named and _plain_https(url))


def parsed(address: str) -> URL | None:
    """The address as the HTTP client will read it; None where it is none, or carries a login."""
    if not address.isascii() or not address.isprintable() or " " in address or "\\" in address:
        return None
    try:
        url = URL(address, encoded=True)
        fit = url.scheme in ("http", "https") and bool(url.host) and url.port is not None
    except ValueError:
        return None
    return url if fit and url.user is None and url.password is None else None


def host_of(address: str) -> str | None:
    """Host and port for a log line, which must not show a signed address."""
    url = parsed(address)
    return None if url is None else url.authority


def keeps_key_private(base_url: str, named: Iterable[str] = ()) -> bool:
    """Whether calls there may carry a key: by https, or in plain http to this machine or a named host:port."""
    url = parsed(base_url)
    return url is not None and (
        url.scheme == "https" or url.host in LOOPBACK or f"{_host_of(url)}:{url.port}" in frozenset(named)
    )


def _plain_https(url: URL) -> bool:
    return url.scheme == "https" and url.is_default_port()


def _host_of(url: URL) -> str:
    host = (url.host or "").lower()
    return f"[{host}]" if ":" in host else host
