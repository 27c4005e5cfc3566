/** What the colours and marks of the map mean, with the price of each grade. */
import { money, say } from '../words/words.ts';
import type { Hall } from './hall.ts';
import { gradeIndex } from './list.tsx';
import { lettersOf } from './map/letters.ts';

const words = {
  ko: { legend: '좌석 표시 안내', held: '다른 분이 선점', sold: '판매 완료', own: '내가 선택한 좌석', from: '부터' },
  en: { legend: 'Key to the map', held: 'Held by others', sold: 'Sold', own: 'Chosen by you', from: 'from ' },
};

export function Legend({ hall }: { readonly hall: Hall }) {
  const said = say(words);
  const grades = [...Map.groupBy(hall.sections, ({ grade }) => grade)];
  const letters = lettersOf(grades.map(([grade]) => grade));
  return (
    <ul class="legend" aria-label={said.legend}>
      {grades.map(([grade, sections], index) => (
        <li key={grade} class="of-grade">
          <i
            class="mark"
            data-grade={gradeIndex(hall.sections, grade)}
            data-letter={grades.length > 1 ? letters[index] : ''}
            aria-hidden="true"
          />
          {grade} <b>{price(sections.map((section) => section.price))}</b>
        </li>
      ))}
      <li>
        <i class="mark held" aria-hidden="true" />
        {said.held}
      </li>
      <li>
        <i class="mark sold" aria-hidden="true" />
        {said.sold}
      </li>
      <li>
        <i class="mark yours" data-letter="✓" aria-hidden="true" />
        {said.own}
      </li>
    </ul>
  );
}

/** One price, or where the prices of a grade begin. */
function price(prices: readonly number[]): string {
  const lowest = Math.min(...prices);
  if (prices.every((one) => one === lowest)) return money(lowest);
  const { from } = say(words);
  return from.endsWith(' ') ? from + money(lowest) : money(lowest) + from;
}
