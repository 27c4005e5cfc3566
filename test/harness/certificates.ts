/** Certificates (X.509, DER) made for a test and thrown away with it: no private key lies in the repository. */
import { type KeyObject, generateKeyPairSync, randomBytes, sign } from 'node:crypto';
import { isIPv4 } from 'node:net';

/** Both as PEM. */
export interface Certified {
  readonly certificate: string;
  readonly key: string;
}

export interface Authority extends Certified {
  /** For these host names and IPv4 addresses; with none, its common name is all that says for whom it is. */
  sign(commonName: string, names: readonly string[]): Certified;
}

export function makeAuthority(commonName: string): Authority {
  const keys = makeKeys();
  const issue = (subject: string, publicKey: KeyObject, extensions: readonly Buffer[]): string => {
    const body = sequence(
      tagged(0xa0, tagged(0x02, Buffer.from([2]))),
      tagged(0x02, Buffer.concat([Buffer.from([1]), randomBytes(15)])),
      ecdsa_with_sha256,
      nameOf(commonName),
      sequence(timeOf(-1), timeOf(1)),
      nameOf(subject),
      publicKey.export({ type: 'spki', format: 'der' }),
      ...(extensions.length === 0 ? [] : [tagged(0xa3, sequence(...extensions))]),
    );
    return pem(sequence(body, ecdsa_with_sha256, bits(sign('sha256', body, keys.privateKey))));
  };
  return {
    certificate: issue(commonName, keys.publicKey, [basic_constraints_of_an_authority]),
    key: keyOf(keys.privateKey),
    sign: (subject, names) => {
      const own = makeKeys();
      const extensions = names.length === 0 ? [] : [alternativeNames(names)];
      return { certificate: issue(subject, own.publicKey, extensions), key: keyOf(own.privateKey) };
    },
  };
}

function makeKeys(): { publicKey: KeyObject; privateKey: KeyObject } {
  return generateKeyPairSync('ec', { namedCurve: 'P-256' });
}

function keyOf(privateKey: KeyObject): string {
  return privateKey.export({ type: 'pkcs8', format: 'pem' }).toString();
}

function tagged(tag: number, ...content: readonly Buffer[]): Buffer {
  const body = Buffer.concat(content);
  const { length } = body;
  const size = length < 128 ? [length] : length < 256 ? [0x81, length] : [0x82, length >> 8, length & 0xff];
  return Buffer.concat([Buffer.from([tag, ...size]), body]);
}

function sequence(...content: readonly Buffer[]): Buffer {
  return tagged(0x30, ...content);
}

function bits(content: Buffer): Buffer {
  return tagged(0x03, Buffer.from([0]), content);
}

const identifier = (hex: string): Buffer => tagged(0x06, Buffer.from(hex, 'hex'));
const ecdsa_with_sha256 = sequence(identifier('2a8648ce3d040302'));
const yes = tagged(0x01, Buffer.from([0xff]));
const basic_constraints_of_an_authority = sequence(identifier('551d13'), yes, tagged(0x04, sequence(yes)));

function alternativeNames(names: readonly string[]): Buffer {
  const entries = names.map((name) =>
    isIPv4(name) ? tagged(0x87, Buffer.from(name.split('.').map(Number))) : tagged(0x82, Buffer.from(name)),
  );
  return sequence(identifier('551d11'), tagged(0x04, sequence(...entries)));
}

function nameOf(commonName: string): Buffer {
  return sequence(tagged(0x31, sequence(identifier('550403'), tagged(0x0c, Buffer.from(commonName)))));
}

function timeOf(days: number): Buffer {
  const digits = new Date(Date.now() + days * 86_400_000).toISOString().replaceAll(/\D/g, '').slice(2, 14);
  return tagged(0x17, Buffer.from(`${digits}Z`));
}

function pem(der: Buffer): string {
  const lines = der.toString('base64').match(/.{1,64}/g) ?? [];
  return `-----BEGIN CERTIFICATE-----\n${lines.join('\n')}\n-----END CERTIFICATE-----\n`;
}
