"""What carries the calls of a put, and how fast."""
