/** One word, one meaning, in all that people read: what the table of words in CONTRIBUTING.md replaces is found here. */
import type { Source } from './house-rules.ts';

interface Rule {
  readonly what: string;
  readonly pattern: RegExp;
  readonly isOf: (words: string) => boolean;
}

const isKorean = (words: string): boolean => /[가-힣]/.test(words);
/** A capital first, or several words: all else of a program's texts in ASCII is names, paths and keys. */
const isEnglish = (words: string): boolean => !isKorean(words) && /^[A-Z][a-z]+$|[A-Za-z,]\s[A-Za-z$]/.test(words);
const isSaid = (words: string): boolean => isKorean(words) || isEnglish(words);

const rules: readonly Rule[] = [
  { what: 'a hold is 선점', pattern: /(?<![가-힣])잡(?:아|은|힌|혀|는|기|을|았|고)|결제 중인 좌석/, isOf: isKorean },
  { what: 'to release is 선택 취소', pattern: /놓(?:기|아|았|은|을)/, isOf: isKorean },
  { what: 'a reservation is 예매', pattern: /예약/, isOf: isKorean },
  { what: 'a place in line is 대기 순서', pattern: /순번|자리/, isOf: isKorean },
  {
    what: 'the line is 대기열, to join it 대기 시작',
    pattern: /(?<![가-힣]|번 )줄(?:의|을 서|을 설| 서|에서|에 서)/,
    isOf: isKorean,
  },
  { what: 'see the table of words', pattern: /(?<!의 )정원|감사|조종|판매됨/, isOf: isKorean },
  {
    what: 'a particle after what may end in any sound',
    pattern: /\}(?:이에요|예요|이|가|을|를|은|는|과|와|으로|로)(?=[\s.,]|$)/,
    isOf: isKorean,
  },
  // CHARGE is the name of a kind of entry.
  { what: 'to top up is never to charge', pattern: /(?<![/.])\b[Cc]harge[ds]?\b/, isOf: isEnglish },
  { what: 'to withdraw is 출금', pattern: /인출|송금|환급/, isOf: isKorean },
  { what: 'to withdraw', pattern: /\bcash(?:es|ed|ing)? out\b|\bpay-?outs?\b/i, isOf: isEnglish },
  { what: 'what cancelling costs is 취소 수수료', pattern: /위약금|페널티|공제액/, isOf: isKorean },
  { what: 'beside a refund there is a 보상금', pattern: /보상(?!금)|배상|위로금/, isOf: isKorean },
  { what: 'one stands by for 취소표', pattern: /취켓|취소 좌석 대기|웨이팅/, isOf: isKorean },
  {
    what: 'a date is called off, and moved',
    pattern: /\b(?:show|date|concert)s? (?:is|was|has been|are|were) cancelled\b|\bpostponed\b/i,
    isOf: isEnglish,
  },
  { what: 'a cancellation fee', pattern: /\bpenalt(?:y|ies)\b|\bcancellation charge/i, isOf: isEnglish },
  { what: 'to stand by', pattern: /\bwait-?list|\bstand-?by list\b/i, isOf: isEnglish },
  { what: 'play money is 데모 머니', pattern: /(?:가상|연습|모의|가짜)\s?(?:머니|돈)/, isOf: isKorean },
  { what: 'play money', pattern: /\b(?:fake|demo|test|pretend) money\b/i, isOf: isEnglish },
  {
    what: 'a hold expires, is held, is released',
    pattern: /\bran out\b|\bbeing paid\b|\bgiven back\b/i,
    isOf: isEnglish,
  },
  { what: 'to join the line', pattern: /\btake a (?:new )?place\b/i, isOf: isEnglish },
  { what: 'see the table of words', pattern: /\bsteer\b|^Audit$|\bcome nearer\b|is missing\./i, isOf: isEnglish },
  { what: 'calm', pattern: /[a-z가-힣][!！](?:\s|$)/, isOf: isSaid },
];

/** Said to operators and developers, never to fans. */
const jargon: readonly Rule[] = [
  { what: 'jargon', pattern: /토큰|세션|서버|게이트웨이|PG사/, isOf: isKorean },
  { what: 'jargon', pattern: /\b(?:token|session|server|gateway)s?\b/i, isOf: isEnglish },
];

const fans = /^web\/(?:fan|place|seats|ui|wait|words)\//;

/** The texts of a file as they stand in it, without its comments. */
function textsOf({ text }: Source): string[] {
  const code = text.replaceAll(/\/\*[\s\S]*?\*\/|^\s*\/\/.*$|\s\/\/ .*$/gm, '');
  return [...code.matchAll(/'((?:[^'\\\n]|\\.)*)'|`((?:[^`\\]|\\.)*)`/g)].map(
    ([, plain, filled]) => plain ?? filled ?? '',
  );
}

export function wordsBesideTheTable(sources: readonly Source[]): string[] {
  return sources.flatMap((source) => {
    const asked = fans.test(source.path) ? [...rules, ...jargon] : rules;
    return textsOf(source).flatMap((words) =>
      asked
        .filter(({ isOf, pattern }) => isOf(words) && pattern.test(words))
        .map(({ what }) => `${source.path}: “${words}” (${what})`),
    );
  });
}
