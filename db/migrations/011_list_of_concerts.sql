-- The list of concerts is read from its newest end, page by page, by everybody: in its order, and with the lowest price
-- of each concert at hand, however many concerts and sections there come to be.
create index concerts_by_creation on concerts (created_at, id);
create index sections_by_price on sections (concert_id, price);
