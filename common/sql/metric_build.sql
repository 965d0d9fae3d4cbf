-- The version $1 of the program.
select $1::text as version, 1 as value
