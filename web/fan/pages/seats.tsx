/** To be built. */
export function Seats() {
  return <h1>Seats</h1>;
}
