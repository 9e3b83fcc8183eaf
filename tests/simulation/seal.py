"""The seal of all runs' tokens: deriving its key takes longer than many a run."""

from bot.store.seal import TokenSeal

SEAL = TokenSeal("a bot's token")
"""Sealed bytes differ from run to run; nobody compares them."""
