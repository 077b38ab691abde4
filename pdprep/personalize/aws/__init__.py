"""The environment: an account, a region and the one way to call AWS there."""
