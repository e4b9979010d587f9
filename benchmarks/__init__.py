"""Accuracy, parity and speed of the helpers, held against other libraries."""
