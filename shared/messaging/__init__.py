"""The log and the queues: guarded appends, loading, following, settled work, dead letters, provisioning."""
