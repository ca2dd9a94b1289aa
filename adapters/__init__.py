"""The doors. REGISTRY says where `Settings` and `open_adapter(settings, desk)` are; nothing is imported here."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

REGISTRY: Final[Mapping[str, str]] = {"web": "adapters.web"}
