/** What all pages of the server have around them. Everything comes from this host; nothing runs in the page. */
import type { Language } from '../platform/language.ts';

const other: Record<Language, { readonly language: Language; readonly name: string; readonly label: string }> = {
  en: { language: 'ko', name: '한국어', label: 'Language' },
  ko: { language: 'en', name: 'English', label: '언어' },
};

/** A whole page. `body` is markup; `title` and `description` are text. */
export function frame(
  language: Language,
  { title, description, body }: Readonly<Record<'title' | 'description' | 'body', string>>,
): string {
  const switchTo = other[language];
  return `<!doctype html>
<html lang="${language}">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>${escaped(title)}</title>
<meta name="description" content="${escaped(description)}">
<meta name="theme-color" content="#faf7f2" media="(prefers-color-scheme: light)">
<meta name="theme-color" content="#0e0d0c" media="(prefers-color-scheme: dark)">
<link rel="icon" href="/seal.svg" type="image/svg+xml">
<link rel="stylesheet" href="/site.css">
</head>
<body>
<div class="page">
<header><nav class="language" aria-label="${switchTo.label}"><a href="?lang=${switchTo.language}" lang="${switchTo.language}" hreflang="${switchTo.language}">${switchTo.name}</a></nav></header>
${body}
</div>
</body>
</html>
`;
}

const entities: Readonly<Record<string, string>> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  "'": '&#39;',
};

/** Text as it may stand in markup and in attributes. */
export function escaped(text: string): string {
  return text.replaceAll(/[&<>"']/g, (character) => entities[character] ?? '');
}
