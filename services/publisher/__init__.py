"""publisher: what the public sees.

Consumes the log (`intake`, `validator`, `review`); decides whether a digest is public now, a pure function of the log;
copies approved bytes from `clean` to `public`; emits `publisher.<p>.result.<r>`, `.website` and `.logo`; serves pages
and the public API from a read model of its own.
"""
