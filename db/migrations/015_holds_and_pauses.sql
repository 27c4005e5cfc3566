-- A hold lasts as long as it can be paid. Those that were promised for longer, by servers from before, end with the session
-- of their fan, or at once where the fan is not inside any more; and when their date begins.
with late as (
  select hold.concert_id, hold.id, hold.performance_id,
    least(hold.held_until, date.starts_at, coalesce(place.expires_at, now())) as ends_at
  from reservations as hold
  join performances as date on date.concert_id = hold.concert_id and date.id = hold.performance_id
  left join queue_tokens as place on place.concert_id = hold.concert_id and place.user_id = hold.user_id
    and place.status = 'ACTIVE'
  where hold.status = 'HELD' and hold.held_until > now()
), ended as (
  update reservations as hold set held_until = late.ends_at from late
  where hold.concert_id = late.concert_id and hold.id = late.id and late.ends_at < hold.held_until
  returning hold.concert_id, hold.performance_id, hold.id, hold.held_until
)
update seats as seat set held_until = ended.held_until from ended
where seat.concert_id = ended.concert_id and seat.performance_id = ended.performance_id and seat.reservation_id = ended.id
  and not seat.sold;

-- What readers of Korean are told while a line is paused; null where `paused_reason` is for everybody.
alter table rooms add column paused_reason_ko text;
