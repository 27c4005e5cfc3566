/**
 * What a body may look like at most, and how little of one is looked at that looks otherwise. Work is counted in bytes
 * and fields looked at, never in time.
 */
import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import type { TSchema } from 'typebox';
import { near_shapes, strange_shapes } from '../../bench/body-shapes.ts';
import { contract, type Endpoint } from '../contract.ts';
import type { Refusal } from '../refusals.ts';
import { char_bytes_max, outlineOf } from './outline.ts';
import { survey } from './survey.ts';
import { compile } from './validation.ts';

type Named = Endpoint & { readonly name: string };

const endpoints = Object.entries<Endpoint>(contract).map(([name, endpoint]): Named =>
  Object.assign({ name }, endpoint),
);
const withBody = endpoints.filter(({ body }) => body !== undefined);

function named(name: string): Named {
  const found = endpoints.find((endpoint) => endpoint.name === name);
  assert(found !== undefined, name);
  return found;
}

/** As programs write JSON: all of it in ASCII, spread over lines, or just so. */
const writers: Readonly<Record<string, (value: unknown) => string>> = {
  plain: (value) => JSON.stringify(value),
  'in lines': (value) => JSON.stringify(value, undefined, 4),
  'in ASCII': (value) => inAscii(JSON.stringify(value)),
  'decomposed, in ASCII': (value) => inAscii(JSON.stringify(value).normalize('NFD')),
};

function inAscii(json: string): string {
  return json.replaceAll(/[^\0-\x7f]/g, (unit) => `\\u${unit.charCodeAt(0).toString(16).padStart(4, '0')}`);
}

const settings = { maxActive: 1_000_000, sessionSeconds: 86_400, holdSeconds: 86_400, graceSeconds: 86_400 };
const refundPolicy = {
  rules: Array.from({ length: 20 }, (_, index) => ({ untilDaysBefore: 365 - index, feePercent: 100 })),
  freeHoursAfterPurchase: 8_760,
  freeUntilDaysBefore: 365,
  closesMinutesBeforeStart: 525_600,
};
const changes = {
  ...settings,
  maxSeatsPerFan: 100,
  boundToSupply: false,
  refundPolicy,
  timeZone: 'America/Argentina/ComodRivadavia',
  paused: { reason: '매'.repeat(500) },
};
const paidSeats = Array.from({ length: 100 }, (_, index) => 99_900 + index);
const wide = { name: '구역'.repeat(8), rows: 100, seatsPerRow: 100, grade: '등급'.repeat(4), price: 1_000_000 };
const performances = (dates: number, sections: number): unknown =>
  Array.from({ length: dates }, () => ({
    startsAt: '2030-05-01T10:00:00.000+09:00',
    sections: Array.from({ length: sections }, () => ({
      name: 'A1',
      rows: 10,
      seatsPerRow: 20,
      grade: 'VIP',
      price: 165_000,
    })),
  }));
/** What fits whoever writes it; and what fits where it is written plainly. */
const largest: Readonly<Record<string, readonly unknown[]>> = {
  createReservation: [
    { performanceId: 'abcdefghij-9999', seatNumbers: Array.from({ length: 100 }, (_, index) => 99_900 + index) },
  ],
  createCharge: [{ amount: 10_000_000 }],
  createChargeOrder: [
    {
      amount: 10_000_000,
      method: 'sandbox',
      reservationId: `abcdefghij-${'z'.repeat(40)}`,
      refundAccount: { bank: 'Z'.repeat(20), number: '9'.repeat(30), holder: '김'.repeat(60) },
    },
  ],
  confirmChargeOrder: [{ paymentKey: '"'.repeat(200), amount: 1_000_000_000_000 }],
  createWithdrawal: [{ amount: 1_000_000_000_000 }],
  cancelPaid: [{ seatNumbers: paidSeats, refund: 1_000_000_000_000, to: 'wallet' }],
  cancelForFan: [{ reason: 'force_majeure', feePercent: 100, seatNumbers: paidSeats }],
  callOffPerformance: [{ reason: { ko: '비'.repeat(500), en: '매'.repeat(500) }, compensationPercent: 10 }],
  movePerformance: [{ startsAt: '2030-05-01T10:00:00.000000000+09:00' }],
  signUp: [{ email: `${'a'.repeat(60)}@${'b'.repeat(60)}.kr`, password: '密'.repeat(128), name: '이'.repeat(100) }],
  signIn: [{ email: `${'a'.repeat(60)}@${'b'.repeat(60)}.kr`, password: '🎫'.repeat(128) }],
  updateConcert: [{ ...changes, expected: changes }],
  createConcert: [
    {
      title: '제'.repeat(200),
      artist: '가'.repeat(200),
      venue: '장'.repeat(200),
      ...settings,
      performances: [{ startsAt: '2030-05-01T10:00:00Z', sections: [wide] }],
    },
  ],
};
const largestPlain: Readonly<Record<string, readonly unknown[]>> = {
  createReservation: [
    {
      performanceId: 'x'.repeat(64),
      seatNumbers: Array.from({ length: 100 }, (_, index) => Number.MAX_SAFE_INTEGER - index),
    },
  ],
  createConcert: [
    [4, 500],
    [200, 10],
  ].map(([dates = 0, sections = 0]) => ({
    title: 't',
    artist: 'a',
    venue: 'v',
    performances: performances(dates, sections),
  })),
};

