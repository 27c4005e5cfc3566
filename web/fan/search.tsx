/** The search of the programme. What is searched for stands in the address, so that it can be shared and reopened. */
import { useEffect, useRef } from 'preact/hooks';
import { Button, ButtonLink } from '../ui/button.tsx';
import { Notice } from '../ui/notice.tsx';
import { say } from '../words/words.ts';
import { go, useQueryAt } from './router.ts';
import './search.css';

const words = {
  ko: {
    label: '제목, 아티스트, 장소',
    find: '검색',
    title: (q: string) => `‘${q}’ 검색 결과`,
    found: (count: number) => `공연 ${count}개를 찾았어요.`,
    foundMany: (count: number) => `공연을 ${count}개 넘게 찾았어요.`,
    none: '찾는 공연이 없어요',
    noneText: '글자를 줄이거나 다른 말로 검색해 보세요. 지난 공연은 나오지 않아요.',
    all: '모든 공연 보기',
  },
  en: {
    label: 'Title, artist or venue',
    find: 'Search',
    title: (q: string) => `Concerts for “${q}”`,
    found: (count: number) => (count === 1 ? 'One concert found.' : `${count} concerts found.`),
    foundMany: (count: number) => `More than ${count} concerts found.`,
    none: 'No concerts found',
    noneText: 'Try fewer letters or other words. Past concerts are not shown.',
    all: 'See all concerts',
  },
};

const q_chars_max = 100;

/** What the address asks for; empty for the whole programme. */
export function searchedFor(): string {
  const q = useQueryAt('/').get('q') ?? '';
  return q.trim().slice(0, q_chars_max);
}

export const searchTitle = (q: string): string => say(words).title(q);

export function Search({ q }: { readonly q: string }) {
  const said = say(words);
  const input = useRef<HTMLInputElement>(null);
  useEffect(() => {
    // By a link, or by the browser's way back.
    if (input.current !== null && input.current.value.trim() !== q) input.current.value = q;
  }, [q]);
  const find = (): void => {
    const wanted = input.current?.value.trim() ?? '';
    if (wanted !== q) go(wanted === '' ? '/' : `/?q=${encodeURIComponent(wanted)}`);
  };
  return (
    <form
      class="search"
      role="search"
      action="/"
      onSubmit={(event) => {
        event.preventDefault();
        find();
      }}
    >
      <input
        ref={input}
        type="search"
        name="q"
        defaultValue={q}
        maxLength={q_chars_max}
        aria-label={said.label}
        placeholder={said.label}
        enterkeyhint="search"
        autocomplete="off"
        onInput={({ currentTarget }) => {
          // The cross of the field, or an emptied field, is the way back to everything.
          if (currentTarget.value === '') find();
        }}
      />
      <Button type="submit" kind="plain">
        {said.find}
      </Button>
    </form>
  );
}

export function Found({ count, isAll }: { readonly count: number; readonly isAll: boolean }) {
  const said = say(words);
  return (
    <p class="quiet found" role="status">
      {isAll ? said.found(count) : said.foundMany(count)}
    </p>
  );
}

export function NothingFound() {
  const said = say(words);
  const all = (
    <ButtonLink href="/" kind="plain" size="small">
      {said.all}
    </ButtonLink>
  );
  return (
    <Notice kind="calm" title={said.none} actions={all}>
      <p class="quiet">{said.noneText}</p>
    </Notice>
  );
}
