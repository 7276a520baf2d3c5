import { Component, computed, inject } from '@angular/core';
import { TranslocoDirective } from '@jsverse/transloco';
import { NzButtonModule } from 'ng-zorro-antd/button';
import { NzSpinModule } from 'ng-zorro-antd/spin';
import { BytesPipe, MemoryBar, NumberPipe, StateTag, failureWords, type MemorySegment } from '../../ui-kit';
import { engineName } from '../engine-names';
import { DeployStore, shownFields } from './deploy-store';
import { summarise } from './plan-summary';
import { reasonWords } from '../../wording';
import { chatsThatFit, noteWords } from './plan-words';

const colours = { weights: 1, kvCache: 2, activation: 3, overhead: 'idle' } as const;

/** What would happen, as it changes: engine, place, memory, and why other nodes are not used. */
@Component({
  selector: 'os-plan-panel',
  imports: [TranslocoDirective, NzButtonModule, NzSpinModule, BytesPipe, MemoryBar, NumberPipe, StateTag],
  templateUrl: './plan-panel.html',
  styleUrl: './plan-panel.scss',
})
export class PlanPanel {
  protected readonly store = inject(DeployStore);
  protected readonly engineName = engineName;
  /** More than this is no limit that anybody plans with. */
  protected readonly mostChats = 1000;
  protected readonly summary = computed(() => {
    const plan = this.store.plan();
    return plan === null ? null : summarise(plan);
  });
  protected readonly chats = computed(() => {
    const plan = this.store.plan();
    return plan === null ? null : chatsThatFit(plan);
  });
  /** What no input shows; how many chats fit is said above already. */
  protected readonly notes = computed(() =>
    this.store.generalNotes().filter((note) => note.code !== 'capacity').map((note) => ({ ...note, words: noteWords(note, this.store.plan(), this.store.model()) })),
  );
  protected readonly rejected = computed(() => (this.store.plan()?.rejected ?? []).map((node) => ({ ...node, words: reasonWords(node.reason) })));
  /** A failure that no input shows: then the panel has to. */
  protected readonly failure = computed(() => {
    const failure = this.store.planFailure();
    if (failure === null || (shownFields as readonly string[]).includes(failure.field?.split('.')[0] ?? '')) return null;
    return failureWords(failure);
  });

  protected segments(word: (key: string) => string): readonly MemorySegment[] {
    return (this.summary()?.parts ?? []).filter(({ bytes }) => bytes > 0).map(({ key, bytes }) => ({ label: word(`services.plan.${key}`), bytes, colour: colours[key] }));
  }
}
