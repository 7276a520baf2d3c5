import { Injectable } from '@nestjs/common';

/** The time. Injected, so that tests can say what time it is. */
@Injectable()
export class Clock {
  /** Unix milliseconds. */
  now(): number {
    return Date.now();
  }

  /** Milliseconds that only ever grow, whatever happens to the wall clock: for silence and deadlines inside this process. */
  mono(): number {
    return performance.now();
  }
}
