import { inputBinding, outputBinding, signal } from '@angular/core';
import { TestBed } from '@angular/core/testing';
import { describe, expect, it } from 'vitest';
import { consoleTesting } from '../../../test/console-testing';
import { aGpu, aNode, anOperation } from '../../../test/fixtures';
import { gpuGroups } from './gpu-groups';
import strings from '../i18n/en.json';
import { NodeTable } from './node-table';

const gpu = (name: string, memoryGb: number) => aGpu({ name, uuid: `${name} ${memoryGb}`, memoryBytes: memoryGb * 1024 ** 3 });

describe('gpuGroups', () => {
  it('counts cards of a kind and names their memory once', () => {
    expect(gpuGroups([gpu('NVIDIA A100-PCIE-40GB', 40), gpu('NVIDIA L4', 24), gpu('NVIDIA A100-PCIE-40GB', 40)])).toEqual([
      { label: 'NVIDIA-A100-PCIE-40GB', count: 2 }, { label: 'NVIDIA-L4-24GB', count: 1 },
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

  it('shows a job of the node itself before an older one of the list, and where a decision waits', async () => {
    const [row] = await rows({ nodes: [aNode({ state: 'joining', operation: anOperation({ state: 'waiting', percent: 18 }) })], operations: [anOperation({ id: 'older', percent: 90 })] });
    expect(row?.querySelector('.percent')?.textContent).toBe('18%');
    expect(row?.querySelector('.decide')?.getAttribute('href')).toBe('/nodes/n1/setup');
  });

  it('keeps ticks by node while the rows move', async () => {
    const changes: ReadonlySet<string>[] = [];
    TestBed.configureTestingModule({ providers: consoleTesting({ nodes: strings }) });
    const nodes = signal([aNode({ id: 'a' }), aNode({ id: 'b' })]);
    const fixture = TestBed.createComponent(NodeTable, {
      bindings: [inputBinding('nodes', nodes), inputBinding('selected', () => new Set(['a'])), outputBinding<ReadonlySet<string>>('selectedChange', (ids) => changes.push(ids))],
    });
    await fixture.whenStable();
    nodes.set([aNode({ id: 'b' }), aNode({ id: 'a' })]);
    await fixture.whenStable();
    const [first, second] = (fixture.nativeElement as HTMLElement).querySelectorAll<HTMLElement>('tbody tr.row-link');
    expect([first?.classList.contains('ticked'), second?.classList.contains('ticked')]).toEqual([false, true]);
    first?.querySelector<HTMLInputElement>('input[type=checkbox]')?.click();
    expect([...(changes[0] ?? [])].toSorted()).toEqual(['a', 'b']);
  });
});
