-- No certificate is active any more; another one follows in the same transaction.
update kaquan.worker_key set active = false where active
