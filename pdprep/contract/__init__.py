"""WHAT a dataset must look like: a frozen value and its projections."""
