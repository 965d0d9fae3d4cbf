-- Empties the table where an import's codes wait. Other imports wait behind this, until they give up.
truncate kaquan.code_import_line
