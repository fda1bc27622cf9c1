"""The demo: a believable program, played through the real actions and served on this machine alone."""
