"""The technology behind the ports of review."""
