"""FROM your columns TO the contract: LazyFrame in, LazyFrame out."""
