import { Component, computed, input } from '@angular/core';
import { TranslocoDirective } from '@jsverse/transloco';
import { NzIconModule } from 'ng-zorro-antd/icon';
import type { Model, Plan } from '../../api';
import { BytesPipe, MemoryBar, NumberPipe, type MemorySegment } from '../../ui-kit';
import { SaidPipe } from '../../wording';
import { summarise, type Note } from '../deploy/plan-summary';
import { chatsThatFit, noteWords } from '../deploy/plan-words';
import { engineName } from '../engine-names';
import { idleCards } from './idle-cards';
import { RejectedList } from './rejected-list';

const colours = { weights: 1, kvCache: 2, activation: 3, overhead: 4 } as const;

/** A plan in words and bars: engine and place, memory of one card, chats it holds, and why other cards and nodes are not used. */
@Component({
  selector: 'os-plan-view',
  imports: [TranslocoDirective, NzIconModule, BytesPipe, MemoryBar, NumberPipe, RejectedList, SaidPipe],
  templateUrl: './plan-view.html',
  styleUrl: './plan-view.scss',
})
export class PlanView {
  readonly plan = input.required<Plan>();
  readonly model = input<Model | null>(null);
  /** Notes to show; those that an input shows already may be left out. */
  readonly notes = input<readonly Note[] | null>(null);
  /** Cards of every node that was looked at; else only the chosen ones. */
  readonly allCards = input(false);

  protected readonly engineName = engineName;
  /** More than this is no limit that anybody plans with. */
  protected readonly mostChats = 1000;
  protected readonly sum = computed(() => summarise(this.plan()));
  protected readonly chats = computed(() => chatsThatFit(this.plan()));
  protected readonly shownNotes = computed(() =>
    (this.notes() ?? this.plan().notes).filter((note) => note.code !== 'capacity').map((note) => ({ ...note, words: noteWords(note, this.plan(), this.model()) })),
  );
  protected readonly idleNodes = computed(() => (this.allCards() ? idleCards(this.plan()) : []));
  /** The bar of one card; where nothing fits, what one instance needs at all. */
  protected readonly bar = computed(() => {
    const { perCard, memory } = this.plan();
    const terms = perCard ?? memory;
    return { terms, total: perCard?.budgetBytes ?? null, card: perCard?.cardBytes ?? null };
  });

  protected segments(word: (key: string) => string): readonly MemorySegment[] {
    const { terms } = this.bar();
    const parts = [['weights', terms.weightsBytes], ['kvCache', terms.kvCacheBytes], ['activation', terms.activationBytes], ['overhead', terms.overheadBytes]] as const;
    return parts.filter(([, bytes]) => bytes > 0).map(([key, bytes]) => ({ label: word(`services.plan.${key}`), bytes, colour: colours[key] }));
  }
}
