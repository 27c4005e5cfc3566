/**
 * The page of the sandbox, as the window of a payment gateway: what is paid, one button to pay, and under it a button for
 * each thing that may go wrong. Forms alone, so it works without a script and by keyboard.
 */
import type { Language } from '../../platform/language.ts';
import { account_number, cancelledOf, type Row } from './payments.ts';
import { canCancel, canUndoDeposit, succeeded } from './pressing.ts';
import { nameOf, words, type Said, type Words } from './words.ts';

const entities: Readonly<Record<string, string>> = { '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;' };

function escaped(text: string): string {
  return text.replaceAll(/[&<>"]/g, (character) => entities[character] ?? '');
}

export interface Reader {
  readonly language: Language;
  /** Where the styles are that bring the font; undefined: the device's own. */
  readonly font: string | undefined;
}

/** `did` is what the last button was, for saying so. */
export function checkoutPage(reader: Reader, row: Row, did: string | undefined): string {
  const { language } = reader;
  const said = words[language];
  const price = priceOf(language, row);
  return frame(
    reader,
    said.title,
    `${told(said, did)}
<h1><span class="quiet">${said.amount}</span> <strong class="price">${price}</strong> <span class="name">${escaped(row.orderName)}</span></h1>
${facts(language, row)}
<form method="post">
${mainActions(said, row, price)}
${misfortunes(said, row)}
</form>`,
  );
}

/** For a link that leads nowhere, whoever's it is. */
export function nowherePage(reader: Reader): string {
  const said = words[reader.language];
  return frame(
    reader,
    said.nowhere,
    `<h1 class="plain">${said.nowhere}</h1>
<p>${said.nowhereText}</p>
<p><a class="button" href="/">${said.back}</a></p>`,
  );
}

function frame({ language, font }: Reader, title: string, body: string): string {
  const [said, other] = [words[language], language === 'ko' ? 'en' : 'ko'] as const;
  return `<!doctype html>
<html lang="${language}">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="robots" content="noindex">
<title>${title} · ${said.brand}</title>
<meta name="theme-color" content="#eef1f6" media="(prefers-color-scheme: light)">
<meta name="theme-color" content="#0b0d12" media="(prefers-color-scheme: dark)">
<link rel="icon" href="/seal.svg" type="image/svg+xml">
${font === undefined ? '' : `<link rel="stylesheet" href="${font}">`}
<link rel="stylesheet" href="/sandbox/checkout.css">
</head>
<body>
<div class="window">
<header>
<div class="bar">
<p class="brand"><span class="sign" aria-hidden="true">S</span>${said.brand}</p>
<nav aria-label="${said.language}"><a href="?lang=${other}" lang="${other}" hreflang="${other}">${other === 'ko' ? '한국어' : 'English'}</a></nav>
</div>
<p class="simulated"><strong>${said.simulated}</strong> <span lang="${other}">${words[other].simulated}</span></p>
</header>
<main>
${body}
</main>
<footer>${said.about}</footer>
</div>
</body>
</html>
`;
}

function told(said: Words, did: string | undefined): string {
  if (did === undefined) return '';
  const name = nameOf(said, did);
  return `<p class="told" role="status">${name === undefined ? said.nothingDone : said.done(name)}</p>`;
}

function priceOf(language: Language, { amount, currency }: Pick<Row, 'amount' | 'currency'>): string {
  // As the shop's own pages and Korean windows say it; the language's format has the sign in front.
  if (language === 'ko' && currency === 'KRW') return `${new Intl.NumberFormat(language).format(amount)}원`;
  return new Intl.NumberFormat(language, { style: 'currency', currency, maximumFractionDigits: 0 }).format(amount);
}

function facts(language: Language, row: Row): string {
  const said = words[language];
  const { currency, method, status } = row;
  const cancelled = cancelledOf(row);
  const isWaiting = method === 'VIRTUAL_ACCOUNT' && status === 'WAITING_FOR_DEPOSIT';
  const all: readonly (readonly [string, string])[] = [
    [said.state, said.states[status]],
    ...(isWaiting ? [[said.account, account_number] as const] : []),
    ...(cancelled > 0 ? [[said.cancelled, priceOf(language, { amount: cancelled, currency })] as const] : []),
    [said.order, `<code>${escaped(row.orderId)}</code>`],
  ];
  return `<dl>${all.map(([name, value]) => `<div><dt>${name}</dt><dd>${value}</dd></div>`).join('')}</dl>`;
}

function mainActions(said: Words, row: Row, price: string): string {
  const { status, takesDeposits } = row;
  if (status === 'READY') {
    return `<p class="actions"><button class="pay" name="action" value="pay">${said.pay(price)}</button></p>
${takesDeposits ? choice('account', said.byAccount) : ''}
<p class="actions"><button class="leave" name="action" value="leave">${said.leave}</button></p>`;
  }
  const isOver = status === 'ABORTED' || status === 'EXPIRED';
  const back = escaped(succeeded(row));
  if (status === 'WAITING_FOR_DEPOSIT') {
    const [name, does] = said.happenings.deposit;
    return `<p class="quiet">${does}</p>
<p class="actions"><button class="pay" name="action" value="deposit">${name}</button></p>
<p class="actions"><a class="leave" href="${back}">${said.back}</a></p>`;
  }
  return isOver
    ? `<p>${said.over}</p>
<p class="actions"><button class="leave" name="action" value="leave">${said.back}</button></p>`
    : `<p class="actions"><a class="button" href="${back}">${said.back}</a></p>`;
}

function misfortunes(said: Words, row: Row): string {
  const { status } = row;
  if (status === 'READY' || status === 'IN_PROGRESS') return beforePaying(said, status === 'READY');
  if (status === 'ABORTED' || status === 'EXPIRED') return '';
  const { 'undo-deposit': undo, 'cancel-half': half, 'cancel-rest': all } = said.happenings;
  return `<section>
<h2>${said.later}</h2>
${canUndoDeposit(row) ? choice('undo-deposit', undo) : ''}
${canCancel(row) ? choice('cancel-half', half) + choice('cancel-rest', all) : ''}
<h3>${said.notices}</h3>
${choices(said.tellings)}
</section>`;
}

function beforePaying(said: Words, isFirst: boolean): string {
  const { 'pay-stay': stay, 'pay-refused': refused, 'pay-slow': slow, 'pay-lost': lost, ...notices } = said.agreements;
  return `<section>
<h2>${said.wrong}</h2>
<p class="quiet">${said.wrongText}</p>
<h3>${said.atWindow}</h3>
${choice('refuse', said.refuse)}
${isFirst ? choice('pay-stay', stay) : ''}
<h3>${said.atConfirmation}</h3>
${choices({ 'pay-refused': refused, 'pay-slow': slow, 'pay-lost': lost })}
<h3>${said.atNotices}</h3>
${choices(notices)}
</section>`;
}

function choices(all: Readonly<Record<string, Said>>): string {
  return Object.entries(all)
    .map(([action, one]) => choice(action, one))
    .join('\n');
}

function choice(action: string, [name, does]: Said): string {
  return `<button class="choice" name="action" value="${action}"><strong>${name}</strong> <span>${does}</span></button>`;
}
