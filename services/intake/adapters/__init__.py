"""What intake needs from outside, and the technology that gives it: spools, buckets, outcomes, addresses."""
