"""What operators do to a platform wherever it runs: needs addresses and keys, and none of the embedded servers."""
