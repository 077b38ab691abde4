"""The part of Amazon S3 that imports and exports need, kept as files."""
