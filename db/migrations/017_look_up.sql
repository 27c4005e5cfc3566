-- What people tell on the telephone: a part of the number on a ticket, or the name of a seat.

-- The number on a ticket is the last eight characters of its reservation; these find its beginning and its end. Live
-- holds are not in here: a hold writes nothing for it, and those few are found by `reservations_held`. One index of all
-- the parts (GIN) was six times as dear to write: 150 µs a payment.
create index reservations_by_number on reservations (right(id, 8)) where status <> 'HELD';
create index reservations_by_number_end on reservations (reverse(right(id, 8))) where status <> 'HELD';

-- Sections by name as a reader takes it: whatever the case, the width of the letters, or how Korean is composed.
create index sections_by_name on sections (concert_id, (lower(normalize(name, nfkc)) collate "C"));
