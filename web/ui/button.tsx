/** The one button of a page, and the quieter ones beside it. */
import type { ComponentChildren, Ref } from 'preact';

export interface ButtonProps {
  readonly children: ComponentChildren;
  readonly onPress?: () => void;
  readonly kind?: 'main' | 'plain';
  readonly size?: 'normal' | 'small' | 'wide';
  /** Shown as busy and deaf to further presses, but still focused. */
  readonly busy?: boolean;
  readonly disabled?: boolean;
  readonly type?: 'button' | 'submit';
  /** The id of what explains it. */
  readonly describedBy?: string;
}

function classOf(kind: ButtonProps['kind'], size: ButtonProps['size']): string {
  return ['button', kind === 'plain' ? 'plain' : '', size === undefined || size === 'normal' ? '' : size]
    .filter(Boolean)
    .join(' ');
}

export function Button({
  children,
  onPress,
  kind,
  size,
  busy = false,
  disabled = false,
  type = 'button',
  describedBy,
}: ButtonProps) {
  return (
    <button
      type={type}
      class={classOf(kind, size)}
      aria-busy={busy}
      aria-disabled={disabled || undefined}
      aria-describedby={describedBy}
      onClick={(event) => {
        if (busy || disabled) event.preventDefault();
        else onPress?.();
      }}
    >
      {busy && <span class="busy" aria-hidden="true" />}
      {children}
    </button>
  );
}

export interface ButtonLinkProps extends Pick<ButtonProps, 'children' | 'kind' | 'size' | 'describedBy'> {
  readonly href: string;
  /** The link itself, for whoever moves the focus to it. */
  readonly link?: Ref<HTMLAnchorElement>;
}

export function ButtonLink({ href, children, kind, size, describedBy, link }: ButtonLinkProps) {
  return (
    <a class={classOf(kind, size)} href={href} aria-describedby={describedBy} ref={link ?? null}>
      {children}
    </a>
  );
}
