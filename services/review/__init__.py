"""Review: officers of the National Agency decide on results and final reports.

Consumes the whole log (into a read model for lists; one project straight from the log) and the bytes of the clean zone.
Decides rounds, results, waivers, reopenings, takedowns and final reports.
Emits `review.<project>.round`, `.result.<id>` and `.report`, each with a receipt outside NATS.
"""
