"""WHERE the plan runs: on this machine, or as plain tasks of Ray on many; the same bytes either way."""
