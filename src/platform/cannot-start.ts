/**
 * What keeps the server from starting and a person can put right. main.ts prints the message as one line,
 * without a stack, and ends with a code other than 0.
 */
export class CannotStart extends Error {
  override readonly name = 'CannotStart';
}
