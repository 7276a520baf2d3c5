import { waitFor } from '@openstation/kit';
import type { Page } from 'playwright-core';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { BrowserSession } from '../harness/browser.js';
import { useCluster } from '../harness/cluster/index.js';
import { openaiClient, streamChat } from '../harness/openai.js';
import { describeWith } from '../harness/prerequisites.js';
import { CHOSEN_PASSWORD, consolePrerequisites } from '../harness/sign-in.js';

const SERVICE = 'first-chat';

describeWith('a first hour at the console', consolePrerequisites, () => {
  const cluster = useCluster(() => ({ script: { loadMs: 4000, loadSteps: 20 } }));
  let browser: BrowserSession;

  beforeAll(async () => {
    // Chromium reports answers below 200 and above 399 as errors: whether somebody is signed in is asked by trying.
    browser = await BrowserSession.open({ journey: 'first-hour', language: 'en', expected: [/status of 401 .*\/api\/v1\/(me|session)/] });
  });
  afterAll(async () => {
    await browser?.close();
  });

  test('from the first sign-in to a deleted service', { timeout: 240_000 }, async () => {
    const { consoleUrl, gatewayUrls } = cluster();
    const initial = cluster().initialAdminPassword();

    await browser.step('sign in', async (page) => {
      await page.goto(consoleUrl);
      await page.getByLabel('User name').fill('admin');
      await page.getByLabel('Password', { exact: true }).fill(initial);
      await page.getByRole('heading', { name: 'Sign in' }).waitFor();
    });

    await browser.step('forced password change', async (page) => {
      await page.getByRole('button', { name: 'Sign in' }).click();
      await page.getByRole('heading', { name: 'Choose your own password' }).waitFor();
      await page.goto(`${consoleUrl}/nodes`); // no way around it
      await page.getByRole('heading', { name: 'Choose your own password' }).waitFor();
      await page.getByLabel('Current password').fill(initial);
      await page.getByLabel('New password', { exact: true }).fill(CHOSEN_PASSWORD);
      await page.getByLabel('New password again').fill(CHOSEN_PASSWORD);
    });

    await browser.step('home', async (page) => {
      await page.getByRole('button', { name: 'Change password' }).click();
      await page.getByRole('navigation', { name: 'Main menu' }).waitFor();
    });

    await browser.step('node list', async (page) => {
      await menu(page, 'Nodes');
      const row = page.getByRole('row').filter({ hasText: 'node-0' });
      await row.getByText('Healthy').waitFor();
    });

    await browser.step('node with live figures', async (page) => {
      await page.getByRole('link', { name: 'node-0' }).click();
      const gauges = page.locator('.gauges');
      const cpu = page.locator('.gauge').filter({ hasText: 'CPU' });
      const memory = page.locator('.gauge').filter({ hasText: 'Memory' });
      // The first figure needs two samples.
      await waitFor(async () => /\d+\s*%/.test(await cpu.innerText()), { what: 'CPU in percent', timeoutMs: 30_000, everyMs: 100 });
      expect(await memory.innerText()).toMatch(/\d+(\.\d+)?\s*GB/);
      const before = await gauges.innerText();
      await waitFor(async () => (await gauges.innerText()) !== before, { what: 'figures that move without a reload', timeoutMs: 45_000, everyMs: 250 });
    });

    await browser.step('the same page after a reload', async (page) => {
      await page.reload();
      await page.locator('.gauges').waitFor();
    });

    await browser.step('import dialog', async (page) => {
      await menu(page, 'Models');
      await page.locator('os-page-header').getByRole('button', { name: /Import/ }).click();
      const dialog = page.getByRole('dialog');
      await dialog.getByLabel('Path on the management node').fill(cluster().modelFile);
      await dialog.getByLabel('Name', { exact: true }).fill('tiny');
    });

    await browser.step('model in the library', async (page) => {
      await page.getByRole('dialog').getByRole('button', { name: 'Import', exact: true }).click();
      const card = page.locator('os-model-card').filter({ hasText: 'tiny' });
      await card.getByText('Ready', { exact: true }).waitFor();
    });

    await browser.step('wizard, before you start', async (page) => {
      await menu(page, 'Services');
      await page.getByRole('link', { name: 'Deploy the first service' }).click();
      await page.getByLabel('Service name').fill(SERVICE);
      await page.getByText('This name is free.').waitFor();
    });

    await browser.step('wizard, settings with a plan that fits', async (page) => {
      await page.getByRole('button', { name: 'Next' }).click();
      await page.locator('#service-model').click();
      await page.locator('nz-option-item').filter({ hasText: 'tiny' }).click();
      await page.getByRole('complementary', { name: 'Plan' }).getByText('Fits', { exact: true }).waitFor();
    });

    await browser.step('wizard, confirm', async (page) => {
      await page.getByRole('button', { name: 'Next' }).click();
      await page.getByRole('heading', { name: 'What will be deployed' }).waitFor();
    });

    await browser.step('progress', async (page) => {
      await page.getByRole('button', { name: 'Deploy', exact: true }).click();
      const bar = page.getByRole('main').getByRole('progressbar').first();
      await bar.waitFor();
      await waitFor(async () => Number(await bar.getAttribute('aria-valuenow')) > 0, { what: 'a percent above nought', timeoutMs: 30_000 });
    });

    await browser.step('ready', async (page) => {
      await page.getByRole('main').getByText('Ready', { exact: true }).first().waitFor({ timeout: 60_000 });
    });

    let key = '';
    await browser.step('user created', async (page) => {
      await menu(page, 'Users');
      await page.getByRole('button', { name: 'Create user' }).click();
      const dialog = page.getByRole('dialog');
      await dialog.getByLabel('Username').fill('ada');
      await dialog.getByRole('button', { name: 'Create user' }).click();
      await page.getByText('“ada” was created').waitFor();
    });

    await browser.step('first key', async (page) => {
      const dialog = page.getByRole('dialog');
      await dialog.getByRole('button', { name: 'I have stored it' }).click();
      await dialog.getByRole('button', { name: 'Create a first API key' }).click();
      const secret = dialog.getByText(/osk1_/);
      await secret.waitFor();
      key = /osk1_[0-9A-Za-z]+_[0-9A-Za-z]+/.exec(await secret.innerText())?.[0] ?? '';
      // The picture of this step shows the key as stored, not the key.
      await dialog.getByRole('button', { name: 'I have stored it' }).click();
      await dialog.getByRole('button', { name: 'Done' }).click();
    });

    const client = openaiClient(gatewayUrls[0]!, key);
    const streamed = await streamChat(client, SERVICE);
    const whole = await client.chat.completions.create({ model: SERVICE, messages: [{ role: 'user', content: 'Hello' }] });
    expect(whole.choices[0]?.message.content).toBe(streamed.text);
    expect(streamed.usage?.total_tokens).toBeGreaterThan(16);

    await browser.step('service log', async (page) => {
      await menu(page, 'Services');
      await page.getByRole('link', { name: SERVICE, exact: true }).click();
      await page.getByRole('tab', { name: 'Service log' }).or(page.getByRole('link', { name: 'Service log' })).first().click();
      const rows = page.getByRole('row').filter({ hasText: 'ada' });
      await waitFor(async () => {
        if ((await rows.count()) >= 2) return true;
        await page.getByRole('button', { name: 'Refresh' }).click();
        return false;
      }, { what: 'both calls in the service log', timeoutMs: 20_000, everyMs: 500 });
      const cells = await rows.evaluateAll((found) => found.map((row) => [...row.querySelectorAll('td')].map((cell) => cell.textContent?.trim() ?? '')));
      for (const [, , model, duration, tokens, , , status] of cells) {
        expect(model).toBe(SERVICE);
        expect(Number(duration)).toBeGreaterThan(0);
        expect(Number(tokens)).toBeGreaterThan(16);
        expect(status).toBe('200');
      }
      // Speed and time to the first token are facts of a stream.
      expect(cells.some(([, , , , , speed, ttft]) => Number(speed) > 0 && Number(ttft) >= 0)).toBe(true);
    });

    await browser.step('deletion spells out its consequences', async (page) => {
      await page.getByRole('button', { name: 'More actions' }).click();
      await page.getByText('Delete service', { exact: true }).click();
      const dialog = page.getByRole('dialog');
      await dialog.getByText('1 instance stops').waitFor();
      await dialog.getByText('2 calls in the last hour').waitFor();
      await dialog.getByLabel(/Type this name/).fill(SERVICE);
    });

    await browser.step('deleted', async (page) => {
      await page.getByRole('dialog').getByRole('button', { name: 'Delete service' }).click();
      await menu(page, 'Services');
      await page.getByText('Deployed services appear here').waitFor();
    });

    await waitFor(async () => streamChat(client, SERVICE).then(() => false, (error: { status?: number; code?: string }) => error.status === 404 && error.code === 'model_not_found'), { what: '404 model_not_found', timeoutMs: 10_000 });
  });
});

async function menu(page: Page, name: string): Promise<void> {
  await page.getByRole('navigation', { name: 'Main menu' }).getByRole('link', { name: new RegExp(`${name}$`) }).click(); // icons have names, too
  await page.getByRole('heading', { level: 1 }).waitFor();
}
