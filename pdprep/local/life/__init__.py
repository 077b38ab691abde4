"""Resources and their life in time: what stands in the state file, its clock, its jobs, its faults."""
