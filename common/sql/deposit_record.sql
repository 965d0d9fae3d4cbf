-- Writes down the next codes after $2, in up to $3 parts, before they are sent.    -> id, codes (JSON), sends, last (code)
select r.id, to_json(r.codes)::text as codes, r.sends, r.codes[cardinality(r.codes)] as last
  from kaquan.code_part_record($1, $2, $3) r order by r.id
