"""What the validator does: check a content, forget a deleted one, and take up checks that could not run."""
