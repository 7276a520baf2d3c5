import type { Page } from 'playwright-core';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { BrowserSession } from '../harness/browser.js';
import { useCluster } from '../harness/cluster/index.js';
import { describeWith } from '../harness/prerequisites.js';
import { consolePrerequisites, firstSignIn } from '../harness/sign-in.js';


describeWith('looking after nodes at the console', consolePrerequisites, () => {
  const cluster = useCluster();
  let browser: BrowserSession;

  beforeAll(async () => {
    // Chromium reports answers above 399 as errors: the first is asked by trying, the others are refusals this journey is about.
    browser = await BrowserSession.open({ journey: 'nodes', language: 'en', expected: [/status of 401 .*\/api\/v1\/(me|session)/, /status of 4\d\d .*\/nodes\/(host-keys|[0-9a-f-]+\/bootstrap)/] });
  });
  afterAll(async () => {
    await browser?.close();
  });

  test('add, hold, resume and look before removing', { timeout: 240_000 }, async () => {
    const { consoleUrl } = cluster();

    await browser.step('signed in', (page) => firstSignIn(page, consoleUrl, cluster().initialAdminPassword()));

    await browser.step('a server that is not asked for its keys', async (page) => {
      await page.goto(`${consoleUrl}/nodes?add`);
      const dialog = page.getByRole('dialog');
      await dialog.getByLabel('Node name').fill('itself');
      await dialog.getByLabel('IP address or host name').fill('127.0.0.1');
      await dialog.getByLabel('Root password').fill('not-sent-anywhere');
      await dialog.getByRole('button', { name: 'Next: compare the host key' }).click();
      await dialog.getByText('is the controller itself').waitFor();
    });

    await browser.step('a command to join', async (page) => {
      const dialog = page.getByRole('dialog');
      await dialog.getByRole('tab', { name: /By a command/ }).click();
      await dialog.getByRole('button', { name: 'Show the command' }).click();
      await dialog.locator('os-command').first().waitFor();
      expect(await dialog.getByRole('timer').innerText()).toMatch(/^(30:00|29:\d\d)$/);
      await dialog.getByText('Waiting for the node').waitFor();
      await dialog.getByRole('button', { name: 'Done' }).click();
    });

    await browser.step('found by name', async (page) => {
      await page.getByRole('searchbox').fill('node-0');
      await row(page).getByText('Healthy').waitFor();
      expect(new URL(page.url()).searchParams.get('q')).toBe('node-0');
    });

    await browser.step('maintenance with a reason', async (page) => {
      await row(page).getByRole('link', { name: 'node-0' }).click();
      await choose(page, 'Maintenance');
      await page.getByRole('dialog').getByLabel(/Reason/).fill('a new disk');
      await page.getByRole('dialog').getByRole('button', { name: 'Maintenance' }).click();
      await page.getByText('Reason: a new disk').waitFor();
    });

    await browser.step('its event', async (page) => {
      await page.getByRole('link', { name: 'Events' }).click();
      await page.getByText(/into maintenance: a new disk/).waitFor();
    });

    await browser.step('its measurements', async (page) => {
      await page.getByRole('link', { name: 'Charts' }).click();
      await page.locator('os-time-chart canvas').first().waitFor();
    });

    await browser.step('back in service', async (page) => {
      await page.getByRole('button', { name: 'Resume' }).click();
      await page.getByText('Reason: a new disk').waitFor({ state: 'detached' });
    });

    await browser.step('what removing it would do', async (page) => {
      await page.goto(`${consoleUrl}/nodes?q=node-0`);
      await row(page).waitFor();
      const remove = row(page).getByRole('button', { name: 'Remove' });
      if ((await remove.count()) === 0) return; // the management node says why in its tooltip
      await remove.click();
      await page.getByRole('dialog').getByText('Its certificate is revoked').waitFor();
      await page.getByRole('dialog').getByRole('button', { name: 'Cancel' }).click();
    });
  });
});

function row(page: Page) {
  return page.getByRole('row').filter({ hasText: 'node-0' });
}

async function choose(page: Page, deed: string): Promise<void> {
  await page.getByRole('main').getByRole('button', { name: /More actions/ }).click();
  await page.getByRole('menuitem', { name: deed }).or(page.locator('.ant-dropdown-menu-item', { hasText: deed })).first().click();
}
