"""Objects in S3, as the ledger asks for them."""
