"""How days and instants are written, by language."""
