"""The audit log: a leaf that everybody may call and that knows nobody."""
