"""Tests of the local Oxen."""
