"""`manage.py` NAME."""
