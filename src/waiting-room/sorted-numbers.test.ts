/** The sorted numbers against a plain set. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import * as fc from 'fast-check';
import { SortedNumbers } from './sorted-numbers.ts';

const number = fc.nat(200);
const step = fc.oneof(
  fc.record({ do: fc.constant('add' as const), numbers: fc.uniqueArray(number, { maxLength: 20 }) }),
  fc.record({ do: fc.constantFrom('delete' as const, 'drop to'), number }),
);

test('whatever is added, deleted and dropped, the numbers are those of a set', () => {
  const property = fc.property(fc.uniqueArray(number), fc.array(step, { maxLength: 40 }), (from, steps) => {
    const sorted = new SortedNumbers(from.toSorted((a, b) => a - b));
    let plain = new Set(from);
    for (const taken of steps) {
      if (taken.do === 'add') {
        const fresh = taken.numbers.filter((one) => !plain.has(one));
        sorted.add(fresh);
        for (const one of fresh) plain.add(one);
      } else if (taken.do === 'delete') {
        sorted.delete(taken.number);
        plain.delete(taken.number);
      } else {
        sorted.dropTo(taken.number);
        plain = plain.difference(new Set(Array.from({ length: taken.number + 1 }, (_, below) => below)));
      }
      assert.equal(sorted.size, plain.size);
      for (let one = 0; one <= 201; one++) {
        assert.equal(sorted.has(one), plain.has(one), `has ${one}`);
        assert.equal(sorted.countBelow(one), [...plain].filter((other) => other < one).length, `below ${one}`);
      }
    }
  });
  fc.assert(property, { numRuns: 300 });
});

test('what it was made from stays as it was', () => {
  const given = Object.freeze([1, 2, 3]);
  const sorted = new SortedNumbers(given);
  sorted.add([0]);
  sorted.delete(2);
  assert.deepEqual([sorted.size, sorted.has(2), given], [3, false, [1, 2, 3]]);
});
