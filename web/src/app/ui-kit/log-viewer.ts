import { CdkVirtualScrollViewport, ScrollingModule } from '@angular/cdk/scrolling';
import { Component, afterRenderEffect, computed, input, linkedSignal, output, signal, viewChild } from '@angular/core';
import { FormsModule } from '@angular/forms';
import { TranslocoDirective } from '@jsverse/transloco';
import { NzButtonModule } from 'ng-zorro-antd/button';
import { NzIconModule } from 'ng-zorro-antd/icon';
import { NzInputModule } from 'ng-zorro-antd/input';
import { NzSwitchModule } from 'ng-zorro-antd/switch';
import { downloadText } from './download';
import { findLines, levelOf, plainText, splitAt, type ShownLine } from './log-lines';

const lineHeight = 20;
let viewers = 0;

/** Numbered lines of a log, followed while they are written; only the visible ones are in the page. */
@Component({
  selector: 'os-log-viewer',
  imports: [FormsModule, ScrollingModule, TranslocoDirective, NzButtonModule, NzIconModule, NzInputModule, NzSwitchModule],
  templateUrl: './log-viewer.html',
  styleUrl: './log-viewer.scss',
})
export class LogViewer {
  readonly lines = input.required<readonly ShownLine[]>();
  /** Stay at the newest line. Turns itself off when the reader scrolls up, on again at the end. */
  readonly following = input(true);
  readonly followingChange = output<boolean>();
  /** File name of the download, without extension. */
  readonly name = input('log');

  protected readonly lineHeight = lineHeight;
  protected readonly switchId = `os-log-follow-${++viewers}`;
  protected readonly query = signal('');
  protected readonly wrap = signal(false);
  protected readonly shown = computed(() => this.lines().map((line) => ({ ...line, text: plainText(line.text), level: levelOf(line) })));
  protected readonly hits = computed(() => findLines(this.shown(), this.query()));
  protected readonly hitSet = computed(() => new Set(this.hits()));
  protected readonly hit = linkedSignal({ source: this.query, computation: () => 0 });
  protected readonly numberWidth = computed(() => `${Math.max(3, String(this.lines().at(-1)?.number ?? 0).length)}ch`);
  protected readonly splitAt = splitAt;
  private readonly viewport = viewChild(CdkVirtualScrollViewport);

  constructor() {
    afterRenderEffect(() => {
      const viewport = this.viewport();
      if (viewport && this.following() && this.lines().length > 0) this.scrollToEnd(viewport);
    });
  }

  /** The room for new lines is made a frame or two after they arrive; until then the end is not there to scroll to. */
  private scrollToEnd(viewport: CdkVirtualScrollViewport, framesLeft = 10): void {
    viewport.scrollTo({ bottom: 0 });
    const short = viewport.elementRef.nativeElement.scrollHeight < this.lines().length * lineHeight;
    if (short && framesLeft > 0) requestAnimationFrame(() => this.scrollToEnd(viewport, framesLeft - 1));
  }

  protected step(by: number): void {
    const count = this.hits().length;
    if (count === 0) return;
    this.hit.update((at) => (at + by + count) % count);
    this.follow(false);
    this.viewport()?.scrollToIndex(Math.max(0, (this.hits()[this.hit()] ?? 0) - 3));
  }

  protected search(query: string): void {
    this.query.set(query);
    if (this.hits().length > 0) this.step(0);
  }

  protected follow(on: boolean): void {
    if (on !== this.following()) this.followingChange.emit(on);
  }

  /** A wheel or key that leaves the end means: let me read. */
  protected readBack(): void {
    const viewport = this.viewport();
    if (viewport && viewport.measureScrollOffset('bottom') > 3 * lineHeight) this.follow(false);
  }

  protected download(): void {
    downloadText(`${this.name()}.log`, this.shown().map(({ at, text }) => (at ? `${at} ${text}` : text)).join('\n') + '\n');
  }
}
