-- Keys the slot and opens it to claims in place of the one before.
select kaquan.fill_commit($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12)
