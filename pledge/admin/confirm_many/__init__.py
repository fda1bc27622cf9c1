"""Several months confirmed at once: a check list, a preview, and a result that names everyone."""
