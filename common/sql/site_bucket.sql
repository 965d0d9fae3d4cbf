-- Which codes belong into this database.    -> bucket, buckets
select s.bucket, s.buckets from kaquan.site s
