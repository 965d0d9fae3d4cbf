-- A part is about to be sent once more.    -> sends
update kaquan.code_part set sends = sends + 1, sent_at = clock_timestamp(), errcode = null, said = null where id = $1 returning sends
