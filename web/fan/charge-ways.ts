/** How a wallet can be filled here: by which gateways, within which amounts, and whether for the asking too. */
import { effect, signal } from '@preact/signals';
import { ask, type Reply } from '../client/client.ts';
import { language } from '../words/words.ts';
import type { Language } from '../words/language.ts';

export type ChargeWays = Reply<'listChargeMethods'>;
export type ChargeMethod = ChargeWays['methods'][number];

/** Their names come in the reader's language. */
const known = signal<{ readonly language: Language; readonly ways: ChargeWays } | undefined>(undefined);

/** Those that are shown; undefined where they could not be had. Read it inside a component. */
export function chargeWays(): ChargeWays | undefined {
  return known.value?.ways;
}

/** Asks for them. Never rejects: whoever has enough money needs none of them. */
export async function askChargeWays(): Promise<void> {
  const spoken = language.peek();
  try {
    known.value = { language: spoken, ways: await ask('listChargeMethods', {}) };
  } catch {
    // What was known stays; where nothing was, the form says so and offers to ask again.
  }
}

effect(() => {
  const spoken = language.value;
  if (known.peek() !== undefined && known.peek()?.language !== spoken) void askChargeWays();
});
