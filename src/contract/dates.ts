/** When a date begins, as it is given. */
import { Type } from 'typebox';

// What both JavaScript and PostgreSQL can read: no leap second, no offset that no place on earth has.
const pattern = '^[12][0-9]{3}-.{5}[Tt].{6}[0-5][0-9](\\.[0-9]{1,9})?([Zz]|[+-](0[0-9]|1[0-4]):[0-5][0-9])$';
/** Of what the pattern takes. A date is taken apart before it is matched, so its length has to be known first. */
const chars_max = 35;

export const startsAtText = Type.String({ format: 'date-time', maxLength: chars_max, pattern });
