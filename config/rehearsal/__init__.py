"""Rehearsals: scenario files played through the real actions, each in a scratch database of its own."""
