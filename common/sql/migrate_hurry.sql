-- A migration must not queue behind an open claim for long: all later claims would wait behind it.
set local lock_timeout = '3s'
