"""Record by record: a plan of calls, and what carries them."""
