import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import type { Page } from 'playwright-core';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { BrowserSession } from '../harness/browser.js';
import { useCluster } from '../harness/cluster/index.js';
import { HubServer } from '../harness/hub/hub-server.js';
import { safetensorsRepository } from '../harness/hub/safetensors-model.js';
import { describeWith } from '../harness/prerequisites.js';
import { consolePrerequisites, firstSignIn } from '../harness/sign-in.js';

const R1 = 'deepseek-ai/DeepSeek-R1-Distill-Qwen-1.5B';
const R1_LARGER = 'deepseek-ai/DeepSeek-R1-Distill-Qwen-7B';
const MB = 1_000_000;

describeWith('the model library at the console', consolePrerequisites, () => {
  const cluster = useCluster();
  let browser: BrowserSession;
  let hub: HubServer;

  beforeAll(async () => {
    hub = await HubServer.start();
    for (const [id, bytes] of [[R1, 10 * MB], [R1_LARGER, 40 * MB], ['someone/Tiny-0.5B', 2 * MB]] as const) hub.repositories.put({ ...safetensorsRepository(id, bytes, 2), licence: 'mit' });
    // Chromium reports answers above 399 as errors: the first is asked by trying, the others are refusals this journey is about.
    browser = await BrowserSession.open({ journey: 'models', language: 'en', expected: [/status of 401 .*\/api\/v1\/(me|session)/, /status of 4\d\d .*\/(models\/(inspect|import)|catalog\/lookup)/] });
  });
  afterAll(async () => {
    await browser?.close();
    await hub?.stop();
  });

  test('download, pause, resume, cancel, delete, a card of one’s own, a local import', { timeout: 300_000 }, async () => {
    const { consoleUrl } = cluster();

    await browser.step('signed in', (page) => firstSignIn(page, consoleUrl, cluster().initialAdminPassword()));

    await browser.step('hubs and a speed limit', async (page) => {
      await page.goto(`${consoleUrl}/settings/hubs`);
      for (const name of ['ModelScope', 'Hugging Face']) await page.getByRole('group', { name }).getByLabel('Address').fill(`http://127.0.0.1:${hub.port}`);
      await page.getByRole('group', { name: 'ModelScope' }).getByLabel('Access token').fill('ms-secret');
      await page.getByLabel('Speed limit of one download').fill('1');
      await page.getByRole('button', { name: 'Save settings' }).click();
      await page.getByRole('group', { name: 'ModelScope' }).getByText('A token is stored').waitFor();
      expect(await page.getByRole('group', { name: 'ModelScope' }).getByLabel('Access token').inputValue()).toBe('');
    });

    await browser.step('the family of the guide', async (page) => {
      await page.goto(`${consoleUrl}/models`);
      await page.getByRole('searchbox').fill('DeepSeek-R1-Distill');
      await chip(page, /^1\.5B, not downloaded/).waitFor();
      expect(new URL(page.url()).searchParams.get('q')).toBe('DeepSeek-R1-Distill');
    });

    await browser.step('what a download would take', async (page) => {
      await chip(page, /^1\.5B, not downloaded/).click();
      const dialog = page.getByRole('dialog');
      await dialog.getByText('Download DeepSeek-R1-Distill-Qwen-1.5B with 128K context?').waitFor();
      await dialog.getByText(R1).waitFor();
    });

    await browser.step('downloading', async (page) => {
      await page.getByRole('dialog').getByRole('button', { name: 'Download', exact: true }).click();
      await chip(page, /^1\.5B, downloading/).waitFor();
      await page.getByText(/Downloading 1\.5B/).waitFor();
      await expectText(page, 'os-family-card .way .percent', /^\d+\.\d\d%$/);
    });

    await browser.step('a second one queues', async (page) => {
      await chip(page, /^7B, not downloaded/).click();
      await page.getByRole('dialog').getByRole('button', { name: 'Download', exact: true }).click();
      await chip(page, /^7B, queued/).waitFor();
    });

    await browser.step('paused', async (page) => {
      await page.getByRole('button', { name: 'Pause: DeepSeek-R1-Distill-Qwen-1.5B' }).click();
      await chip(page, /^1\.5B, paused at/).waitFor();
      await chip(page, /^7B, downloading/).waitFor();
    });

    await browser.step('the queue with its files', async (page) => {
      await page.getByRole('link', { name: /Downloads/ }).click();
      await row(page, 'DeepSeek-R1-Distill-Qwen-7B').getByRole('button', { name: /^Files of/ }).click();
      await row(page, 'DeepSeek-R1-Distill-Qwen-7B').getByText('model-00001-of-00002.safetensors').waitFor();
    });

    await browser.step('its numbered log', async (page) => {
      await page.getByRole('button', { name: 'Download log: DeepSeek-R1-Distill-Qwen-7B' }).click();
      await page.locator('os-log-viewer').getByText(/README\.md/).first().waitFor();
      await page.keyboard.press('Escape');
    });

    await browser.step('the first goes on, the second is cancelled', async (page) => {
      await row(page, 'DeepSeek-R1-Distill-Qwen-1.5B').getByRole('button', { name: /^Resume/ }).click();
      await row(page, 'DeepSeek-R1-Distill-Qwen-7B').getByRole('button', { name: /^Cancel/ }).click();
      await page.getByRole('dialog').getByRole('button', { name: 'Cancel download' }).click();
      await row(page, 'DeepSeek-R1-Distill-Qwen-7B').getByText('Cancelled').waitFor();
      await row(page, 'DeepSeek-R1-Distill-Qwen-1.5B').getByText('Downloaded', { exact: true }).waitFor({ timeout: 60_000 });
    });

    await browser.step('the model', async (page) => {
      await page.goto(`${consoleUrl}/models?q=DeepSeek-R1-Distill`);
      await chip(page, /^7B, not downloaded/).waitFor();
      await chip(page, /^1\.5B, downloaded/).click();
      await page.getByRole('heading', { name: 'DeepSeek-R1-Distill-Qwen-1.5B' }).waitFor();
      await page.getByText('Qwen2ForCausalLM').or(page.getByText('qwen2', { exact: true })).first().waitFor();
    });

    await browser.step('its description, cleaned', async (page) => {
      await page.getByRole('link', { name: 'Description' }).click();
      await page.getByRole('heading', { name: 'A model of noise' }).waitFor();
    });

    await browser.step('its files', async (page) => {
      await page.getByRole('link', { name: 'Files', exact: true }).click();
      await page.getByRole('row').filter({ hasText: 'model-00002-of-00002.safetensors' }).getByRole('button', { name: 'Copy' }).waitFor();
    });

    await browser.step('brought to a node', async (page) => {
      await page.getByRole('link', { name: 'Nodes', exact: true }).last().click();
      await page.getByRole('combobox', { name: 'Choose nodes' }).or(page.locator('nz-select.nodes')).first().click();
      await page.locator('.ant-select-item-option', { hasText: 'node-0' }).click();
      await page.keyboard.press('Escape');
      await page.getByRole('button', { name: 'Bring to nodes' }).click();
      await page.locator('os-model-nodes .row', { hasText: 'node-0' }).getByText('Complete').waitFor({ timeout: 60_000 });
    });

    await browser.step('freed from the node', async (page) => {
      await page.locator('os-model-nodes .row', { hasText: 'node-0' }).getByRole('button', { name: 'Free disk' }).click();
      await page.getByRole('dialog').getByRole('button', { name: 'Free disk' }).click();
      await page.getByText('No node has this model yet').waitFor({ timeout: 30_000 });
    });

    await browser.step('deleted', async (page) => {
      await page.getByRole('button', { name: 'Delete', exact: true }).click();
      await page.getByRole('dialog').getByText('It can be downloaded again.').waitFor();
      await page.getByRole('dialog').getByRole('button', { name: 'Delete model' }).click();
      await page.waitForURL((url) => url.pathname === '/models');
      await page.getByRole('searchbox').fill('DeepSeek-R1-Distill');
      await chip(page, /^1\.5B, not downloaded/).waitFor();
    });

    await browser.step('a repository that is not there', async (page) => {
      await page.getByRole('link', { name: 'Add model card' }).click();
      await page.getByLabel('Repository at ModelScope').fill('someone/Nothing');
      await page.getByRole('button', { name: 'Look up' }).first().click();
      await page.getByRole('alert').waitFor();
    });

    await browser.step('a card of one’s own', async (page) => {
      await page.getByLabel('Repository at ModelScope').fill('someone/Tiny-0.5B');
      await page.getByRole('button', { name: 'Look up' }).first().click();
      await page.getByText(/of 5 files would be taken/).waitFor();
      expect(await page.getByLabel('Name in the library').inputValue()).toBe('Tiny-0.5B');
      await page.getByLabel('Name of the family').fill('Tiny of mine');
      await page.getByRole('button', { name: 'Save card' }).click();
      await page.waitForURL((url) => url.pathname === '/models');
      await page.getByRole('heading', { name: 'Tiny of mine' }).waitFor();
    });

    await browser.step('hidden and shown again', async (page) => {
      await page.getByRole('button', { name: 'More actions for Tiny of mine' }).click();
      await page.locator('.ant-dropdown-menu-item', { hasText: 'Hide card' }).click();
      await page.getByRole('heading', { name: 'Tiny of mine' }).waitFor({ state: 'detached' });
      await page.getByText(/^Show hidden/).click();
      await page.getByRole('heading', { name: 'Tiny of mine' }).waitFor();
    });

    await browser.step('a look at a path without a model', async (page) => {
      mkdirSync(join(cluster().directory, 'import/nothing'));
      await page.locator('os-page-header').getByRole('button', { name: /Import/ }).click();
      const dialog = page.getByRole('dialog');
      await dialog.getByLabel('Path on the management node').fill(join(cluster().directory, 'import/nothing'));
      await dialog.getByRole('button', { name: 'Check' }).click();
      await dialog.getByText('Cannot be imported').waitFor();
    });

    await browser.step('a local file in place', async (page) => {
      const dialog = page.getByRole('dialog');
      await dialog.getByLabel('Path on the management node').fill(cluster().modelFile);
      await dialog.getByRole('button', { name: 'Check' }).click();
      await dialog.getByText(/^Can be imported/).waitFor();
      await dialog.getByText('Leave where they are').click();
      await dialog.getByLabel('Name', { exact: true }).fill('brought-by-hand');
      await dialog.getByRole('button', { name: 'Import', exact: true }).click();
      await dialog.waitFor({ state: 'detached' });
      await page.goto(`${consoleUrl}/models?q=brought-by-hand`);
      await page.locator('os-model-card', { hasText: 'brought-by-hand' }).getByText('Ready').waitFor({ timeout: 30_000 });
    });
  });
});

function chip(page: Page, name: RegExp) {
  return page.getByRole('button', { name }).first();
}

function row(page: Page, name: string) {
  return page.locator('os-download-row', { hasText: name }).first();
}

async function expectText(page: Page, selector: string, pattern: RegExp): Promise<void> {
  expect((await page.locator(selector).first().innerText()).trim()).toMatch(pattern);
}
