-- A ticket whose validity at WeChat ended. In a file of its own: a type's new value can be used only after the transaction that
-- added it. Of two states of a ticket the greater holds: what ended otherwise is more than expired.

alter type kaquan.ticket_state add value 'expired' before 'deleted';
alter type kaquan.gate_verdict add value 'expired' after 'deleted';
