"""What sending would do, and what stands in its way."""
