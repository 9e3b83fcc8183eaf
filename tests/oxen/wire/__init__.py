"""Tests of the values that travel between Easel and Oxen."""
