/** To be built. */
export function My() {
  return <h1>My</h1>;
}
