import { HttpTestingController } from '@angular/common/http/testing';
import { inputBinding, outputBinding } from '@angular/core';
import { TestBed } from '@angular/core/testing';
import { beforeEach, describe, expect, it, vi } from 'vitest';
import { consoleTesting } from '../../../test/console-testing';
import type { Model } from '../../api';
import strings from '../i18n/en.json';
import { ImportModel } from './import-model';

const failed = { id: 'old', name: 'tiny', sourcePath: '/data/tiny.gguf', description: 'small', state: 'failed', inPlace: false, inPlaceNodeId: null } as Model;
const started = { model: { id: 'new', name: 'tiny' }, operation: {} };
const refusal = (status: number, field: string, message: string) => [{ error: { code: 'x', message, requestId: 'r', field } }, { status, statusText: 'No' }] as const;

const dialogButton = (label: string) => [...document.querySelectorAll<HTMLButtonElement>('form button')].find((button) => button.textContent.trim() === label) as HTMLButtonElement;

describe('ImportModel', () => {
  let http: HttpTestingController;
  const closed = vi.fn();

  beforeEach(() => {
    closed.mockReset();
    TestBed.configureTestingModule({ providers: consoleTesting({ models: strings }) });
    http = TestBed.inject(HttpTestingController);
  });

  async function open(replaces: Model | null) {
    const fixture = TestBed.createComponent(ImportModel, { bindings: [inputBinding('replaces', () => replaces), outputBinding('closed', closed)] });
    await fixture.whenStable();
    http.expectOne('/api/v1/models/import-roots').flush(['/data']);
    await fixture.whenStable();
    // The dialog lives in an overlay, outside of the component's own element.
    const dialog = () => document.querySelector('form') as HTMLFormElement;
    const type = (value: string) => {
      const field = dialog().querySelector('#import-path') as HTMLInputElement;
      field.value = value;
      field.dispatchEvent(new Event('input'));
    };
    const submit = async () => {
      dialog().dispatchEvent(new Event('submit'));
      await fixture.whenStable();
    };
    const text = async () => {
      await fixture.whenStable();
      return dialog().textContent;
    };
    return { fixture, type, submit, text };
  }

  it('shows the allowed directories and refuses a path outside of them without asking', async () => {
    const { type, submit, text } = await open(null);
    expect(await text()).toContain('/data');
    type('/etc/passwd');
    await submit();
    expect(await text()).toContain('in none of the allowed directories');
    http.expectNone('/api/v1/models/import');
  });

  it('puts what the server says under its field', async () => {
    const { type, submit, text } = await open(null);
    type('/data/none');
    await submit();
    http.expectOne('/api/v1/models/import').flush(...refusal(400, 'path', 'does not exist on the management node'));
    await vi.waitFor(async () => expect(await text()).toContain('does not exist on the management node'));
    expect(closed).not.toHaveBeenCalled();
  });

  it('shows what a look found, and does not import what cannot work', async () => {
    const { fixture, type, text } = await open(null);
    type('/data/broken');
    dialogButton('Check').click();
    await fixture.whenStable();
    http.expectOne('/api/v1/models/inspect').flush({ path: '/data/broken', importable: false, suggestedName: 'broken', format: null, bytes: 0, fileCount: 2, architecture: null, parameterCount: null, dataType: null, contextLength: null, freeBytes: 9e9,
      findings: [{ level: 'error', code: 'no-weights', file: null, message: 'holds neither a .gguf nor a .safetensors file' }] });
    await vi.waitFor(async () => expect(await text()).toContain('There are no weights'));
    expect(dialogButton('Import').disabled).toBe(true);
  });

  it('replaces a failed entry only when its name is in the way, and then with the same values', async () => {
    const { submit } = await open(failed);
    await submit();
    const first = http.expectOne('/api/v1/models/import');
    expect(first.request.body).toEqual({ path: '/data/tiny.gguf', nodeId: null, mode: 'copy', name: 'tiny', description: 'small' });
    first.flush(...refusal(409, 'name', 'is taken'));
    const removal = await vi.waitFor(() => http.expectOne('/api/v1/models/old'));
    expect(removal.request.method).toBe('DELETE');
    removal.flush(null);
    const second = await vi.waitFor(() => http.expectOne('/api/v1/models/import'));
    expect(second.request.body).toEqual(first.request.body);
    second.flush(started);
    await vi.waitFor(() => expect(closed).toHaveBeenCalledOnce());
  });

  it('keeps the failed entry when the new path is wrong', async () => {
    const { submit, text } = await open(failed);
    await submit();
    http.expectOne('/api/v1/models/import').flush(...refusal(400, 'path', 'does not exist'));
    await vi.waitFor(async () => expect(await text()).toContain('does not exist'));
    http.expectNone('/api/v1/models/old');
  });
});
