"""The only writers: module = noun, function = verb, each in the five beats lock, gather, judge, write, record.

An action never calls an action; what several share is in ``steps``.
"""
