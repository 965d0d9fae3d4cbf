-- Nobody else makes or changes a key until the transaction ends.
lock table kaquan.worker_key in share row exclusive mode
