/** To be built. */
export function Ticket() {
  return <h1>Ticket</h1>;
}
