"""Bulk: staged, guarded, uploaded, created, followed."""
