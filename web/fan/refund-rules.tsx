/** How refunds go for what is paid now, in the sentences of the box office. */
import { joinedPercents } from '../words/language.ts';
import { say } from '../words/words.ts';
import './refund-rules.css';

const words = {
  ko: { title: '취소와 환불', open: '취소·환불 규정 보기' },
  en: { title: 'Cancelling and refunds', open: 'Cancelling and refunds: the rules' },
};

interface RulesProps {
  readonly rules: readonly string[];
}

function List({ rules }: RulesProps) {
  return (
    <ul class="refund-rules">
      {rules.map((rule) => (
        <li key={rule}>{joinedPercents(rule)}</li>
      ))}
    </ul>
  );
}

/** With their heading; nothing where nothing is told. */
export function Rules({ rules }: RulesProps) {
  if (rules.length === 0) return undefined;
  return (
    <section>
      <h2>{say(words).title}</h2>
      <List rules={rules} />
    </section>
  );
}

/** Where something else is to be done, and they are at hand. */
export function RulesToOpen({ rules }: RulesProps) {
  if (rules.length === 0) return undefined;
  return (
    <details class="rules-to-open">
      <summary>{say(words).open}</summary>
      <List rules={rules} />
    </details>
  );
}
