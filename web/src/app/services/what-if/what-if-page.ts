import { Component, computed, inject, signal } from '@angular/core';
import { FormsModule } from '@angular/forms';
import { RouterLink } from '@angular/router';
import { TranslocoDirective } from '@jsverse/transloco';
import { NzButtonModule } from 'ng-zorro-antd/button';
import { NzCheckboxModule } from 'ng-zorro-antd/checkbox';
import { NzIconModule } from 'ng-zorro-antd/icon';
import { NzInputNumberModule } from 'ng-zorro-antd/input-number';
import { NzSelectModule } from 'ng-zorro-antd/select';
import { Api, ApiFailure, LiveStore, type WhatIf } from '../../api';
import { EmptyState, ErrorState, PageHeader, StateTag } from '../../ui-kit';
import { SaidPipe } from '../../wording';
import { PlanView } from '../plan/plan-view';
import { answered, byHarm, emptyWish, mostWishes, question, type Wish } from './what-if-draft';

/** `/services/what-if`: would these fit, and what breaks without those nodes? Nothing is changed by asking. */
@Component({
  selector: 'os-what-if-page',
  imports: [FormsModule, RouterLink, TranslocoDirective, NzButtonModule, NzCheckboxModule, NzIconModule, NzInputNumberModule, NzSelectModule, EmptyState, ErrorState, PageHeader, PlanView, SaidPipe, StateTag],
  templateUrl: './what-if-page.html',
  styleUrl: './what-if-page.scss',
  host: { class: 'page' },
})
export class WhatIfPage {
  private readonly api = inject(Api);
  protected readonly live = inject(LiveStore);

  protected readonly modes = ['single', 'distributed', 'cpu'] as const;
  protected readonly mostWishes = mostWishes;
  protected readonly wishes = signal<readonly Wish[]>([emptyWish]);
  protected readonly without = signal<readonly string[]>([]);
  protected readonly asking = signal(false);
  protected readonly failure = signal<ApiFailure | null>(null);
  private readonly asked = signal<{ readonly wishes: readonly Wish[]; readonly without: readonly string[]; readonly answer: WhatIf } | null>(null);

  protected readonly models = computed(() => this.live.models().filter(({ state }) => state === 'ready'));
  protected readonly nodes = computed(() => [...this.live.nodes()].filter(({ state }) => state !== 'joining').sort((a, b) => a.name.localeCompare(b.name)));
  protected readonly request = computed(() => question(this.wishes(), this.without()));
  protected readonly plans = computed(() => {
    const asked = this.asked();
    return asked === null ? [] : answered(asked.wishes, asked.answer.plans).map(({ wish, plan }) => ({ plan, model: this.live.models().find(({ id }) => id === wish.modelId) ?? null }));
  });
  protected readonly affected = computed(() => byHarm(this.asked()?.answer.affected ?? []));
  protected readonly fitting = computed(() => this.plans().filter(({ plan }) => plan.fits).length);
  protected readonly done = computed(() => this.asked() !== null);
  protected readonly askedNodes = computed(() => (this.asked()?.without ?? []).length);
  /** The form was changed since the answer below was given. */
  protected readonly stale = computed(() => {
    const asked = this.asked();
    return asked !== null && (asked.wishes !== this.wishes() || asked.without !== this.without());
  });

  protected set(at: number, part: Partial<Wish>): void {
    this.wishes.update((wishes) => wishes.map((wish, index) => (index === at ? { ...wish, ...part } : wish)));
  }

  protected add(): void {
    this.wishes.update((wishes) => [...wishes, emptyWish]);
  }

  protected drop(at: number): void {
    this.wishes.update((wishes) => (wishes.length === 1 ? [emptyWish] : wishes.filter((_, index) => index !== at)));
  }

  protected pick(nodeId: string, on: boolean): void {
    this.without.update((ids) => (on ? [...ids, nodeId] : ids.filter((id) => id !== nodeId)));
  }

  protected async ask(): Promise<void> {
    const body = this.request();
    if (body === null || this.asking()) return;
    const [wishes, without] = [this.wishes(), this.without()];
    this.asking.set(true);
    try {
      const answer = await this.api.post('/services/what-if', { body });
      this.asked.set({ wishes, without, answer });
      this.failure.set(null);
    } catch (thrown) {
      this.failure.set(ApiFailure.from(thrown));
    } finally {
      this.asking.set(false);
    }
  }
}
