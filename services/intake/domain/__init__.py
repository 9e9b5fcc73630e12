"""What may be added and when. Pure: the project as the log has it in, an event and its guard out.

Every decision here can be handed to `Log.decide`; None means that the record says so already.
"""
