"""The validator: whether these bytes are what they claim, harmless, small enough and free of personal data.

Consumes `intake.<p>.result.<r>` and `intake.<p>.logo` (bytes from the bucket `incoming`), decides one verdict per
digest and revision, emits `validator.<p>.result.<r>` and `validator.<p>.logo` and puts the bytes that passed into
`clean`. It knows neither people nor rounds.
"""
