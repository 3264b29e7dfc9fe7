"""A static linter and optimizer for the prompts in Python code that calls LLM APIs."""

__version__ = "0.1.0"
