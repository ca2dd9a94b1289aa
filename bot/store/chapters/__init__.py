"""The chapters of the book: every verb is one transaction, and the statements that it is made of are a module each."""

from bot.store.chapters.messages import Messages
from bot.store.chapters.oblivion import Oblivion
from bot.store.chapters.pictures import Pictures
from bot.store.chapters.queue import Queue
from bot.store.chapters.runs import Runs
from bot.store.chapters.sums import Sums

__all__ = ["Messages", "Oblivion", "Pictures", "Queue", "Runs", "Sums"]
