"""WHAT went by WHICH road: the journal of calls, and the records."""
