-- Takes and empties a slot for a fill, in the transaction that COPYs the cards.
select f.*, extract(epoch from clock_timestamp())::double precision as began from kaquan.fill_begin($1, $2, $3) f
