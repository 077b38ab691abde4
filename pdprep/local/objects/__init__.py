"""The bytes of S3: blobs on disk, bodies as they come, and the objects and uploads that name them."""
