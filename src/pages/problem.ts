/** The page behind a problem's `type`: what happened, what it means, what the answer looks like. */
import type { Language } from '../platform/language.ts';
import { escaped, frame } from './frame.ts';

interface Problem {
  readonly code: string;
  readonly status: number;
  readonly title: Readonly<Record<Language, string>>;
  readonly detail: Readonly<Record<Language, string>>;
  /** The members that an answer of this code has besides those which all have. */
  readonly fields: readonly string[];
}

const words = {
  en: {
    code: 'Code',
    status: 'Status',
    fields: 'Extra fields',
    none: 'none',
    home: 'Maejin',
    reference: 'API reference',
  },
  ko: { code: '코드', status: '상태', fields: '추가 항목', none: '없음', home: '매진', reference: 'API 문서' },
} as const satisfies Record<Language, object>;

export function problemPage(language: Language, { code, status, title, detail, fields }: Problem): string {
  const said = words[language];
  const names = fields.map((name) => `<code>${escaped(name)}</code>`).join(', ');
  const body = `<main>
<div class="hero">
<h1>${escaped(title[language])}</h1>
<p class="lead">${escaped(detail[language])}</p>
</div>
<dl class="fields">
<div><dt>${said.code}</dt><dd><code>${escaped(code)}</code></dd></div>
<div><dt>${said.status}</dt><dd>${status}</dd></div>
<div><dt>${said.fields}</dt><dd>${names === '' ? said.none : names}</dd></div>
</dl>
</main>
<footer><a href="/">${said.home}</a> · <a href="/docs">${said.reference}</a></footer>`;
  return frame(language, { title: `${title[language]} · Maejin`, description: detail[language], body });
}
