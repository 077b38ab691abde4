"""pdprep."""
