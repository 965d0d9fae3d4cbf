-- A file may be large: its import takes the time it takes.
set local statement_timeout = 0
