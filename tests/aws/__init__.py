"""``make aws``: the journey and the assumptions' probes against a real account."""
