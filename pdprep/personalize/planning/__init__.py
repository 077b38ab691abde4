"""What sending would do, and what blocks it."""
