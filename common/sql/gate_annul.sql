-- An entry (or a scan at an exit) that counts no more; no row when there is none, or not any more.    -> record, ago (seconds)
select g.record::text as record, g.ago from kaquan.gate_annul($1, $2) g
