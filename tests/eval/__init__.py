"""A labelled set of texts for the search for personal data, made from a fixed seed.

The generators (`cases`, `hard`, `languages`, `numbers`) import nothing of the detectors and share no lists with them.
"""
