-- A moment of WeChat's, in Unix seconds.    -> at
select to_timestamp($1) as at
