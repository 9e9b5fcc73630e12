"""What review reads of many projects at once: the queue, the reports to decide, the audit. Rebuilt from the log."""
