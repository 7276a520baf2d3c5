/** A failure a person can act on: the message says what to do, a stack would only hide it. */
export class UserError extends Error {
  constructor(message: string, readonly exitCode = 1) {
    super(message);
  }
}
