"""Magics and views: parse, call, show."""
