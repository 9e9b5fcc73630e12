"""The desk over HTTP: wire in, one use case, wire out."""
