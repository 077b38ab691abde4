"""The work of jobs: imports, exports, deletions, trainings, batch jobs, and what events are measured by."""
