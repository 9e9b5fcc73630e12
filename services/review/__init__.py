"""Review: officers of the National Agency decide on results and final reports.

Reads the whole log, decides rounds, results, waivers, takedowns and reports, and appends `review.<p>.>`. It reads bytes
of the clean zone to show them, and changes none.
"""
