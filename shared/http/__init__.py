"""HTTP as all services speak it: problems, tokens, versions, pages, repetition, and the app around them."""
