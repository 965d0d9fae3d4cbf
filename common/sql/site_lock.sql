-- Nobody else changes the settings of the database meanwhile.
select from kaquan.site for update
