import { Component } from '@angular/core';
import { TestBed } from '@angular/core/testing';
import { Router, provideRouter } from '@angular/router';
import { HttpTestingController } from '@angular/common/http/testing';
import { expect, it } from 'vitest';
import { consoleTesting } from '../test/console-testing';
import { aMe } from '../test/fixtures';
import { Api, Session } from './api';
import { App } from './app';

@Component({ selector: 'os-any-page', template: '' })
class AnyPage {}

it('leads to the new password and remembers the way back when a call is refused for it', async () => {
  TestBed.configureTestingModule({ providers: [...consoleTesting(), provideRouter([{ path: '**', component: AnyPage }])] });
  const [http, router, session] = [TestBed.inject(HttpTestingController), TestBed.inject(Router), TestBed.inject(Session)];
  const signedIn = session.signIn('admin', 'secret');
  http.expectOne('/api/v1/session').flush(aMe({ permissions: [] }));
  await signedIn;
  const fixture = TestBed.createComponent(App);
  await router.navigateByUrl('/usage?minutes=1440');
  await fixture.whenStable();
  expect(router.url).toBe('/usage?minutes=1440');
  const call = TestBed.inject(Api).get('/nodes');
  http.expectOne('/api/v1/nodes').flush({ error: { code: 'password-change-required', message: '', requestId: 'r' } }, { status: 403, statusText: 'Forbidden' });
  await expect(call).rejects.toMatchObject({ status: 403 });
  await fixture.whenStable();
  expect(router.url).toBe('/change-password?returnUrl=%2Fusage%3Fminutes%3D1440');
});
