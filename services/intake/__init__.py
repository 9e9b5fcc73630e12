"""Intake: who may add what and when, the lock, the round.

Consumes HTTP requests and `upstream.>`, decides on projects, websites, contacts, logos, results, submissions and what
other systems say of final reports, emits `intake.<p>.>` and puts bytes into the bucket `incoming`. It never opens a
file's inside and never judges quality.
"""
