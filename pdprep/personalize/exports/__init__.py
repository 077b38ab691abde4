"""What the service holds, asked of it."""
