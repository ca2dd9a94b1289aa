"""What holds for every test: no key, proxy or setting of the machine it runs on, and no network beyond it.

Sockets outside 127.0.0.1 and ::1 fail by pytest-socket's options in pyproject.toml.
"""

from __future__ import annotations

import os
from typing import Final

from hypothesis import settings

pytest_plugins = ["tests.postgres"]

KEYS: Final = {"BFL_API_KEY", "STABILITY_API_KEY", "API_KEY", "DISCORD_TOKEN"}
PROXIES: Final = {"HTTP_PROXY", "HTTPS_PROXY", "ALL_PROXY", "NO_PROXY"}
OURS: Final = ("IMAGEBOT_", "SLACK_")
KEPT: Final = {"IMAGEBOT_SPECS"}
"""The folder of the vendors' API descriptions, which only tests read."""

# At import, before any test module reads the environment or starts a process that inherits it.
for _name in list(os.environ):
    if _name.upper() in KEYS | PROXIES or (_name.upper().startswith(OURS) and _name not in KEPT):
        del os.environ[_name]

# A slow machine is no failure, and the same commit tries the same examples everywhere.
settings.register_profile("house", deadline=None, derandomize=True, database=None)
settings.load_profile("house")
