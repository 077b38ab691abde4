"""HOW the plan runs: clean, bucket by id, check, dedupe, write, in bounded memory."""
