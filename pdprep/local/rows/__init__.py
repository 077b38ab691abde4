"""The rows of datasets: schemas, types, and the two layers that they are kept in."""
