import { Injectable } from '@nestjs/common';

/** The time, in Unix milliseconds. Injected, so that tests can say what time it is. */
@Injectable()
export class Clock {
  now(): number {
    return Date.now();
  }
}
