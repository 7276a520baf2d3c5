import { inputBinding } from '@angular/core';
import { TestBed } from '@angular/core/testing';
import { describe, expect, it } from 'vitest';
import { consoleTesting } from '../../test/console-testing';
import { aNode, anOperation } from '../../test/fixtures';
import type { Gpu } from '../api';
import { gpuGroups } from './gpu-groups';
import strings from './i18n/en.json';
import { NodeTable } from './node-table';

const gpu = (name: string, memoryGb: number): Gpu => ({ index: 0, uuid: `${name} ${memoryGb}`, name, memoryBytes: memoryGb * 1024 ** 3, memoryUsedBytes: null, utilisationRatio: null, temperatureCelsius: null, powerWatts: null, health: 'ok' });

describe('gpuGroups', () => {
  it('counts cards of a kind and names their memory once', () => {
    expect(gpuGroups([gpu('NVIDIA A100-PCIE-40GB', 40), gpu('NVIDIA L4', 24), gpu('NVIDIA A100-PCIE-40GB', 40)])).toEqual([
      { label: 'NVIDIA A100-PCIE-40GB', count: 2 }, { label: 'NVIDIA L4 24 GB', count: 1 },
    ]);
  });
});

describe('NodeTable', () => {
  async function rows(inputs: Record<string, unknown>): Promise<HTMLElement[]> {
    TestBed.configureTestingModule({ providers: consoleTesting({ nodes: strings }) });
    const fixture = TestBed.createComponent(NodeTable, { bindings: Object.entries(inputs).map(([name, value]) => inputBinding(name, () => value)) });
    await fixture.whenStable();
    return [...(fixture.nativeElement as HTMLElement).querySelectorAll<HTMLElement>('tbody tr.row-link')];
  }

  it('shows unknown numbers as a dash, never as zero', async () => {
    const [row] = await rows({ nodes: [aNode({ state: 'joining' })] });
    expect(row?.textContent).not.toMatch(/NaN|undefined|null|0%/);
    expect(row?.textContent).toContain('Joining');
  });

  it('leaves out removed nodes', async () => {
    expect(await rows({ nodes: [aNode(), aNode({ id: 'n2', state: 'removed' })] })).toHaveLength(1);
  });

  it('shows the progress of the newest attempt to join', async () => {
    const [row] = await rows({ nodes: [aNode({ state: 'joining' })], operations: [anOperation({ percent: 46 }), anOperation({ id: 'older', state: 'failed' })] });
    expect(row?.querySelector('.percent')?.textContent).toBe('46%');
  });

  it('offers removal only to those who may, and never of the management node', async () => {
    const [own, managed] = await rows({ nodes: [aNode(), aNode({ id: 'm', management: true })], mayChange: true });
    expect(own?.querySelector('.ant-btn-dangerous')).not.toBeNull();
    expect(managed?.querySelector('.ant-btn-dangerous')).toBeNull();
  });
});
