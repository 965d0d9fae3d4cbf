-- Writes a change of a template's stock down; none while another one is open.    -> id
insert into kaquan.template_stock_change (template_id, change) values ($1, $2)
on conflict (template_id) where state in ('queued', 'sent') do nothing
returning id
