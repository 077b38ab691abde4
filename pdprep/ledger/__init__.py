"""WHAT went by WHICH route: the journal of calls, and the records."""
