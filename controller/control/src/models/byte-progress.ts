/** Turns byte counts into whole percents and writes one at a time, newest wins. */
export class ByteProgress {
  #percent = -1;
  #writing: Promise<void> = Promise.resolve();

  constructor(
    private readonly total: number,
    private readonly write: (percent: number) => Promise<void>,
  ) {}

  report(done: number): void {
    const percent = Math.floor((done / this.total) * 99);
    if (percent <= this.#percent) return;
    this.#percent = percent;
    this.#writing = this.#writing.then(() => (percent === this.#percent ? this.write(percent) : undefined));
  }

  settled(): Promise<void> {
    return this.#writing;
  }
}
