"""What machines make of sealed evidence: hints with a name, a version and a score, and never a decision.

Speech is decoded, transcribed and screened in memory. Nothing of it reaches a disk unsealed, Redis, a task or a log.
"""
