"""Resources and their life in time: what is in the state file, its clock, its jobs, its faults."""
