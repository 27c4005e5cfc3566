/** A pause of admission: how it is asked for, and how it is told. */
import { Type } from 'typebox';

/** Why admission is paused, as it is given: one text for everybody, or one for the readers of each language. */
export const Pausing = pausedFor({ format: 'prose', description: 'Kept composed (NFC); every character can be seen' });
/** The same as it is in force, or was seen to be: what came in before a rule is shown and compared all the same. */
export const PauseSeen = pausedFor({ format: 'composed', pattern: '^[^\\u0000]*$' });

function pausedFor({ description, ...kind }: { format: string; pattern?: string; description?: string }) {
  const why = { minLength: 1, maxLength: 500, ...kind };
  return Type.Unsafe<{ reason: string | { ko?: string; en?: string } } | null>({
    type: ['object', 'null'],
    properties: {
      reason: {
        ...why,
        type: ['object', 'string'],
        properties: { ko: { type: 'string', ...why }, en: { type: 'string', ...why } },
        minProperties: 1,
        additionalProperties: false,
        description:
          `For everybody, or \`{ko, en}\`; who reads a language that is left out is told the other. ${description ?? ''}`.trim(),
      },
    },
    required: ['reason'],
    additionalProperties: false,
  });
}

/** The same as it is told. */
export const pause = {
  paused: Type.Unsafe<{ reason: string } | null>({
    type: ['object', 'null'],
    properties: { reason: { type: 'string' } },
    required: ['reason'],
  }),
  pauseReasons: Type.Unsafe<{ ko: string; en: string } | null>({
    type: ['object', 'null'],
    properties: { ko: { type: 'string' }, en: { type: 'string' } },
    required: ['ko', 'en'],
    description: 'What readers of each language are told',
  }),
};
