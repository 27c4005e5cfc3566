/** To be built. */
export function ConcertPage() {
  return <h1>ConcertPage</h1>;
}
