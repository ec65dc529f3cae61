"""The journal in PostgreSQL, for many machines. It needs ``psycopg``, and only it does."""
