/**
 * `sslmode` and the certificates, as PostgreSQL's own programs understand them: `require` encrypts and asks nobody who
 * answers, unless it is told a root certificate; `verify-ca` asks who signed, `verify-full` also for whom.
 */
import { X509Certificate } from 'node:crypto';
import { existsSync, readFileSync } from 'node:fs';
import { isIP } from 'node:net';
import { homedir } from 'node:os';
import path from 'node:path';
import { type ConnectionOptions, type PeerCertificate, rootCertificates } from 'node:tls';
import { CannotStart } from './cannot-start.ts';

/** How one attempt at a connection is secured. */
export type TlsMode = ConnectionOptions | 'none';

type Parameter = (name: string) => string | undefined;

/** One after the other is tried until one is taken. Refuses with `CannotStart`. */
export function tlsOf(parameter: Parameter): readonly TlsMode[] {
  const mode = modeOf(parameter);
  const blind = { ...ownCertificate(parameter), rejectUnauthorized: false };
  const roots = rootsOf(parameter);
  const verified = { ...ownCertificate(parameter), ca: [...(roots ?? rootCertificates)], rejectUnauthorized: true };
  switch (mode) {
    case 'disable':
      return ['none'];
    case 'allow':
      return ['none', blind];
    case 'prefer':
      return [blind, 'none'];
    case 'require':
      return [roots === undefined ? blind : { ...verified, checkServerIdentity: () => undefined }];
    case 'verify-ca':
      if (roots === undefined) throw wrong('sslmode=verify-ca needs sslrootcert=FILE, the certificate of who signs');
      return [{ ...verified, checkServerIdentity: () => undefined }];
    default:
      return [{ ...verified, checkServerIdentity }];
  }
}

const modes = ['disable', 'allow', 'prefer', 'require', 'verify-ca', 'verify-full'] as const;

function modeOf(parameter: Parameter): (typeof modes)[number] {
  const plain: Readonly<Record<string, string>> = { true: 'require', 1: 'require', false: 'disable', 0: 'disable' };
  const given = parameter('sslmode') ?? plain[parameter('ssl') ?? ''];
  const isSystem = parameter('sslrootcert') === 'system';
  const mode = given ?? (isSystem ? 'verify-full' : 'prefer');
  const found = modes.find((known) => known === mode);
  if (found === undefined) throw wrong(`sslmode must be ${modes.join(', ')}`);
  if (isSystem && found !== 'verify-full') throw wrong('sslrootcert=system goes with sslmode=verify-full only');
  if (parameter('sslnegotiation') === 'direct') throw wrong('sslnegotiation=direct is not spoken here: leave it out');
  return found;
}

/** Undefined: none are named. */
function rootsOf(parameter: Parameter): readonly string[] | undefined {
  const named = parameter('sslrootcert');
  if (named === 'system') return undefined;
  const usual = path.join(homedir(), '.postgresql/root.crt');
  if (named === undefined && !existsSync(usual)) return undefined;
  return [fileOf('sslrootcert', named ?? usual)];
}

function ownCertificate(parameter: Parameter): ConnectionOptions {
  const [cert, key] = [parameter('sslcert'), parameter('sslkey')];
  if (cert === undefined && key === undefined) return {};
  if (cert === undefined || key === undefined) throw wrong('sslcert and sslkey belong together');
  const passphrase = parameter('sslpassword');
  return {
    cert: fileOf('sslcert', cert),
    key: fileOf('sslkey', key),
    ...(passphrase === undefined ? {} : { passphrase }),
  };
}

function fileOf(parameter: string, file: string): string {
  try {
    return readFileSync(file, 'utf8');
  } catch {
    throw wrong(`${parameter} must name a file that can be read; ${file} cannot`);
  }
}

/**
 * Is it for this host? The names that it lists, else its common name; a star stands for the first label. An address is
 * looked for among its addresses and its names, and the common name counts only if it lists no address.
 */
export function checkServerIdentity(host: string, { raw }: Pick<PeerCertificate, 'raw'>): Error | undefined {
  const certificate = new X509Certificate(raw);
  if (isIP(host) === 0) {
    const found = certificate.checkHost(host, { subject: 'default', partialWildcards: false });
    return found === undefined ? notFor(host) : undefined;
  }
  const hasAddress = certificate.subjectAltName?.includes('IP Address:') === true;
  const asName = { subject: hasAddress ? 'never' : 'always', wildcards: false } as const;
  const found = certificate.checkIP(host) ?? certificate.checkHost(host, asName);
  return found === undefined ? notFor(host) : undefined;
}

function notFor(host: string): Error {
  return Object.assign(new Error(`the certificate of the database is not for ${host}`), {
    code: 'ERR_TLS_CERT_ALTNAME_INVALID',
  });
}

function wrong(what: string): CannotStart {
  return new CannotStart(`DATABASE_URL: ${what}`);
}
