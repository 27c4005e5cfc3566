/** The mark: a red seal with 매진 in it, slightly off true, as if stamped by hand. */

/** `label` is read aloud; without it the seal is decoration. */
export function Seal({ size, label }: { size: number; label?: string }) {
  const named =
    label === undefined ? ({ 'aria-hidden': 'true' } as const) : ({ role: 'img', 'aria-label': label } as const);
  return (
    <svg class="seal" viewBox="0 0 120 120" width={size} height={size} {...named}>
      <g transform="rotate(-4 60 60)">
        <rect x="8" y="8" width="104" height="104" rx="14" fill="var(--seal)" />
        <rect x="15" y="15" width="90" height="90" rx="9" fill="none" stroke="#faf7f2" stroke-width="2.5" />
        <g fill="none" stroke="#faf7f2" stroke-width="7" stroke-linecap="round" stroke-linejoin="round">
          <path d="M25 43h15v33h-15zM48 30v62M58 30v62M48 60h10" />
          <path d="M67 35h18M76 36c-1 11-4 18-10 24M77 45c2 7 5 11 10 15M97 29v37M71 70v19h27" />
        </g>
      </g>
    </svg>
  );
}
