"""A local Discord and a local Oxen for the real bot to talk to. Never imported by the bot."""
