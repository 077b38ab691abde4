"""What is kept to recommend from: models, histories and catalogues, and the traits of each recipe."""
