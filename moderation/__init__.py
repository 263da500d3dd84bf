"""What proves what happened: the audit log, and later cases and decisions."""
