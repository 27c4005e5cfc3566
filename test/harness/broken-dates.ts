/** Ways to break what the audit checks of dates that were called off or moved, by the name of the check. */
export const brokenDates = {
  'I14 a date that was called off has refunded as many as it says, and all of them when it is done': [
    `update performance_cancellations set done = 0`,
    `update performance_cancellations set total = 2`,
    `update performances set status = 'SCHEDULED' where id = 'concert001-2'`,
    // Done, and somebody was forgotten.
    `update seats set sold = true, reservation_id = 'concert001-off' where performance_id = 'concert001-2' and number = 1`,
  ],
  'I9 what decides whether a date can be held or paid is what the date is': [
    `update performance_sales set called_off = false where performance_id = 'concert001-2'`,
    `update performance_sales set called_off = true where performance_id = 'concert001-1'`,
    `update performances set revision = revision + 1 where id = 'concert001-1'`,
    `update performances set status = 'CANCELLED' where id = 'concert001-1'`,
    `delete from performance_cancellations`,
  ],
};
