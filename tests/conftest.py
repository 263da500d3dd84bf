"""What every test may use: the cast, and real servers where a test asks for one."""

import tests.audit_triggers  # noqa: F401  # empties the insert-only log between transactional tests
