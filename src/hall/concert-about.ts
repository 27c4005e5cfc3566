/** What is said of a concert where its page is not opened: its title, a sentence, its picture, and the same for programs. */
import { dateSpan } from '../../web/words/dates.ts';
import { money, titleIn } from '../../web/words/language.ts';
import type { Concert, Performance } from '../catalog/catalog.ts';
import type { PageAbout } from '../pages/head.ts';
import { pictureVersion, type PictureTexts } from '../pages/picture.ts';
import type { Language } from '../platform/language.ts';

/** Of a run of many dates a search engine is told the first ones. */
const dates_told_max = 20;

/** The language in which the concert's own title begins: for a reader who asks for none, as messengers do. */
export function languageOfTitle(title: string): Language {
  return /[가-힣]/.test(title) ? 'ko' : 'en';
}

const whenOf = (language: Language, { firstStartsAt, lastStartsAt }: Concert): string =>
  dateSpan(language, firstStartsAt, lastStartsAt);

const from: Readonly<Record<Language, (price: string) => string>> = {
  ko: (price) => `${price}부터`,
  en: (price) => `from ${price}`,
};

export function pictureTexts(language: Language, concert: Concert): PictureTexts {
  const [title, second = ''] = titleIn(language, concert.title);
  return { over: concert.artist, title, second, when: whenOf(language, concert), where: concert.venue };
}

/** Of the first page: what this is. */
export function homeTexts(language: Language): PictureTexts {
  const said: Readonly<Record<Language, PictureTexts>> = {
    ko: {
      over: '매진 Maejin',
      title: '모두가 한꺼번에 와도, 순서대로.',
      second: '',
      when: '공정한 대기열',
      where: '두 번 팔리지 않는 좌석',
    },
    en: {
      over: 'Maejin 매진',
      title: 'Everybody at once, one after another.',
      second: '',
      when: 'A fair line',
      where: 'and seats that are never sold twice',
    },
  };
  return said[language];
}

export function homePicturePath(language: Language): string {
  return `/picture-${language}.png?v=${pictureVersion}`;
}

/** Where the picture is: the same address for as long as the drawing is the same, and what it says. */
function picturePath(language: Language, { id, firstStartsAt, lastStartsAt }: Concert): string {
  const dates = [firstStartsAt, lastStartsAt].map((at) => (Date.parse(at) / 1_000).toString(36)).join('-');
  return `/concerts/${id}/picture-${language}.png?v=${pictureVersion}-${dates}`;
}

/** `origin` is where the fans find this service, without a slash at its end. */
export function aboutConcert(
  { language, origin }: { readonly language: Language; readonly origin: string },
  concert: Concert,
  performances: readonly Performance[],
): PageAbout {
  const [title] = titleIn(language, concert.title);
  const when = whenOf(language, concert);
  const description = [when, concert.venue, concert.artist, from[language](money(language, concert.priceFrom))].join(
    ' · ',
  );
  const address = `${origin}/concerts/${concert.id}`;
  const image = {
    address: `${origin}${picturePath(language, concert)}`,
    alt: [title, concert.artist, when, concert.venue].join(', '),
  };
  const events = performances
    .slice(0, dates_told_max)
    .map((performance) => eventOf({ title, address, image: image.address }, concert, performance));
  return { language, title: `${title} · Maejin`, description, address, image, data: events };
}

/** As https://schema.org/MusicEvent has it. */
function eventOf(
  about: { readonly title: string; readonly address: string; readonly image: string },
  { artist, venue, currency }: Concert,
  { startsAt, status, movedFrom, sections }: Performance,
): object {
  const prices = sections.map(({ price }) => price);
  return {
    '@context': 'https://schema.org',
    '@type': 'MusicEvent',
    name: about.title,
    startDate: startsAt,
    ...(movedFrom === null ? {} : { previousStartDate: movedFrom }),
    eventStatus: `https://schema.org/${eventStatusOf(status, movedFrom)}`,
    eventAttendanceMode: 'https://schema.org/OfflineEventAttendanceMode',
    url: about.address,
    image: [about.image],
    performer: { '@type': 'PerformingGroup', name: artist },
    location: { '@type': 'Place', name: venue, address: venue },
    offers: {
      '@type': 'AggregateOffer',
      url: about.address,
      priceCurrency: currency,
      lowPrice: Math.min(...prices),
      highPrice: Math.max(...prices),
    },
  };
}

function eventStatusOf(status: Performance['status'], movedFrom: string | null): string {
  if (status === 'CANCELLED') return 'EventCancelled';
  return movedFrom === null ? 'EventScheduled' : 'EventRescheduled';
}
