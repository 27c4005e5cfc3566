/** Refunds against a reckoning of the same contract by hand. Every boundary of the presets: test/refund-table.test.ts. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { dice } from '../../test/harness/properties.ts';
import { askedSince, prices } from '../../test/harness/refund-cases.ts';
import { feesByHand, percentByHand } from '../../test/harness/refunds-by-hand.ts';
import { percentOf, refundOf, type RefundPolicy } from './refunds.ts';

const day_ms = 86_400_000;

test('a refund is what crossing off days on a calendar makes it', () => {
  const seen = new Set<string>();
  fc.assert(
    fc.property(askedSince('2011-01-01T00:00:00Z'), (asked) => {
      const refund = refundOf(asked);
      seen.add('because' in refund ? refund.because : refund.rule.replace(/:.*/, ''));
      assert.deepEqual('because' in refund ? refund.because : refund.seats.map(({ fee }) => fee), feesByHand(asked));
    }),
    dice(1_500),
  );
  assert.deepEqual(seen, new Set(['STARTED', 'CLOSED', 'POLICY', 'days', 'purchase', 'moved']));
});

test('a fee and a refund are the price, of each seat and of all, and each seat is reckoned by itself', () => {
  fc.assert(
    fc.property(askedSince('2020-01-01T00:00:00Z'), (asked) => {
      const all = refundOf(asked);
      if ('because' in all) return;
      for (const [index, seat] of all.seats.entries()) {
        assert.deepEqual([seat.number, seat.price], Object.values(asked.seats[index] ?? {}));
        assert.equal(seat.fee + seat.refund, seat.price);
        assert(seat.fee >= 0 && seat.refund >= 0 && Number.isSafeInteger(seat.fee), String(seat.fee));
        const alone = refundOf({ ...asked, seats: asked.seats.slice(index, index + 1) });
        assert.deepEqual(alone, { seats: [seat], fee: seat.fee, refund: seat.refund, rule: all.rule });
      }
      assert.equal(
        all.fee,
        all.seats.reduce((sum, { fee }) => sum + fee, 0),
      );
      assert.equal(
        all.refund,
        all.seats.reduce((sum, { refund }) => sum + refund, 0),
      );
    }),
    dice(300),
  );
});

test('percents of any price are whole and rounded down, where floating point would not be', () => {
  assert.equal(percentOf(Number.MAX_SAFE_INTEGER, 100), Number.MAX_SAFE_INTEGER);
  assert.equal(percentOf(Number.MAX_SAFE_INTEGER, 99), 8_917_127_262_193_581);
  fc.assert(
    fc.property(prices, fc.integer({ min: 0, max: 100 }), (price, percent) => {
      assert.equal(percentOf(price, percent), percentByHand(price, percent));
    }),
    dice(1_000),
  );
});

test('under a preset, waiting never makes cancelling cheaper', () => {
  const presets = fc.constantFrom<RefundPolicy>({ preset: 'kftc' }, { preset: 'platform' });
  fc.assert(
    fc.property(askedSince('2020-01-01T00:00:00Z'), presets, fc.nat(20 * day_ms), (asked, refundPolicy, wait) => {
      const unmoved = { ...asked, movedAt: null, terms: { ...asked.terms, refundPolicy } };
      const [sooner, later] = [refundOf(unmoved), refundOf({ ...unmoved, now: new Date(asked.now.getTime() + wait) })];
      if ('because' in sooner) assert('because' in later);
      else assert('because' in later || later.fee >= sooner.fee);
    }),
    dice(300),
  );
});
