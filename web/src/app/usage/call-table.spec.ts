import { inputBinding } from '@angular/core';
import { TestBed } from '@angular/core/testing';
import { expect, it } from 'vitest';
import { consoleTesting } from '../../test/console-testing';
import { aCall } from '../../test/fixtures';
import { CallTable } from './call-table';
import usage from './i18n/en.json';

it("shows a call in the order of the guide's service log, and its waterfall when it is opened", async () => {
  TestBed.configureTestingModule({ providers: consoleTesting({ usage }) });
  const calls = [aCall({ startedAt: new Date(2026, 10, 23, 6, 17, 38, 126).toISOString(), ttftMs: 4.2 })];
  const fixture = TestBed.createComponent(CallTable, { bindings: [inputBinding('calls', () => calls)] });
  await fixture.whenStable();
  const element = fixture.nativeElement as HTMLElement;
  const cells = [...element.querySelectorAll('tr.row-link td')].map((cell) => cell.textContent?.trim());
  expect(cells.slice(0, 9)).toEqual(['2026-11-23 06:17:38.126', 'alice', 'qwen3', '9.05', '996', '112.30', '0.004', '200', 'Answered']);
  expect(element.querySelector('os-call-waterfall')).toBeNull();
  element.querySelector<HTMLButtonElement>('.unfold button')?.click();
  await fixture.whenStable();
  expect(element.querySelector('os-call-waterfall')).not.toBeNull();
});
