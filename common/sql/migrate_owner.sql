-- What a migration makes belongs to the owner of the schema.
set local role kaquan_owner
