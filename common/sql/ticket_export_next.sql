-- The next rows of an export.
fetch 5000 from kaquan_export
