import { Component, DestroyRef, effect, inject, input, signal, untracked, computed } from '@angular/core';
import { TranslocoDirective } from '@jsverse/transloco';
import { Api, ApiFailure, type Download, type DownloadDetail } from '../../api';
import { BytesPipe, ErrorState, Skeleton, StateTag, type Tone } from '../../ui-kit';

const everyMs = 2000;
const tones: Readonly<Record<DownloadDetail['files'][number]['state'], Tone>> = { pending: 'idle', fetching: 'busy', checking: 'busy', done: 'ok', failed: 'bad' };

/** The files of a download with how far each is; asked for again while it runs. */
@Component({
  selector: 'os-download-files',
  imports: [TranslocoDirective, BytesPipe, ErrorState, Skeleton, StateTag],
  template: `
    <ng-container *transloco="let t">
      @if (failure(); as failed) {<os-error [failure]="failed" (retry)="read()" />}
      @if (files(); as list) {
        <ul>
          @for (file of list; track file.path) {
            <li>
              <span class="mono path">{{ file.path }}</span>
              <span class="bar" aria-hidden="true"><span [style.width.%]="file.bytes > 0 ? (100 * file.bytesDone) / file.bytes : file.state === 'done' ? 100 : 0"></span></span>
              <span class="num">{{ file.bytesDone | bytes }} / {{ file.bytes | bytes }}</span>
              <os-state-tag [tone]="tones[file.state]" [label]="t('models.downloads.file.' + file.state)" />
            </li>
          } @empty {<li class="muted">{{ t('models.downloads.noFiles') }}</li>}
        </ul>
      } @else if (!failure()) {<os-skeleton [count]="2" />}
    </ng-container>
  `,
  styles: `
    :host { display: block; }
    ul { list-style: none; margin: 0; padding: 4px 12px; border-radius: 8px; background: var(--os-sunken); max-height: 360px; overflow: auto; }
    li { display: grid; grid-template-columns: minmax(0, 1fr) 120px 150px 96px; gap: 12px; align-items: center; padding: 4px 0; font-size: 12px; }
    .path { overflow-wrap: anywhere; }
    .bar { height: 4px; border-radius: 2px; background: var(--os-line); overflow: hidden; }
    .bar span { display: block; height: 100%; background: var(--os-ok); }
    @media (max-width: 720px) { li { grid-template-columns: minmax(0, 1fr) auto; gap: 2px 8px; } .path, .bar { grid-column: 1 / -1; } .num { text-align: left !important; } }
  `,
})
export class DownloadFiles {
  private readonly api = inject(Api);

  readonly download = input.required<Download>();

  protected readonly files = signal<DownloadDetail['files'] | null>(null);
  protected readonly failure = signal<ApiFailure | null>(null);
  protected readonly tones = tones;
  private readonly id = computed(() => this.download().id);
  private readonly moves = computed(() => this.download().state === 'active');

  constructor() {
    const timer = setInterval(() => { if (this.moves()) void this.read(); }, everyMs);
    inject(DestroyRef).onDestroy(() => clearInterval(timer));
    effect(() => {
      this.id();
      this.moves();
      untracked(() => void this.read());
    });
  }

  protected async read(): Promise<void> {
    try {
      this.files.set((await this.api.get('/downloads/{id}', { params: { id: this.id() } })).files);
      this.failure.set(null);
    } catch (thrown) {
      this.failure.set(ApiFailure.from(thrown));
    }
  }
}
