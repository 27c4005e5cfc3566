/** `DATABASE_URL` as people paste it. */
import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { readDatabaseAddress } from '../src/platform/database-address.ts';

// Nobody's own certificates.
process.env['HOME'] = import.meta.dirname;

const hosts = (url: string): string[] => readDatabaseAddress(url).hosts.map(({ host, port }) => `${host} ${port}`);

describe('an address of a database', () => {
  test('names hosts, ports and sockets as PostgreSQL itself reads them', () => {
    assert.deepEqual(hosts('postgres://u:p@db.example/x'), ['db.example 5432']);
    assert.deepEqual(hosts('postgresql://u@a:1,b:2,[2001:db8::1]:3/x?target_session_attrs=read-write'), [
      'a 1',
      'b 2',
      '2001:db8::1 3',
    ]);
    assert.deepEqual(hosts('postgres://u:p@/x?host=/run/pg'), ['/run/pg 5432']);
    assert.deepEqual(hosts('postgres://u:p@/x?host=/run/pg&port=6432'), ['/run/pg 6432']);
    assert.deepEqual(hosts('postgres://u:p@%2Frun%2Fpg/x'), ['/run/pg 5432']);
    assert.deepEqual(hosts('postgres://u@/x?host=a,b&port=1,2'), ['a 1', 'b 2']);
    assert.deepEqual(hosts('postgres://u@/x?host=a,b&port=7'), ['a 7', 'b 7']);
    assert.deepEqual(hosts('postgres://u@'), ['localhost 5432']);
  });

  test('names who and what, percent-encoded', () => {
    const { user, password, database, options, connectMs, applicationName } = readDatabaseAddress(
      'postgres://me%40here:p%23s%3Fs%25%2F@h/my%20db?options=-c%20geqo%3Doff&connect_timeout=10&application_name=a',
    );
    assert.deepEqual(
      { user, password, database, options, connectMs, applicationName },
      {
        user: 'me@here',
        password: 'p#s?s%/',
        database: 'my db',
        options: '-c geqo=off',
        connectMs: 10_000,
        applicationName: 'a',
      },
    );
    assert.equal(readDatabaseAddress('postgres://u:a:b@h/x').password, 'a:b');
    assert.equal(readDatabaseAddress('postgres://u@h').database, 'u');
    const behind = readDatabaseAddress('postgres://h/x?user=u&password=p%40&dbname=y');
    assert.deepEqual([behind.user, behind.password, behind.database], ['u', 'p@', 'y']);
    assert.equal(readDatabaseAddress('postgres://u:@h/x').password, undefined);
  });

  test('may ask for the host that takes writes, which is found without it too', () => {
    for (const wanted of ['read-write', 'primary', 'any']) {
      assert.deepEqual(hosts(`postgres://u@a,b/x?target_session_attrs=${wanted}`), ['a 5432', 'b 5432']);
    }
  });

  test('may carry what providers write', () => {
    const { channelBinding, tls } = readDatabaseAddress('postgres://u:p@h/x?sslmode=require&channel_binding=require');
    assert.equal(channelBinding, true);
    assert.deepEqual(tls, [{ rejectUnauthorized: false }]);
    assert(!readDatabaseAddress('postgres://u:p@h/x?channel_binding=require').tls.includes('none'));
    for (const more of [
      'gssencmode=disable',
      'keepalives_idle=30',
      'tcp_user_timeout=1',
      'client_encoding=utf8',
      'sslsni=1',
    ]) {
      assert.equal(readDatabaseAddress(`postgres://u:p@h/x?${more}`).database, 'x', more);
    }
  });

  const wrong: readonly (readonly [string, RegExp])[] = [
    ['postgres://u:p#ss@h/db', /"#" .*write it as %23$/],
    ['postgres://u:p?ss@h/db', /"\?" .*write it as %3F$/],
    ['postgres://u:p/ss@h/db', /"\/" .*write it as %2F$/],
    ['postgres://u:p@ss@h/db', /"@" .*write it as %40$/],
    ['postgres://u:p%ss@h/db', /"%" .*write it as %25$/],
    ['postgres://u:pss@h:http/db', /port from 1 to 65535/],
    ['postgres://u:pss@h:0/db', /port from 1 to 65535/],
    ['postgres://u:pss@a,b,c/db?port=1,2', /one port, or one for each host/],
    ['postgres://u:pss@h/db?schema=mine', /"schema", which is not known here/],
    ['postgres://u:pss@h/db?sslmode=full', /sslmode must be disable, allow, prefer/],
    ['postgres://u:pss@h/db?sslmode=verify-ca', /needs sslrootcert=FILE/],
    ['postgres://u:pss@h/db?sslrootcert=/nothing/here.pem', /sslrootcert must name a file that can be read/],
    ['postgres://u:pss@h/db?sslcert=a.pem', /sslcert and sslkey belong together/],
    ['postgres://u:pss@h/db?sslmode=require&sslrootcert=system', /goes with sslmode=verify-full only/],
    ['postgres://u:pss@h/db?sslmode=disable&channel_binding=require', /needs TLS/],
    ['postgres://u:pss@h/db?target_session_attrs=standby', /the service writes/],
    ['postgres://u:pss@h/db?connect_timeout=soon', /whole number of seconds/],
    ['postgres://u:pss@h/db?gssencmode=require', /gssencmode=require/],
    ['postgres://u:pss@h/db?sslmode', /a parameter without a value/],
    ['postgres://u:pss@h/db?passfile=/x', /"passfile", which is not known here/],
    ['postgres://u:pss@h/db?sslmode=require&sslmode=disable', /"sslmode" twice/],
    ['postgres://u:pss@[::1/db', /second bracket/],
  ];
  for (const [url, message] of wrong) {
    test(`${url} is refused in a line that says what to do, and no password`, () => {
      assert.throws(
        () => readDatabaseAddress(url),
        (error: Error) => {
          assert.equal(error.name, 'CannotStart');
          assert.match(error.message, message);
          assert.match(error.message, /^DATABASE_URL/);
          assert(!error.message.includes('ss@') && !error.message.includes('pss'), error.message);
          return true;
        },
      );
    });
  }
});
