"""Users who leave."""
