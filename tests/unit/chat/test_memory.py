"""What is remembered, and what is forgotten for it."""

from __future__ import annotations

from bot.chat.memory import Memory


def test_what_was_set_longest_ago_is_forgotten_first() -> None:
    memory: Memory[str, int] = Memory(2)
    memory["a"], memory["b"] = 1, 2
    memory["a"] = 3
    memory["c"] = 4
    assert memory == {"a": 3, "c": 4}
