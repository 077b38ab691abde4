"""Imports whose parts are made by tasks on other machines, which send them to S3 by themselves."""
