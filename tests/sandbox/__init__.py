"""Tests of the sandbox's two servers and of its painter."""
