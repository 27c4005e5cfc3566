/** The hall as its sections make it, drawn while they are written: the stage above, sections in their order below. */
import { money, number, say } from '../../words/words.ts';
import { gradesOf, hallOf, type PlannedSection } from './hall-shape.ts';

const words = {
  ko: {
    stage: '무대',
    empty: '구역을 적으면 여기에 좌석 배치가 그려져요.',
    label: (sections: number, seats: string) => `좌석 배치 미리보기: 구역 ${sections}개, ${seats}석`,
    seats: (count: string) => `${count}석`,
  },
  en: {
    stage: 'Stage',
    empty: 'The hall is drawn here as you write its sections.',
    label: (sections: number, seats: string) => `Preview of the hall: ${sections} sections, ${seats} seats`,
    seats: (count: string) => `${count} seats`,
  },
};

export function PlanPreview({ sections }: { readonly sections: readonly PlannedSection[] }) {
  const said = say(words);
  if (sections.length === 0) return <p class="empty">{said.empty}</p>;
  const { width, height, blocks } = hallOf(sections);
  const grades = gradesOf(sections);
  const seats = sections.reduce((sum, section) => sum + section.rows * section.seatsPerRow, 0);
  return (
    <figure class="plan-preview">
      <svg viewBox={`0 0 ${width} ${height}`} role="img" aria-label={said.label(sections.length, number(seats))}>
        <path class="stage" d={`M${width * 0.2} 1H${width * 0.8}L${width * 0.74} 5H${width * 0.26}Z`} />
        <text class="stage-name" x={width / 2} y="4" font-size="2.4" text-anchor="middle">
          {said.stage}
        </text>
        {blocks.map(({ section, x, y, w, h, path }, index) => (
          <g key={index} data-grade={grades.findIndex(({ grade }) => grade === section.grade) % 6}>
            <rect class="block" x={x} y={y} width={w} height={h} rx="0.6" />
            <path class="lines" d={path} />
            <text
              x={x + w / 2}
              y={y + h / 2}
              font-size={Math.min(4, w / 2.4, h / 1.3)}
              text-anchor="middle"
              dy="0.35em"
            >
              {section.name.slice(0, 8)}
            </text>
          </g>
        ))}
      </svg>
      <figcaption>
        <ul class="plan-legend">
          {grades.map(({ grade, priceMin, priceMax, seatsTotal }, index) => (
            <li key={grade}>
              <span class="swatch" data-grade={index % 6} aria-hidden="true" />
              <strong>{grade}</strong>
              <span>{priceMin === priceMax ? money(priceMin) : `${money(priceMin)} – ${money(priceMax)}`}</span>
              <span class="quiet">{said.seats(number(seatsTotal))}</span>
            </li>
          ))}
        </ul>
      </figcaption>
    </figure>
  );
}
