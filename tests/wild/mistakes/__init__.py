"""What people write that ends in an error: one row a place of the product that gives a hint."""