describe('a limit', () => {
  test('is stated by every endpoint with a body, and leaves room for the largest', () => {
    // What is read outside of the contract may be bytes, of which no schema speaks.
    for (const { name, body, bodyBytesMax, outside } of endpoints)
      assert.equal(bodyBytesMax === undefined, body === undefined && outside !== true, name);
    assert.deepEqual(Object.keys(largest).toSorted(), withBody.map(({ name }) => name).toSorted());
    for (const [bodies, how] of [
      [largest, Object.keys(writers)],
      [largestPlain, ['plain']],
    ] as const) {
      for (const [name, values] of Object.entries(bodies)) {
        const endpoint = named(name);
        const check = compile({ schema: endpoint.body as TSchema });
        for (const [value, writer] of values.flatMap((one) => how.map((other) => [one, other] as const))) {
          const bytes = Buffer.from(writers[writer]?.(value) ?? '');
          assert(bytes.length <= (endpoint.bodyBytesMax ?? 0), `${name} ${writer}: ${bytes.length} bytes`);
          assert.equal(survey(bytes, outlineOf(endpoint.body)).faults, undefined, `${name} ${writer}`);
          assert('value' in check(JSON.parse(bytes.toString())), `${name} is valid`);
        }
      }
    }
  });

  test('of a text leaves room for every character that can be written, however it is', () => {
    let units = 0;
    for (let code = 1; code < 0x2_0000; code = code === 0xd7ff ? 0xe000 : code + 1) {
      const char = String.fromCodePoint(code);
      if (char.normalize('NFC') === char) units = Math.max(units, char.normalize('NFD').length);
    }
    assert.equal(inAscii('\ue000').length * units, char_bytes_max);
    const title = '\u1f82'.repeat(200);
    const bytes = Buffer.from(
      inAscii(JSON.stringify({ ...(largest['createConcert']?.[0] as object), title }).normalize('NFD')),
    );
    assert.equal(survey(bytes, outlineOf(contract.createConcert.body)).faults, undefined);
  });

  test('bounds everything in every body: names, lists, texts', () => {
    const look = (schema: TSchema, place: string): void => {
      const {
        type,
        properties,
        items,
        additionalProperties,
        maxItems,
        maxLength,
        enum: words,
      } = schema as Record<string, unknown>;
      const types = new Set([type].flat());
      if (types.has('object')) assert.equal(additionalProperties, false, place);
      if (types.has('array')) assert(typeof maxItems === 'number', place);
      if (types.has('string')) assert(typeof maxLength === 'number' || Array.isArray(words), place);
      for (const [name, field] of Object.entries((properties ?? {}) as Record<string, TSchema>))
        look(field, `${place}.${name}`);
      if (items !== undefined) look(items as TSchema, `${place}[]`);
    };
    assert(withBody.length >= 5);
    for (const { name, body } of withBody) look(body as TSchema, name);
  });
});

describe('a body far past its schema', () => {
  test('is looked at no further than the twentieth thing out of place', () => {
    const outline = outlineOf(contract.createConcert.body);
    for (const [name, shape] of Object.entries(strange_shapes)) {
      const bytes = Buffer.from(shape(contract.createConcert.bodyBytesMax));
      const { faults, bytesRead } = survey(bytes, outline);
      assert(faults !== undefined && faults.length <= 20, name);
      assert(bytesRead < 1_000, `${name}: ${bytesRead} of ${bytes.length} bytes`);
    }
  });

  test('is explained only up to the twentieth fault, however many there are', () => {
    const looked = new Set<number>();
    const section = { name: 'A', seatsPerRow: 1, grade: 'R', price: 1 };
    const sections = Array.from({ length: 500 }, (_, index) => ({
      ...section,
      get rows() {
        looked.add(index);
        return 0;
      },
    }));
    const date = { startsAt: '2030-05-01T10:00:00Z', sections };
    const check = compile({ schema: contract.createConcert.body });
    const answer = check({
      title: 't',
      artist: 'a',
      venue: 'v',
      performances: Array.from({ length: 200 }, () => date),
    });
    const { fields } = ('error' in answer ? answer.error : {}) as Refusal;
    assert.equal((fields['errors'] as unknown[]).length, 20);
    assert(looked.size <= 21, `${looked.size} of 100,000 sections were looked at`);
  });
});

test('text that cannot be stored is seen however it is escaped, and nothing else is taken for it', () => {
  const outline = outlineOf(contract.createConcert.body);
  const isTaken = (text: string): boolean => survey(Buffer.from(`{"title":"${text}"}`), outline).faults === undefined;
  const bad = [
    '\\u0000',
    '\\ud800',
    '\\uDFFF',
    '\\ud83d\\u0041',
    '\\ud83dx',
    '\\\\\\u0000',
    '\\udfab\\ud83c',
    '\\ud83c',
  ];
  const good = [
    '\\\\u0000',
    '\\u0041',
    '\\ud83c\\udfab',
    '\\\\ud800',
    '\\"',
    '\\\\',
    '🎫',
    '\\u00zz',
    '\\u',
    '\\ue000',
  ];
  assert.deepEqual([bad.filter(isTaken), good.filter((text) => !isTaken(text))], [[], []]);
});

test('what is bounded in itself is let through for the parser and the schema to judge', () => {
  const outline = outlineOf(contract.createConcert.body);
  for (const shape of ['one long number', 'white space', 'not JSON at the end'] as const)
    assert.equal(survey(Buffer.from(near_shapes[shape](10_000)), outline).faults, undefined, shape);
  for (const broken of [
    '',
    '}',
    ']]]',
    '{"title',
    '{"title":"a',
    '{"title":"\\',
    '{{',
    '[',
    ',,,',
    '"',
    '{"title" "artist"}',
  ])
    assert((survey(Buffer.from(broken), outline).faults ?? []).length <= 1, broken);
});
