"""The command ``pdprep``: what the magics do, for a crontab and for CI, through the same calls."""
