"""The public pages: templates, texts in two languages and one style sheet. Rendered here, readable without scripts."""
