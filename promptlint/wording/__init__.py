"""The wording of prompts: its parts, what is said twice, what can go, and how long an answer it asks for."""
