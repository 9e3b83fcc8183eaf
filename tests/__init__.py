"""Tests mirror the tree; names state the rule that they hold."""
