import type { Page } from 'playwright-core';
import { chromiumInstalled } from './browser.js';
import { consoleRoot } from './paths.js';
import type { Prerequisite } from './prerequisites.js';

/** What the administrator of a journey chooses at the first sign-in. */
export const CHOSEN_PASSWORD = 'a-better-Passw0rd!';

export const consolePrerequisites: readonly Prerequisite[] = [chromiumInstalled, { what: 'the built console (npx nx run web:build)', met: () => consoleRoot() !== undefined }];

const WORDS = {
  en: { name: 'User name', password: 'Password', submit: 'Sign in' },
  zh: { name: '用户名', password: '密码', submit: '登录' },
} as const;

/** Fills the sign-in page in its language and sends it. */
export async function signIn(page: Page, consoleUrl: string, password = CHOSEN_PASSWORD, language: keyof typeof WORDS = 'en'): Promise<void> {
  const words = WORDS[language];
  await page.goto(consoleUrl);
  await page.getByLabel(words.name).fill('admin');
  await page.getByLabel(words.password, { exact: true }).fill(password);
  await page.getByRole('button', { name: words.submit, exact: true }).click();
}

/** The first sign-in ever, with the change of the password it asks for, up to the main menu. English. */
export async function firstSignIn(page: Page, consoleUrl: string, initial: string): Promise<void> {
  await signIn(page, consoleUrl, initial);
  await page.getByLabel('Current password').fill(initial);
  await page.getByLabel('New password', { exact: true }).fill(CHOSEN_PASSWORD);
  await page.getByLabel('New password again').fill(CHOSEN_PASSWORD);
  await page.getByRole('button', { name: 'Change password' }).click();
  await page.getByRole('navigation', { name: 'Main menu' }).waitFor();
}
