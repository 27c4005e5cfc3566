/**
 * A refund policy as it is given and kept: one of the presets, or rules of a concert's own. Days are counted by the calendar of
 * the concert's time zone. It is copied into each reservation when that is paid, so nothing here depends on when it is read.
 */
import { refundLimits, type refundPresets } from '../contract.ts';
import type { Fault } from '../refusals.ts';

export interface RefundRule {
  /** Holds to the end of the day that is so many days before the date of the show; 0: to the end of that day itself. */
  readonly untilDaysBefore: number;
  /** Of the price of a seat; whole percents, 0–100. */
  readonly feePercent: number;
}

export interface RefundPolicy {
  readonly preset?: (typeof refundPresets)[number];
  /** Days strictly falling; the first that holds decides, and after the last one nothing can be cancelled. */
  readonly rules?: RefundRule[];
  /** 0 unless said, as the next two. */
  readonly freeHoursAfterPurchase?: number;
  readonly freeUntilDaysBefore?: number;
  readonly closesMinutesBeforeStart?: number;
}

/** What a reservation was paid under. */
export interface RefundTerms {
  readonly refundPolicy: RefundPolicy;
  /** An IANA name. */
  readonly timeZone: string;
}

/** Terms of which some may be left out. */
export type GivenTerms = { readonly [Name in keyof RefundTerms]?: RefundTerms[Name] | undefined };

/** Of what was paid before there were terms, and of a concert that says nothing. */
export const firstTerms: RefundTerms = { refundPolicy: { preset: 'kftc' }, timeZone: 'Asia/Seoul' };

const sentences = {
  either: {
    en: 'must be either a preset or rules of its own',
    ko: '정해진 규정(preset)과 직접 쓴 규정(rules) 중 하나만 있어야 해요',
  },
  falling: { en: 'must be fewer days than in the rule before', ko: '앞 규정보다 날짜가 가까워야 해요' },
  zone: { en: 'must be a time zone such as Asia/Seoul', ko: 'Asia/Seoul 같은 시간대 이름이어야 해요' },
} as const;

/** What the schema of the request cannot say. */
export function faultsInTerms({ refundPolicy, timeZone }: GivenTerms): Fault[] {
  const faults: Fault[] = [];
  if (refundPolicy !== undefined) faults.push(...faultsInPolicy(refundPolicy));
  if (timeZone !== undefined && !isTimeZone(timeZone)) faults.push({ path: 'timeZone', message: sentences.zone });
  return faults;
}

function faultsInPolicy({ preset, rules, ...others }: RefundPolicy): Fault[] {
  if ((preset === undefined) === (rules === undefined) || (preset !== undefined && Object.keys(others).length > 0))
    return [{ path: 'refundPolicy', message: sentences.either }];
  return (rules ?? []).flatMap(({ untilDaysBefore }, index) => {
    const before = rules?.[index - 1]?.untilDaysBefore ?? refundLimits.daysMax + 1;
    const path = `refundPolicy.rules[${index}].untilDaysBefore`;
    return untilDaysBefore < before ? [] : [{ path, message: sentences.falling }];
  });
}

/**
 * Names of today that the programs behind Intl still call by older ones. The names themselves cannot be asked for: whatever
 * resembles one is accepted there, in any case, and so are offsets and abbreviations that are none (`BST` is Dhaka).
 */
const newer_names = [
  ['Africa', 'Asmara'],
  ['America', 'Argentina/Buenos_Aires Argentina/Catamarca Argentina/Cordoba Argentina/Jujuy Argentina/Mendoza'],
  ['America', 'Atikokan Indiana/Indianapolis Kentucky/Louisville Nuuk'],
  ['Asia', 'Ho_Chi_Minh Kathmandu Kolkata Yangon'],
  ['Atlantic', 'Faroe'],
  ['Europe', 'Kyiv'],
  ['Pacific', 'Chuuk Kanton Pohnpei'],
  ['Etc', 'UTC'],
].flatMap(([area = '', places = '']) => places.split(' ').map((place) => `${area}/${place}`));
const timeZones: ReadonlySet<string> = new Set([...Intl.supportedValuesOf('timeZone'), ...newer_names, 'UTC']);

/** An IANA name as it is written. */
function isTimeZone(name: string): boolean {
  return timeZones.has(name);
}
