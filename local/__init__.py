"""The local platform: real servers from wheels and apt, the four services as processes, and the `results` command."""
