/** To be built. */
export function Dates() {
  return <h1>Dates</h1>;
}
