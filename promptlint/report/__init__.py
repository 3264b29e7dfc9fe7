"""Presenting results: pure functions from an analysis to text. Nothing here reads files or prints."""
