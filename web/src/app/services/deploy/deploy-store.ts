import { Injectable, computed, inject, signal } from '@angular/core';
import { Api, ApiFailure, LiveStore, type Engine, type Service } from '../../api';
import { engineOptions } from '../engine-names';
import { isTimeZone, scalingProblems } from '../scaling/scaling-draft';
import { draftLike, effectiveValue, emptyDraft, isDirty, toRequest, type DeployDraft } from './deploy-draft';
import { LivePlan } from './live-plan';
import { nameProblem } from './name-rule';
import { eligibleNodeIds, modeOptions } from './placement-options';
import { isAcceptable, notesByField, type Note } from './plan-summary';

/** Inputs of the wizard that can carry the server's words; anything else is shown in the plan panel. */
export const shownFields = ['name', 'modelId', 'mode', 'nodeIds', 'cards', 'contextLength', 'parallel', 'engine', 'parameters', 'networkInterface', 'replaceAfterMinutes', 'scaling'] as const;
export type ShownField = (typeof shownFields)[number];

/** The state of one deployment wizard: what a person decided, and what the server makes of it. */
@Injectable()
export class DeployStore {
  private readonly api = inject(Api);
  private readonly live = inject(LiveStore);

  readonly draft = signal<DeployDraft>(emptyDraft);
  private readonly start = signal<DeployDraft>(emptyDraft);
  readonly engines = signal<readonly Engine[]>([]);
  private readonly submitFailureState = signal<ApiFailure | null>(null);
  readonly nameProblem = computed(() => nameProblem(this.draft().name, new Set(this.live.services().map((service) => service.name))));
  /** A plan is asked for whatever the request would be now. */
  private readonly asked = new LivePlan(computed(() => (this.nameProblem() === null ? toRequest(this.draft()) : null)), (body, signal) => this.api.post('/services/plan', { body, signal }));

  readonly plan = this.asked.plan;
  readonly planFailure = this.asked.failure;
  readonly planning = this.asked.planning;
  readonly submitFailure = this.submitFailureState.asReadonly();
  readonly submitting = signal(false);

  readonly model = computed(() => this.live.models().find((model) => model.id === this.draft().modelId) ?? null);
  readonly models = computed(() => this.live.models().filter((model) => model.state === 'ready'));
  readonly healthyNodes = computed(() => this.live.nodes().filter((node) => node.state === 'healthy'));
  readonly mode = computed(() => effectiveValue(this.draft(), this.plan(), 'mode'));
  readonly engine = computed(() => effectiveValue(this.draft(), this.plan(), 'engine'));
  readonly contextLength = computed(() => effectiveValue(this.draft(), this.plan(), 'contextLength'));
  readonly parallel = computed(() => effectiveValue(this.draft(), this.plan(), 'parallel'));
  readonly modes = computed(() => modeOptions(this.live.nodes(), this.model()));
  readonly engineChoices = computed(() => engineOptions(this.engines(), this.model(), this.draft().mode));
  readonly dirty = computed(() => isDirty(this.draft(), this.start()));
  readonly acceptable = computed(() => {
    const { scaling } = this.draft();
    return isAcceptable(this.plan()) && this.planFailure() === null && !this.planning() && (scaling === null || scalingProblems(scaling, isTimeZone).length === 0);
  });
  private readonly notes = computed(() => notesByField(this.plan()?.notes ?? [], shownFields));
  readonly generalNotes = computed(() => this.notes().general);

  constructor() {
    void this.loadEngines();
  }

  /** Opens the wizard with a model already chosen, as the library's "Deploy" does. */
  beginWith(modelId: string): void {
    this.start.set({ ...emptyDraft, modelId });
    this.draft.set(this.start());
  }

  /** Opens it with everything another service has, under a name of its own. */
  beginLike(service: Service): void {
    this.start.set(draftLike(service, new Set(this.live.services().map(({ name }) => name))));
    this.draft.set(this.start());
  }

  change(part: Partial<DeployDraft>): void {
    this.update({ ...this.draft(), ...part });
  }

  update(draft: DeployDraft): void {
    this.draft.set(draft);
    this.submitFailureState.set(null);
  }

  eligible(mode: DeployDraft['mode']): ReadonlySet<string> {
    return eligibleNodeIds(this.live.nodes(), mode);
  }

  /** Words of the server that belong under an input, the worst first. */
  notesOf(field: ShownField): readonly Note[] {
    const failure = [this.submitFailureState(), this.planFailure()].find((each) => each?.field?.split('.')[0] === field);
    const refused: readonly Note[] = failure ? [{ level: 'error', code: failure.code, field, message: failure.message }] : [];
    return [...refused, ...(this.notes().fields.get(field) ?? [])];
  }

  errorOf(field: ShownField): string {
    return this.notesOf(field).find((note) => note.level === 'error')?.message ?? '';
  }

  replan(): void {
    this.asked.again();
  }

  /** The new service, or null when the server refused: the reason is then in `submitFailure`. */
  async submit(): Promise<Service | null> {
    const request = toRequest(this.draft());
    if (request === null || this.submitting()) return null;
    this.submitting.set(true);
    this.submitFailureState.set(null);
    try {
      return await this.api.post('/services', { body: request });
    } catch (thrown) {
      this.submitFailureState.set(ApiFailure.from(thrown));
      return null;
    } finally {
      this.submitting.set(false);
    }
  }

  private async loadEngines(): Promise<void> {
    try {
      this.engines.set(await this.api.get('/engines'));
    } catch {
      // Without the list the recommended engine still works; the choice just has no others.
      this.engines.set([]);
    }
  }
}
