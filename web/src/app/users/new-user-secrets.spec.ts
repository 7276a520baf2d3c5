import { HttpTestingController } from '@angular/common/http/testing';
import { inputBinding, outputBinding } from '@angular/core';
import { TestBed } from '@angular/core/testing';
import { beforeEach, describe, expect, it, vi } from 'vitest';
import { consoleTesting } from '../../test/console-testing';
import { Session } from '../api';
import strings from './i18n/en.json';
import { NewUserSecrets } from './new-user-secrets';

describe('secrets of a new user', () => {
  let http: HttpTestingController;
  const closed = vi.fn();

  beforeEach(() => {
    closed.mockReset();
    TestBed.configureTestingModule({ providers: [...consoleTesting({ users: strings }), { provide: Session, useValue: { can: () => true } }] });
    http = TestBed.inject(HttpTestingController);
  });

  async function open() {
    const fixture = TestBed.createComponent(NewUserSecrets, {
      bindings: [inputBinding('user', () => ({ id: 'u7', username: 'bob' })), inputBinding('password', () => 'pa55word!'), outputBinding('closed', closed)],
    });
    await fixture.whenStable();
    const dialog = () => document.querySelector<HTMLElement>('.ant-modal')!;
    const press = async (words: string) => {
      const button = [...dialog().querySelectorAll('button')].find((each) => each.textContent.includes(words));
      button?.click();
      await fixture.whenStable();
      return button;
    };
    return { dialog, press };
  }

  it('does not close before the password is said to be stored, and then never shows it again', async () => {
    const { dialog, press } = await open();
    expect(dialog().textContent).toContain('pa55word!');
    expect((await press('Done'))?.disabled).toBe(true);
    expect(closed).not.toHaveBeenCalled();
    await press('I have stored it');
    expect(dialog().textContent).not.toContain('pa55word!');
    await press('Done');
    expect(closed).toHaveBeenCalledOnce();
  });

  it('makes a first key for that user and waits until it is stored too', async () => {
    const { dialog, press } = await open();
    await press('I have stored it');
    await press('Create a first API key');
    const request = http.expectOne('/api/v1/keys');
    expect(request.request.body).toMatchObject({ userId: 'u7', expiresAt: null });
    request.flush({ key: {}, secret: 'sk-os-1' });
    await vi.waitFor(() => expect(dialog().textContent).toContain('sk-os-1'));
    await press('Done');
    expect(closed).not.toHaveBeenCalled();
    await press('I have stored it');
    await press('Done');
    expect(closed).toHaveBeenCalledOnce();
  });
});
