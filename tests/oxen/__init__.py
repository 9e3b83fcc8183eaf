"""Tests of bot.oxen."""
