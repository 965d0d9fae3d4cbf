-- Waiting for another migrator may take as long as it needs.
set local lock_timeout = 0
