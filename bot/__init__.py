"""Easel, a self-hosted Discord bot that makes and edits pictures; start reading at `app.py`."""
