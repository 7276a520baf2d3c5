import { HttpTestingController } from '@angular/common/http/testing';
import { inputBinding } from '@angular/core';
import { TestBed } from '@angular/core/testing';
import { Router } from '@angular/router';
import { beforeEach, describe, expect, it, vi } from 'vitest';
import { consoleTesting } from '../../test/console-testing';
import { aMe } from '../../test/fixtures';
import { Theme } from '../look';
import signInStrings from './i18n/en.json';
import { safeReturnUrl } from '../access';
import { SignIn } from './sign-in';

describe('SignIn', () => {
  let http: HttpTestingController;

  beforeEach(() => {
    TestBed.configureTestingModule({ providers: [...consoleTesting({ signIn: signInStrings }), { provide: Theme, useValue: { dark: () => false, choice: () => 'light' } }] });
    http = TestBed.inject(HttpTestingController);
  });

  async function open(returnUrl?: string) {
    const fixture = TestBed.createComponent(SignIn, { bindings: [inputBinding('returnUrl', () => returnUrl)] });
    await fixture.whenStable();
    const element = fixture.nativeElement as HTMLElement;
    const type = (id: string, value: string) => {
      const field = element.querySelector<HTMLInputElement>(`#${id}`)!;
      field.value = value;
      field.dispatchEvent(new Event('input'));
    };
    const submit = async () => {
      element.querySelector('form')!.dispatchEvent(new Event('submit'));
      await fixture.whenStable();
    };
    return { fixture, element, type, submit };
  }

  it('asks for what is missing and sends nothing', async () => {
    const { element, submit } = await open();
    await submit();
    expect(element.textContent).toContain('Enter your user name');
    expect(element.textContent).toContain('Enter your password');
    http.expectNone('/api/v1/session');
  });

  it.each([
    [401, 'wrong-credentials', 'User name or password is wrong'], [429, 'too-many', 'Too many attempts'], [403, 'account-disabled', 'disabled'], [403, 'password-expired', 'initial password has expired'],
  ])('puts %d %s in words and empties the password', async (status, code, words) => {
    const { fixture, element, type, submit } = await open();
    type('username', 'admin');
    type('password', 'wrong');
    await submit();
    http.expectOne('/api/v1/session').flush({ error: { code, message: '', requestId: 'r' } }, { status, statusText: 'No' });
    await vi.waitFor(async () => {
      await fixture.whenStable();
      expect(element.querySelector('[role=alert]')?.textContent).toContain(words);
    });
    expect(element.querySelector<HTMLInputElement>('#password')?.value).toBe('');
  });

  it.each([[false, '/nodes/7'], [true, '/change-password']])('goes where it was asked to, unless the password must change (%s)', async (mustChangePassword, target) => {
    const navigate = vi.spyOn(TestBed.inject(Router), 'navigateByUrl').mockResolvedValue(true);
    const { type, submit } = await open('/nodes/7');
    type('username', ' admin ');
    type('password', 'right');
    await submit();
    const request = http.expectOne('/api/v1/session');
    expect(request.request.body).toEqual({ username: 'admin', password: 'right' });
    request.flush(aMe({ mustChangePassword, permissions: [] }));
    await vi.waitFor(() => expect(navigate).toHaveBeenCalledWith(target));
  });
});

describe('safeReturnUrl', () => {
  it.each(['https://evil.example', '//evil.example', '/\\evil.example', 'javascript:alert(1)', '', null, '/sign-in?returnUrl=/'])('refuses %s', (wanted) => expect(safeReturnUrl(wanted)).toBe('/'));
  it('keeps a path of the console', () => expect(safeReturnUrl('/usage?outcome=ok')).toBe('/usage?outcome=ok'));
});
