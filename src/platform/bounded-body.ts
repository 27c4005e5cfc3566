/** Answers of somebody else's server, which may say as much as it likes. */

/** The whole body of an answer; throws as soon as there is more of it than that. */
export async function boundedBody(response: Response, bytesMax: number): Promise<Buffer> {
  const parts: Uint8Array[] = [];
  let bytes = 0;
  for await (const part of response.body ?? []) {
    bytes += part.length;
    if (bytes > bytesMax) throw new Error(`more than ${bytesMax} bytes`);
    parts.push(part);
  }
  return Buffer.concat(parts);
}
