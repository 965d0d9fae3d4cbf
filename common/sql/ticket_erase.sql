-- Takes a person out of everything that is kept of the tickets.    -> tickets, pushes, steps, encrypted
select e.tickets, e.pushes, e.steps, e.encrypted from kaquan.ticket_erase($1) e
