/** What stands where content will come, in its size, so that nothing jumps. */
export function Skeleton({ width = '100%', height }: { readonly width?: string; readonly height: string }) {
  return <span class="skeleton" style={{ width, height }} aria-hidden="true" />;
}
