-- What people read is kept composed (NFC): the service composes what comes in, and this what came in before. No reading
-- changes by it, on no ticket that was printed. What was written down about deeds of the past stays as it was.
update concerts set title = normalize(title), artist = normalize(artist), venue = normalize(venue)
where title is not normalized or artist is not normalized or venue is not normalized;
update sections set name = normalize(name), grade = normalize(grade)
where name is not normalized or grade is not normalized;
update rooms set paused_reason = normalize(paused_reason) where paused_reason is not normalized;
update users set name = normalize(name) where name is not normalized;

-- Two names that are equal by this read alike: `asRead` of src/contract/text.ts, of which a test says that it is the same.
create function as_read(name text) returns text language sql immutable strict parallel safe as $$
  select normalize(regexp_replace(regexp_replace(regexp_replace(regexp_replace(normalize(name, nfkc),
    '[\u0009-\u000d\u0020\u0085\u00a0\u1680\u2000-\u200a\u2028\u2029\u202f\u205f\u2800\u3000]+', ' ', 'g'),
    '[\u0001-\u001f\u007f-\u009f\u00ad\u034f\u061c\u115f\u1160\u17b4\u17b5\u180b-\u180f\u200b-\u200f\u202a-\u202e\u2060-\u206f'
      || '\u3164\ufe00-\ufe0f\ufeff\uffa0\ufff0-\ufffb\U0001bca0-\U0001bca3\U0001d173-\U0001d17a\U000e0000-\U000e0fff]', '', 'g'),
    '[\u2010-\u2015\u2212]', '-', 'g'),
    '(?<![0-9]) | (?![0-9])', '', 'g'), nfkc);
$$;
