import { HttpTestingController } from '@angular/common/http/testing';
import { signal } from '@angular/core';
import { TestBed } from '@angular/core/testing';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { consoleTesting } from '../../../test/console-testing';
import { LiveStore, type Model, type Node, type Plan, type Service } from '../../api';
import { DeployStore } from './deploy-store';

const plan = { fits: true, engine: 'vllm', mode: 'single', contextLength: 4096, parallel: 4, notes: [], rejected: [], placements: [], memory: {} } as unknown as Plan;
const model = { id: 'm1', name: 'Qwen3-8B', state: 'ready', format: 'safetensors' } as Model;

describe('DeployStore', () => {
  let store: DeployStore;
  let http: HttpTestingController;
  const nodes = signal<readonly Node[]>([]);

  beforeEach(() => {
    vi.useFakeTimers();
    nodes.set([{ id: 'n1', name: 'n1', state: 'healthy', gpus: [{}], instanceCount: 0 } as unknown as Node]);
    const live = { nodes, models: signal([model]), services: signal([{ name: 'taken' } as Service]) };
    TestBed.configureTestingModule({ providers: [...consoleTesting(), DeployStore, { provide: LiveStore, useValue: live }] });
    store = TestBed.inject(DeployStore);
    http = TestBed.inject(HttpTestingController);
    http.expectOne('/api/v1/engines').flush([]);
  });

  afterEach(() => {
    http.verify();
    vi.useRealTimers();
  });

  async function pause(ms: number): Promise<void> {
    TestBed.tick();
    await vi.advanceTimersByTimeAsync(ms);
  }

  const refusal = (field?: string) => ({ error: { code: 'invalid', message: 'does not know --b', requestId: 'r', ...(field && { field }) } });

  it('asks for a plan only when typing pauses, and with the last input', async () => {
    store.change({ name: 'qwen', modelId: 'm1' });
    await pause(200);
    store.change({ contextLength: 8192 });
    await pause(200);
    http.expectNone('/api/v1/services/plan');
    await pause(150);
    const request = http.expectOne('/api/v1/services/plan');
    expect(request.request.body).toMatchObject({ name: 'qwen', modelId: 'm1', contextLength: 8192 });
    request.flush(plan);
    await pause(0);
    expect(store.plan()).toEqual(plan);
    expect(store.acceptable()).toBe(true);
  });

  it('does not ask while the name is wrong or taken', async () => {
    store.change({ name: 'taken', modelId: 'm1' });
    await pause(1000);
    http.expectNone('/api/v1/services/plan');
    expect(store.nameProblem()).toBe('taken');
    expect(store.acceptable()).toBe(false);
  });

  it('drops an answer that a newer input has overtaken', async () => {
    store.change({ name: 'qwen', modelId: 'm1' });
    await pause(300);
    const old = http.expectOne('/api/v1/services/plan');
    store.change({ parallel: 8 });
    await pause(0);
    expect(old.cancelled).toBe(true);
    await pause(300);
    http.expectOne('/api/v1/services/plan').flush({ ...plan, parallel: 8 });
    await pause(0);
    expect(store.parallel()).toBe(8);
  });

  it('puts a refusal on its field and keeps the last plan, but does not go on with it', async () => {
    store.change({ name: 'qwen', modelId: 'm1' });
    await pause(300);
    http.expectOne('/api/v1/services/plan').flush(plan);
    await pause(0);
    store.change({ parameters: '--b' });
    await pause(300);
    http.expectOne('/api/v1/services/plan').flush(refusal('parameters'), { status: 400, statusText: 'Bad' });
    await pause(0);
    expect(store.errorOf('parameters')).toBe('does not know --b');
    expect(store.plan()).toEqual(plan);
    expect(store.acceptable()).toBe(false);
  });

  it('asks again when a node goes away under the plan', async () => {
    store.change({ name: 'qwen', modelId: 'm1' });
    await pause(300);
    http.expectOne('/api/v1/services/plan').flush(plan);
    await pause(0);
    nodes.update((all) => all.map((node) => ({ ...node, state: 'unreachable' as const })));
    await pause(300);
    http.expectOne('/api/v1/services/plan').flush({ ...plan, fits: false });
    await pause(0);
    expect(store.acceptable()).toBe(false);
  });

  it('submits what was decided; a refusal stays until the input changes', async () => {
    store.change({ name: 'qwen', modelId: 'm1' });
    await pause(300);
    http.expectOne('/api/v1/services/plan').flush(plan);
    await pause(0);
    const answer = store.submit();
    http.expectOne('/api/v1/services').flush(refusal('name'), { status: 409, statusText: 'Conflict' });
    await pause(0);
    expect(await answer).toBeNull();
    expect(store.errorOf('name')).toBe('does not know --b');
    store.change({ name: 'qwen2' });
    expect(store.errorOf('name')).toBe('');
    await pause(300);
    http.expectOne('/api/v1/services/plan').flush(plan);
  });

  it('has nothing unsaved when it opens with a model of the library', async () => {
    store.beginWith('m1');
    expect(store.dirty()).toBe(false);
    expect(store.model()?.name).toBe('Qwen3-8B');
    store.change({ name: 'q' });
    expect(store.dirty()).toBe(true);
    await pause(300);
    http.expectOne('/api/v1/services/plan').flush(plan);
  });
});
