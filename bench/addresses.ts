/** Addresses to come from. Linux answers at all of 127.0.0.0/8; other systems have only the one. */

const per_network = 250;

/** Another address for each number from 0 on, at most 60,000; undefined where there is but one. */
export function loopbackAddress(number: number): string | undefined {
  if (process.platform !== 'linux') return undefined;
  return `127.${1 + Math.floor(number / per_network ** 2)}.${Math.floor(number / per_network) % per_network}.${2 + (number % per_network)}`;
}
