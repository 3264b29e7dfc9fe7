"""Loops around calls of a model: what they walk over, what grows in them, and what ends them."""
