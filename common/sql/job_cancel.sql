-- Ends a queued job, or asks a running one to stop: its worker sees it at its next progress.
update kaquan.job set state = 'cancelled', finished_at = clock_timestamp() where id = $1 and state in ('queued', 'running')
