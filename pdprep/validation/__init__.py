"""WHAT is wrong: pure, it never reads a source."""
