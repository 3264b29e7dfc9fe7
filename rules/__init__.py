"""The rules that promptlint brings: one file each, loaded through the entry point group `promptlint.rules`."""
