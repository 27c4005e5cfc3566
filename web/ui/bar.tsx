/** A hairline that fills. The numbers beside it say the same; this is for the eye. */
export function Bar({ share }: { readonly share: number }) {
  return (
    <span class="bar" aria-hidden="true">
      <i style={{ '--share': Math.min(1, Math.max(0, share)) }} />
    </span>
  );
}
