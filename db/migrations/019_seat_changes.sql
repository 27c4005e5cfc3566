-- How often the seats of a performance have changed: the sum of `seats.version`. Every transaction that changes seats raises
-- it with them, so a server that missed a change finds out with one small row instead of reading a hall again. The row is
-- locked after the seats, in the order of performances.
alter table performance_sales add column changes bigint not null default 0 check (changes >= 0);
update performance_sales as sales set changes = seat.changes
from (
  select concert_id, performance_id, sum(version) as changes from seats group by concert_id, performance_id having sum(version) > 0
) as seat
where sales.concert_id = seat.concert_id and sales.performance_id = seat.performance_id;
