/**
 * What a gateway answered, field by field. A field that is not what it should be says nothing about the payment, so it is
 * `GatewayUnclear` and never a zero, an empty text or a no.
 */
import { GatewayUnclear } from './terms.ts';

export type Json = Readonly<Record<string, unknown>>;

export function asObject(value: unknown, what: string): Json {
  if (typeof value === 'object' && value !== null && !Array.isArray(value)) return value as Json;
  throw new GatewayUnclear(`${what} is no object`);
}

export function objectOf(json: Json, field: string): Json {
  return asObject(json[field], field);
}

/** A text that is not empty. */
export function textOf(json: Json, field: string): string {
  const value = json[field];
  if (typeof value === 'string' && value !== '') return value;
  throw new GatewayUnclear(`${field} is no text`);
}

/** An amount in whole units: exact, and not below zero. */
export function amountOf(json: Json, field: string): number {
  const value = json[field];
  if (Number.isSafeInteger(value) && (value as number) >= 0) return value as number;
  throw new GatewayUnclear(`${field} is no whole amount`);
}

export function objectsOf(json: Json, field: string): Json[] {
  const value = json[field];
  if (!Array.isArray(value)) throw new GatewayUnclear(`${field} is no list`);
  return value.map((one: unknown) => asObject(one, `one of ${field}`));
}
