-- All tickets have the state that their validity makes, as of $1.
update kaquan.ticket_expiry_mark set looked_at = $1::timestamptz where looked_at < $1::timestamptz
