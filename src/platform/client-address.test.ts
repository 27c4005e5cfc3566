/** Whose address it is, in every dialect of those who say so. */
import assert from 'node:assert/strict';
import type { Socket } from 'node:net';
import { test } from 'node:test';
import { createClientAddresses, networkOf, plainAddress } from './client-address.ts';

const counted = (text: string): string | undefined => {
  const address = plainAddress(text);
  return address === undefined ? undefined : networkOf(address);
};

test('a port, brackets, a zone and the host part of an IPv6 address tell nobody apart', () => {
  assert.equal(counted('203.0.113.6:20001'), '203.0.113.6');
  assert.equal(counted('203.0.113.6:20002'), '203.0.113.6');
  assert.equal(counted('[2001:db8:1:2::5]:443'), '2001:db8:1:2');
  assert.equal(counted('2001:db8:1:2:ffff::9'), '2001:db8:1:2');
  assert.equal(counted('2001:DB8:1:2::'), '2001:db8:1:2');
  assert.notEqual(counted('2001:db8:1:3::5'), counted('2001:db8:1:2::5'));
  assert.equal(counted('fe80::1%eth0'), 'fe80:0:0:0');
  for (const mapped of [
    '::ffff:203.0.113.6',
    '::FFFF:cb00:7106',
    '0:0:0:0:0:ffff:203.0.113.6',
    '[::ffff:203.0.113.6]:9',
  ])
    assert.equal(plainAddress(mapped), '203.0.113.6', mapped);
});

test('what is no address is none', () => {
  for (const text of ['unknown', '_hidden', '', '1.2.3', '1.2.3.4.5:1', '999.1.1.1', '[nothing]', ':::', 'a.example'])
    assert.equal(plainAddress(text), undefined, text);
});

test('those are believed who are trusted, and whoever they name; else the nearest that is known', () => {
  const of = (trusted: string[], peer: string, said?: string): string =>
    createClientAddresses(trusted).of({
      headers: said === undefined ? {} : { 'x-forwarded-for': said },
      socket: { remoteAddress: peer } as Socket,
    });
  assert.equal(of([], '192.0.2.1', '203.0.113.6'), '192.0.2.1');
  assert.equal(of(['loopback'], '::ffff:127.0.0.1', '6.6.6.6, 203.0.113.6:20001'), '203.0.113.6');
  assert.equal(of(['127.0.0.1', '10.0.0.0/8'], '127.0.0.1', '6.6.6.6, 203.0.113.6 , 10.1.2.3:99'), '203.0.113.6');
  assert.equal(of(['::1'], '::1', '[2001:db8:1:2::5]:443'), '2001:db8:1:2::5');
  for (const said of ['unknown', '_hidden', '', ' ', '203.0.113.6, unknown', '203.0.113.6,', undefined])
    assert.equal(of(['loopback'], '127.0.0.1', said), '127.0.0.1', said);
  assert.equal(of(['loopback', '10.0.0.0/8'], '127.0.0.1', 'unknown, 10.1.2.3'), '10.1.2.3');
});
