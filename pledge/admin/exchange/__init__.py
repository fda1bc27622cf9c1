"""Registrants brought in from a file and taken out as one (docs/decisions/0018)."""
