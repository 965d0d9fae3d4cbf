-- So many cards of a template may exist in all, since WeChat's stock says so.
update kaquan.template set stock = $2, updated_at = now(), version = version + 1 where id = $1 and stock is distinct from $2
