"""A database engine for commands that ask no database, where ``DATABASE_URL`` names none."""
