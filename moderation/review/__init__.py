"""The security review: live checks, a report made from what they found, and an annex that can be verified."""
