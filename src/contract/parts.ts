/**
 * The pieces that the endpoints are made of: ids, money, times, pages, and the shapes that several answers share.
 * Answers avoid `anyOf`, which the serialiser can only decide by validating: "or null" is a type of two names.
 */
import { Type } from 'typebox';
import type { TSchema } from 'typebox';
import { Format } from 'typebox/format';
import { concertLimits } from './limits.ts';
import { isOneLine, isProse } from './text.ts';

/** Money is whole units of the currency; these are the contract's limits of a wallet. */
export const chargeMax = 10_000_000;
export const balanceMax = 100_000_000;
export const seatsPerPerformanceMax = concertLimits.seatsPerDateMax;
export const pageLimitDefault = 50;
const pageLimitMax = 200;

/** One of a few words. */
export function oneOf<const Words extends readonly string[]>(words: Words, options: object = {}) {
  return Type.Unsafe<Words[number]>({ type: 'string', enum: words, ...options });
}

export const Time = Type.String({ format: 'date-time', description: 'ISO 8601, UTC' });
export const Count = Type.Integer({ minimum: 0 });
export const Money = Type.Integer({ description: 'Whole units of the currency (KRW)' });
/** Fees stay, compensations are apart. */
export const Revenue = Type.Integer({ description: 'Money kept: what was paid, less refunds' });
export const Id = Type.String({ description: 'Opaque' });

/** Text that is compared as it is. PostgreSQL stores no NUL, so none is let in. */
export function text(lengthMax: number, options: object = {}) {
  return Type.String({ minLength: 1, maxLength: lengthMax, pattern: '^[^\\u0000]*$', ...options });
}

// Before any schema that names them is compiled: a format that is not known then is never asked for.
Format.Set('one-line', isOneLine);
Format.Set('prose', isProse);

/** One line that people read. The hall composes it before it is measured and checked: see hall/composing.ts. */
export function oneLine(lengthMax: number, options: object = {}) {
  const description = 'One line, kept composed (NFC); every character of it can be seen';
  return Type.String({ minLength: 1, maxLength: lengthMax, format: 'one-line', description, ...options });
}

/** A whole number of seconds, at least one, at most a day. */
export function seconds(options: object = {}) {
  return Type.Integer({ minimum: 1, maximum: concertLimits.secondsMax, ...options });
}

// An id of another shape names nothing: the hall answers NOT_FOUND for a path that does not match.
export const concertIdPattern = '^[a-z0-9]{10}$';
export const ConcertParams = Type.Object({ concertId: Type.String({ pattern: concertIdPattern }) });
export const PerformanceParams = Type.Object({
  performanceId: Type.String({ pattern: '^[a-z0-9]{10}-[1-9][0-9]{0,3}$' }),
});
export const ReservationParams = Type.Object({ id: Type.String({ pattern: '^[a-z0-9]{10}-[a-z0-9]{1,40}$' }) });

export const pageProperties = {
  limit: Type.Optional(Type.Integer({ minimum: 1, maximum: pageLimitMax, default: pageLimitDefault })),
  cursor: Type.Optional(
    Type.String({ pattern: '^[\\x21-\\x7e]{1,200}$', description: '`nextCursor` of the page before' }),
  ),
};
export const Page = Type.Object(pageProperties);
export const ProgrammeQuery = Type.Object({
  ...pageProperties,
  q: Type.Optional(
    Type.String({ maxLength: 100, description: 'Words that all stand in title, artist or venue; the first 8 count' }),
  ),
});

export const Availability = Type.Object({
  status: Type.Optional(oneOf(['available', 'all'], { default: 'available' })),
});

export const IdempotencyHeaders = Type.Object({
  'idempotency-key': Type.String({
    minLength: 1,
    maxLength: 255,
    pattern: '^[\\x21-\\x7e]{1,255}$',
    description: 'Chosen by the client, kept at least 24 h, scoped to the user',
  }),
});

/** The same for those who may also do without: then every request is a new one. */
export const OptionalIdempotencyHeaders = Type.Partial(IdempotencyHeaders);

