"""Measures whether the promises about speed hold, on the project's own Postgres. `make bench` runs it."""
