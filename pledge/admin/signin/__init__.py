"""Signing in: a password, then a code from the authenticator app; and the ways back in."""
