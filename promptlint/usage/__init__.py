"""Measured usage: logs and exports of what requests really used, read record by record and matched to call sites."""
