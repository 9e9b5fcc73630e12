"""Where bytes live: the zones, who may do what in them, and the one client that speaks S3."""
