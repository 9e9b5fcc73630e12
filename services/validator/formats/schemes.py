"""How addresses in documents begin that are fetched when the document opens, or that act when they are followed."""

FETCHED = r"(?i:https?|ftp|mhtml):"
ACTING = r"(?i:javascript|vbscript|data|ms-\w+|mhtml|cmd|shell|search-ms)\s*:"
