/** A part of a page with a name, set off by a hairline. */
import type { ComponentChildren } from 'preact';
import { useId } from 'preact/hooks';

export interface PanelProps {
  readonly title: string;
  readonly children: ComponentChildren;
  /** At the right of the title. */
  readonly aside?: ComponentChildren;
  readonly kind?: 'plain' | 'alarm';
}

export function Panel({ title, children, aside, kind = 'plain' }: PanelProps) {
  const id = useId();
  return (
    <section class={`panel ${kind}`} aria-labelledby={id}>
      <header>
        <h2 id={id}>{title}</h2>
        {aside !== undefined && <div class="small quiet">{aside}</div>}
      </header>
      {children}
    </section>
  );
}
