/** Our HMAC says what OpenSSL's says, for every key and text. */
import assert from 'node:assert/strict';
import { createHmac as opensslHmac } from 'node:crypto';
import { test } from 'node:test';
import * as fc from 'fast-check';
import { anyCharacters } from '../../test/harness/properties.ts';
import { createHmac } from './hmac.ts';

const base64url = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_';

test('signs as OpenSSL does, whatever the lengths of key and text, one text after the other', () => {
  fc.assert(
    fc.property(
      fc.uint8Array({ maxLength: 200 }),
      fc.array(anyCharacters({ maxLength: 6_000, size: 'max' }), { minLength: 1, maxLength: 3 }),
      (key, texts) => {
        const hmac = createHmac(key);
        for (const text of texts) {
          const expected = opensslHmac('sha256', key).update(text, 'utf8').digest();
          assert.deepEqual(hmac.sign(text), expected);
          assert.equal(hmac.verify(text, expected.toString('base64url')), true);
        }
      },
    ),
  );
});

test('verifies only the one spelling of the one signature', () => {
  const hmac = createHmac(Buffer.from('a key'));
  const right = hmac.sign('text').toString('base64url');
  for (let place = 0; place < right.length; place++) {
    for (const letter of base64url) {
      const other = right.slice(0, place) + letter + right.slice(place + 1);
      assert.equal(hmac.verify('text', other), other === right, other);
    }
  }
  for (const wrong of ['', right.slice(1), `${right}=`, `${right}A`, 'é'.repeat(43), '\u{1F3AB}'.repeat(43)]) {
    assert.equal(hmac.verify('text', wrong), false, wrong);
  }
  assert.equal(hmac.verify('texts', right), false);
  assert.equal(createHmac(Buffer.from('another key')).verify('text', right), false);
});
