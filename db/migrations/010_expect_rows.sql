-- A write that must meet every row it names, or nothing of the transaction may stand: somebody else was faster. The
-- SQLSTATE says that the same commands may be tried again.
create function expect_rows(met bigint, expected bigint) returns void language plpgsql as $$
begin
  if met <> expected then
    raise exception 'a write met % of % rows', met, expected using errcode = '40001';
  end if;
end $$;
