"""Requests and answers, and what the service models and the signatures say of them."""
