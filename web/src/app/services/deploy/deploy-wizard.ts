import { Component, ElementRef, afterRenderEffect, computed, effect, inject, signal, untracked, viewChild } from '@angular/core';
import { ActivatedRoute, Router, RouterLink } from '@angular/router';
import { TranslocoDirective, TranslocoService } from '@jsverse/transloco';
import { NzButtonModule } from 'ng-zorro-antd/button';
import { NzMessageService } from 'ng-zorro-antd/message';
import { NzStepsModule } from 'ng-zorro-antd/steps';
import type { HoldsChanges } from '../../access';
import { LiveStore, type Service } from '../../api';
import { ErrorState, PageHeader } from '../../ui-kit';
import { DeployStore, shownFields } from './deploy-store';
import { PlanPanel } from './plan-panel';
import { StepBefore } from './step-before';
import { StepConfirm } from './step-confirm';
import { StepSettings } from './step-settings';
import { stepOfField } from './wizard-steps';

const steps = ['before', 'settings', 'confirm'] as const;

/** `/services/new`: name, settings with the live plan, confirmation. */
@Component({
  selector: 'os-deploy-wizard',
  imports: [RouterLink, TranslocoDirective, NzButtonModule, NzStepsModule, ErrorState, PageHeader, PlanPanel, StepBefore, StepConfirm, StepSettings],
  providers: [DeployStore],
  templateUrl: './deploy-wizard.html',
  styleUrl: './deploy-wizard.scss',
  host: { class: 'page', '(window:beforeunload)': 'warnBeforeUnload($event)' },
})
export class DeployWizard implements HoldsChanges {
  protected readonly store = inject(DeployStore);
  private readonly router = inject(Router);
  private readonly message = inject(NzMessageService);
  private readonly transloco = inject(TranslocoService);
  private readonly live = inject(LiveStore);
  private readonly page = inject<ElementRef<HTMLElement>>(ElementRef).nativeElement;
  private readonly copied = signal(false);
  private submitted = false;

  constructor() {
    const query = inject(ActivatedRoute).snapshot.queryParamMap;
    const [modelId, likeId] = [query.get('model'), query.get('like')];
    if (modelId) this.store.beginWith(modelId);
    // The service to copy is known as soon as the live list is there, and read once: later changes of it are its own.
    const original = computed(() => (this.copied() ? undefined : this.live.services().find(({ id }) => id === likeId)));
    effect(() => {
      const service = original();
      if (service) untracked(() => this.copy(service));
    });
    // A step takes the place of the one before, with what had the focus there: the first asks for a name, the others are read first.
    afterRenderEffect(() => {
      const [step, body] = [this.step(), this.body()?.nativeElement];
      (step === 0 ? body?.querySelector<HTMLElement>('#service-name') : body)?.focus({ preventScroll: true });
      // A step begins at its top, where the three steps are named.
      this.page.scrollIntoView({ block: 'start' });
    });
  }

  private readonly body = viewChild<ElementRef<HTMLElement>>('body');
  protected readonly steps = steps;
  protected readonly step = signal(0);
  protected readonly mayGoOn = computed(() => [this.store.nameProblem() === null, this.store.acceptable(), this.store.acceptable()][this.step()] ?? false);
  /** A refusal that no input shows. */
  protected readonly unplacedFailure = computed(() => {
    const failure = this.store.submitFailure();
    return failure !== null && !(shownFields as readonly string[]).includes(failure.field?.split('.')[0] ?? '') ? failure : null;
  });

  private copy(service: Service): void {
    this.copied.set(true);
    this.store.beginLike(service);
  }

  hasUnsavedChanges(): boolean {
    return !this.submitted && this.store.dirty();
  }

  protected warnBeforeUnload(event: BeforeUnloadEvent): void {
    if (this.hasUnsavedChanges()) event.preventDefault();
  }

  protected async goOn(): Promise<void> {
    if (!this.mayGoOn() || this.store.submitting()) return;
    if (this.step() < steps.length - 1) this.step.update((step) => step + 1);
    else await this.submit();
  }

  protected async submit(): Promise<void> {
    const service = await this.store.submit();
    if (service === null) {
      this.step.set(stepOfField(this.store.submitFailure()?.field) ?? this.step());
      return;
    }
    this.submitted = true;
    this.message.success(this.transloco.translate('services.wizard.submitted', { name: service.name }));
    await this.router.navigate(['/services', service.id]);
  }
}
