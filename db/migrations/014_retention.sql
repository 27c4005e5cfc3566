-- What is over is kept for RETENTION_DAYS and then removed, in the order in which it came; how far that went stands here,
-- so that nothing is looked at twice.

-- Places removed so far, and the entry up to which every place is removed or stays for good (who paid from one).
alter table rooms add column removed bigint not null default 0;
alter table rooms add column removed_to bigint not null default 0;

-- By concert, the reservation up to which the same holds. Its row is the lock of those who remove.
create table reservation_retention (
  concert_id text collate "C" primary key,
  removed_to text collate "C" not null
);

-- When a concert's old attempts were last removed.
alter table seat_refusal_totals add column cleaned_at timestamptz not null default now();
