"""Who may what: the written matrix, and every address asked as everyone."""
