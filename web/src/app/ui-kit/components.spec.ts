import { Component, inputBinding, outputBinding, signal } from '@angular/core';
import { TestBed } from '@angular/core/testing';
import { beforeEach, describe, expect, it, vi } from 'vitest';
import { consoleTesting } from '../../test/console-testing';
import { CopyText } from './copy-text';
import { ErrorState } from './error-state';
import { LogViewer } from './log-viewer';
import { MemoryBar } from './memory-bar';
import { ProgressLine } from './progress-line';
import { SecretPanel } from './secret-panel';
import { StateTag } from './state-tag';
import { UsageCell } from './usage-cell';

const GB = 1024 ** 3;

beforeEach(() => {
  TestBed.configureTestingModule({ providers: consoleTesting() });
  // What jsdom has not: scrolling and the old clipboard command.
  Element.prototype.scrollTo = vi.fn();
  Object.assign(document, { execCommand: vi.fn(() => true) });
});

async function text(component: Parameters<typeof TestBed.createComponent>[0], inputs: Record<string, unknown>): Promise<HTMLElement> {
  const fixture = TestBed.createComponent(component, { bindings: Object.entries(inputs).map(([name, value]) => inputBinding(name, () => value)) });
  await fixture.whenStable();
  return fixture.nativeElement as HTMLElement;
}

describe('UsageCell', () => {
  it('shows percent, used and total as the guide does', async () => {
    expect((await text(UsageCell, { used: 9 * GB, total: 187 * GB })).textContent?.replace(/\s+/g, ' ').trim()).toBe('5%(9 GB / 187 GB)');
  });

  it('computes the percent before rounding', async () => {
    expect((await text(UsageCell, { used: 38.6 * GB, total: 45.4 * GB })).textContent).toContain('85%');
  });

  it.each([[null, 187 * GB], [9 * GB, null], [1, 0]])('is unknown for %s of %s', async (used, total) => {
    expect((await text(UsageCell, { used, total })).textContent?.trim()).toBe('–');
  });

  it('warns before it is full', async () => {
    expect((await text(UsageCell, { used: 90, total: 100 })).dataset['level']).toBe('high');
    expect((await text(UsageCell, { used: 99, total: 100 })).dataset['level']).toBe('full');
  });
});

describe('StateTag', () => {
  it('says its state in a word and carries its tone', async () => {
    const tag = await text(StateTag, { tone: 'bad', label: 'Failed' });
    expect(tag.textContent).toContain('Failed');
    expect(tag.dataset['tone']).toBe('bad');
    expect(tag.querySelector('nz-icon')).not.toBeNull();
  });
});

describe('ProgressLine', () => {
  it.each([[62.9, '62%'], [-1, '0%'], [140, '100%'], [null, '–'], [NaN, '–']])('shows %s as %s', async (percent, words) => {
    expect((await text(ProgressLine, { percent, phase: 'Loading' })).querySelector('.percent')?.textContent).toBe(words);
  });
});

describe('MemoryBar', () => {
  it('marks what does not fit', async () => {
    const bar = await text(MemoryBar, { total: 80 * GB, segments: [{ label: 'weights', bytes: 70 * GB, colour: 1 }, { label: 'cache', bytes: 20 * GB, colour: 2 }] });
    expect(bar.querySelector('.bar')?.classList).toContain('over');
    expect(bar.textContent).toContain('90 GB / 80 GB');
  });
});

describe('ErrorState', () => {
  it('shows the request id and the words of the controller, and tries again', async () => {
    const retry = vi.fn();
    const fixture = TestBed.createComponent(ErrorState, {
      bindings: [inputBinding('failure', () => ({ status: 500, code: 'internal', message: 'The database did not answer', requestId: 'r-42' })), outputBinding('retry', retry)],
    });
    await fixture.whenStable();
    const element = fixture.nativeElement as HTMLElement;
    expect(element.textContent).toContain('The database did not answer');
    expect(element.textContent).toContain('r-42');
    element.querySelector('button')?.click();
    expect(retry).toHaveBeenCalledOnce();
  });
});

describe('SecretPanel', () => {
  it('shows the secret whole and reports that it is stored', async () => {
    const stored = vi.fn();
    const fixture = TestBed.createComponent(SecretPanel, { bindings: [inputBinding('secret', () => 'sk-os-abc'), outputBinding('stored', stored)] });
    await fixture.whenStable();
    const element = fixture.nativeElement as HTMLElement;
    expect(element.querySelector('.value')?.textContent).toContain('sk-os-abc');
    element.querySelector<HTMLButtonElement>('button.ant-btn-primary')?.click();
    expect(stored).toHaveBeenCalledOnce();
  });
});

describe('CopyText', () => {
  it('does not open the row it stands in', async () => {
    const opened = vi.fn();
    @Component({ selector: 'os-row', imports: [CopyText], template: `<div role="button" tabindex="0" (click)="open()" (keydown.enter)="open()"><os-copy text="abc" /></div>` })
    class Row {
      protected open = opened;
    }
    const fixture = TestBed.createComponent(Row);
    await fixture.whenStable();
    (fixture.nativeElement as HTMLElement).querySelector('button')?.click();
    expect(opened).not.toHaveBeenCalled();
  });
});

describe('LogViewer', () => {
  it('counts matches and stops following when one is looked at', async () => {
    const lines = ['start', 'loading layer 1', 'loading layer 2'].map((words, index) => ({ number: index + 1, at: null, text: words, error: false }));
    const following = signal(true);
    const fixture = TestBed.createComponent(LogViewer, {
      bindings: [inputBinding('lines', () => lines), inputBinding('following', following), outputBinding<boolean>('followingChange', (on) => following.set(on))],
    });
    await fixture.whenStable();
    const element = fixture.nativeElement as HTMLElement;
    const search = element.querySelector('input') as HTMLInputElement;
    search.value = 'LAYER';
    search.dispatchEvent(new Event('input'));
    await fixture.whenStable();
    expect(element.querySelector('.count')?.textContent?.trim()).toBe('1 / 2');
    expect(following()).toBe(false);
  });

  it('says that there is nothing yet', async () => {
    expect((await text(LogViewer, { lines: [] })).textContent).toContain('No lines yet');
  });
});
