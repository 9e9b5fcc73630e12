"""Parsers in child processes: without network, without writing, with limits, killed and replaced when they exceed them.

Imports of this package must stay cheap: a child loads it before its limits are set.
"""
