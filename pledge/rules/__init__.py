"""The program's rules: pure functions of facts and a dated edition.

Nothing here reads a database, a clock or a setting, and nothing here imports Django.
Days are program days (America/New_York); spans hold both their ends.
"""
