"""What an import or a put needs in the service: found, made, followed, deleted."""