const queueStatusProperties = {
  concertId: Id,
  status: oneOf(['WAIT', 'ACTIVE', 'EXPIRED']),
  position: Type.Unsafe<number | null>({ type: ['integer', 'null'], description: '1 = next; null unless WAIT' }),
  etaSeconds: Type.Unsafe<number | null>({ type: ['integer', 'null'], description: 'null while unknown' }),
  expiresAt: Type.Unsafe<string | null>({
    type: ['string', 'null'],
    format: 'date-time',
    description: 'End of the ACTIVE session; null otherwise',
  }),
  pollAfterSeconds: Type.Integer({ minimum: 1, maximum: 10 }),
  notice: Type.Unsafe<string | null>({ type: ['string', 'null'], description: 'Why admission is paused; else null' }),
};
const { concertId, position, etaSeconds, expiresAt } = queueStatusProperties;
export const LivePlaces = Type.Object({
  places: Type.Array(
    Type.Object({
      concertId,
      token: Type.String(),
      status: oneOf(['WAIT', 'ACTIVE']),
      position,
      etaSeconds,
      expiresAt,
    }),
    { maxItems: 50 },
  ),
});
const supplyProperties = {
  /** Both only where the concert is bound to its supply. */
  supply: Type.Optional(
    Type.Object(
      { available: Count, held: Count, sold: Count },
      { description: 'Seats of the dates on sale, at most a second old; only where the line is bound to them' },
    ),
  ),
  standby: Type.Optional(
    Type.Boolean({
      description: 'The seats keep the line, not `maxActive`: whoever waits stands by for what comes back',
    }),
  ),
};
export const IssuedToken = Type.Object({ token: Type.String(), ...queueStatusProperties, ...supplyProperties });
export const QueueStatus = Type.Object({
  ...queueStatusProperties,
  ...supplyProperties,
  expiredBecause: Type.Unsafe<'PAID' | 'SESSION_ENDED' | 'LEFT' | 'ABSENT' | null>({
    type: ['string', 'null'],
    enum: ['PAID', 'SESSION_ENDED', 'LEFT', 'ABSENT', null],
  }),
});

const performanceStatus = oneOf(['SCHEDULED', 'CANCELLED'], { description: 'CANCELLED: it was called off' });
export const Performance = Type.Object({
  id: Id,
  concertId: Id,
  startsAt: Time,
  status: performanceStatus,
  seatsTotal: Count,
  seatsAvailable: Count,
});
const seatStatuses = ['AVAILABLE', 'HELD', 'RESERVED'] as const;
export const Seat = Type.Object({
  number: Type.Integer({ minimum: 1 }),
  label: Type.String({ description: 'Section, row and seat: `A-3-12`' }),
  section: Type.String(),
  row: Type.Integer({ minimum: 1 }),
  grade: Type.String(),
  price: Money,
  status: oneOf(seatStatuses),
});
export const SeatChange = Type.Object({ number: Type.Integer({ minimum: 1 }), status: oneOf(seatStatuses) });
export const WalletEntry = Type.Object({
  id: Id,
  kind: oneOf(['CHARGE', 'PAYMENT', 'REFUND', 'COMPENSATION', 'WITHDRAWAL', 'REVERSAL']),
  amount: Type.Integer({ description: 'Positive into the wallet, negative out of it' }),
  balance: Money,
  reference: Type.String(),
  at: Time,
});

