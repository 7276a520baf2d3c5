import { Component } from '@angular/core';
import { TestBed } from '@angular/core/testing';
import { Router, provideRouter } from '@angular/router';
import { expect, it } from 'vitest';
import { LostPage } from './lost-page';

@Component({ selector: 'os-any-page', template: '' })
class AnyPage {}

it('keeps the page that did not open until it does', async () => {
  let away = true;
  const load = () => (away ? Promise.reject(new TypeError('Failed to fetch dynamically imported module')) : Promise.resolve(AnyPage));
  TestBed.configureTestingModule({ providers: [provideRouter([{ path: 'usage', loadComponent: load }, { path: '**', component: AnyPage }])] });
  const [router, page] = [TestBed.inject(Router), TestBed.inject(LostPage)];
  await router.navigateByUrl('/');
  await expect(router.navigateByUrl('/usage?minutes=60')).rejects.toThrow('Failed to fetch');
  expect(page.lost()).toMatchObject({ url: '/usage?minutes=60' });
  await page.retry();
  expect(page.lost()).not.toBeNull();
  away = false;
  await page.retry();
  expect(page.lost()).toBeNull();
  expect(router.url).toBe('/usage?minutes=60');
});