const concertProperties = {
  id: Id,
  title: Type.String(),
  artist: Type.String(),
  venue: Type.String(),
  currency: Type.String({ description: 'KRW' }),
  firstStartsAt: Time,
  lastStartsAt: Time,
  soldOut: Type.Boolean(),
  priceFrom: Type.Integer({ minimum: 0, description: 'The lowest price of a seat, whole units of the currency' }),
  seatsTotal: Count,
  seatsSold: Type.Integer({ minimum: 0, description: 'Paid for; neither available nor held' }),
};
export const BilledConcert = Type.Object({
  ...concertProperties,
  nextStartsAt: Type.String({ format: 'date-time', description: 'The next of its dates, ISO 8601, UTC' }),
});
export const PlannedPerformance = Type.Object({ id: Id, startsAt: Time, seatsTotal: Count });
export const ConcertInFull = Type.Object({
  ...concertProperties,
  maxSeatsPerFan: Type.Integer(),
  timeZone: Type.String({ description: 'Of the venue; an IANA name' }),
  refundRules: Type.Array(Type.String(), {
    description: 'How refunds go for what is paid now, in sentences of the reader’s language',
  }),
  performances: Type.Array(
    Type.Object({
      id: Id,
      startsAt: Time,
      seatsTotal: Count,
      onSale: Type.Boolean({ description: 'false from its start on, and when it was called off' }),
      status: performanceStatus,
      movedFrom: Type.Unsafe<string | null>({
        type: ['string', 'null'],
        format: 'date-time',
        description: 'Where it was before it was moved last; else null',
      }),
      movedAt: Type.Unsafe<string | null>({
        type: ['string', 'null'],
        format: 'date-time',
        description: 'Whoever paid before this cancels without a fee for 168 hours from it',
      }),
      notice: Type.Unsafe<string | null>({
        type: ['string', 'null'],
        description: 'Why it was called off, in the reader’s language; else null',
      }),
      grades: Type.Array(Type.Object({ grade: Type.String(), priceMin: Money, priceMax: Money, seatsTotal: Count })),
    }),
  ),
});

const seatCounts = { total: Count, available: Count, held: Count, reserved: Count };
const SeatCounts = Type.Object(seatCounts);
/** What everybody may know of a sale, whether they wait, shop or only look. */
export const Sale = Type.Object({
  concertId: Id,
  seats: SeatCounts,
  grades: Type.Array(Type.Object({ grade: Type.String(), priceMin: Money, priceMax: Money, ...seatCounts }), {
    description: 'In the order in which the sections name them',
  }),
  performances: Type.Array(Type.Object({ id: Id, startsAt: Time, ...seatCounts })),
  waiting: Count,
  admittedPerMinute: Type.Number({ minimum: 0 }),
  notice: Type.Unsafe<string | null>({ type: ['string', 'null'], description: 'Why admission is paused; else null' }),
  boundToSupply: Type.Optional(
    Type.Boolean({ description: 'Whoever joins the line when all is sold stands by for what comes back' }),
  ),
});
export const PlacedSection = Type.Object({
  name: Type.String(),
  rows: Type.Integer(),
  seatsPerRow: Type.Integer(),
  grade: Type.String(),
  price: Money,
  firstNumber: Type.Integer({ description: 'Its seats are numbered from here, row by row' }),
});

/** All of a hall in kilobytes, where the list of its seats takes megabytes. */
export const SeatMap = Type.Object({
  performanceId: Id,
  startsAt: Time,
  maxSeatsPerFan: Type.Integer(),
  sections: Type.Array(PlacedSection),
  statuses: Type.String({ description: 'A letter for each seat, by number: `A` AVAILABLE, `H` HELD, `R` RESERVED' }),
});

export const CsvFile = Type.String({
  description:
    'RFC 4180, UTF-8 with a byte order mark; column names and words in the reader’s language, times by the hall’s clock (KST), money as plain numbers',
});

/** Who did something behind the counter. */
export const Operator = Type.Unsafe<{ id: string; email: string | null; name: string | null } | null>({
  type: ['object', 'null'],
  properties: { id: { type: 'string' }, email: { type: ['string', 'null'] }, name: { type: ['string', 'null'] } },
  required: ['id', 'email', 'name'],
  description: 'null: the service itself, or no operator',
});

const NextCursor = Type.Unsafe<string | null>({ type: ['string', 'null'], description: 'null at the end' });

/** A page of a list: `{[name]: […], nextCursor}`. */
export function pageOf<const Name extends string, Item extends TSchema>(name: Name, item: Item) {
  return Type.Object({ [name]: Type.Array(item), nextCursor: NextCursor } as Record<
    Name,
    ReturnType<typeof Type.Array<Item>>
  > & { nextCursor: typeof NextCursor });
}
