import { join } from 'node:path';
import { waitFor } from '@openstation/kit';
import type { Page } from 'playwright-core';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { BrowserSession } from '../harness/browser.js';
import { useCluster } from '../harness/cluster/index.js';
import { openaiClient, streamChat } from '../harness/openai.js';
import { describeWith } from '../harness/prerequisites.js';
import { CHOSEN_PASSWORD, consolePrerequisites, firstSignIn, signIn } from '../harness/sign-in.js';
import { writeTinySafetensors } from '../harness/tiny-safetensors.js';

const SERVICE = 'chat';
const BROKEN = '翻译';
const WIDE = 'wide-group';
const signInRefused = /status of (401 .*\/api\/v1\/(me|session)|4\d\d .*\/custom-engines\/)/;

describeWith('services at the console', consolePrerequisites, () => {
  // The fake engine of the broken service does not know one flag, as an older version of an engine.
  const cluster = useCluster(() => ({ agents: 2, cards: 2, engine: { kind: 'fake-groups' as const }, script: { loadMs: 800, loadSteps: 8, models: { [BROKEN]: { loadMs: 100, refuseFlags: ['--seed'] } } } }));
  const sessions: BrowserSession[] = [];
  const open = async (language: 'en' | 'zh', theme: 'light' | 'dark') => {
    const session = await BrowserSession.open({ journey: `services-${language}`, language, theme, expected: [signInRefused] });
    sessions.push(session);
    return session;
  };

  beforeAll(async () => {
    const { admin, directory } = cluster();
    await admin.importModel(writeTinySafetensors(join(directory, 'import/wide')), 'wide');
    await waitFor(async () => (await admin.rest.get<{ gpus: unknown[] }[]>('/nodes')).every(({ gpus }) => gpus.length === 2), { what: 'cards of both nodes', timeoutMs: 20_000, everyMs: 100 });
  }, 60_000);
  afterAll(async () => {
    for (const session of sessions) await session.close();
  });

  test('wizard with cards and plan, check, instances, revisions, log, timeline, stop and start', { timeout: 150_000 }, async () => {
    const { consoleUrl, gatewayUrls } = cluster();
    const browser = await open('en', 'light');

    await browser.step('signed in', (page) => firstSignIn(page, consoleUrl, cluster().initialAdminPassword()));

    await browser.step('plan of itself', async (page) => {
      await page.goto(`${consoleUrl}/services/new`);
      await page.getByLabel('Service name').fill(SERVICE);
      await page.getByText('This name is free.').waitFor();
      await page.getByRole('button', { name: 'Next' }).click();
      await page.locator('#service-model').click();
      await page.locator('nz-option-item').filter({ hasText: 'wide' }).click();
      const plan = page.getByRole('complementary', { name: 'Plan' });
      await plan.getByText('Fits', { exact: true }).waitFor();
      await plan.getByText(/parallel chats at 4,096 tokens/).waitFor();
      await plan.getByText(/^KV cache/).waitFor();
      // The card beside the chosen one says why it stays free.
      await card(page, 'node-0', 'GPU_1').getByText('free, but fewer cards are enough').waitFor();
    });

    await browser.step('plan of a chosen card', async (page) => {
      await card(page, 'node-1', 'GPU_1').getByRole('checkbox').check();
      const plan = page.getByRole('complementary', { name: 'Plan' });
      await plan.getByText('GPU_1 NVIDIA A100-SXM4-80GB').waitFor();
      await plan.getByText('node-1', { exact: true }).waitFor();
    });

    await browser.step('everything on one page', async (page) => {
      await page.getByRole('button', { name: 'Next' }).click();
      await page.getByRole('heading', { name: 'What will be deployed' }).waitFor();
      const box = page.locator('os-place-box-list li');
      await box.getByText('node-1', { exact: true }).waitFor();
      await box.getByRole('row').filter({ hasText: 'GPU_1' }).getByText('NVIDIA A100-SXM4-80GB').waitFor();
      expect(await box.count()).toBe(1);
      await page.getByText(/--max-model-len 4096/).waitFor();
    });

    await browser.step('progress', async (page) => {
      await page.getByRole('button', { name: 'Deploy', exact: true }).click();
      await page.waitForURL(/\/services\/[^/]+\/overview$/);
      await page.getByRole('main').getByRole('progressbar').first().waitFor();
      await page.getByText('Loading the model').waitFor();
    });

    await browser.step('ready', async (page) => {
      await state(page, 'Ready');
    });

    const client = openaiClient(gatewayUrls[0]!, await cluster().userWithKey('ada'));
    await waitFor(async () => (await client.models.list()).data.some(({ id }) => id === SERVICE), { what: 'its route', timeoutMs: 5000 });
    expect((await streamChat(client, SERVICE)).text.length).toBeGreaterThan(0);

    await browser.step('its instance answers a check', async (page) => {
      await tab(page, 'Instances');
      const row = page.getByRole('row').filter({ hasText: 'node-1' });
      await row.getByText('GPU_1', { exact: true }).waitFor();
      await row.getByRole('button', { name: 'Check', exact: true }).click();
      await page.getByRole('dialog').getByText('The service answers; connectivity is fine.').waitFor();
      await page.getByRole('dialog').getByRole('button', { name: 'Close' }).last().click();
      await page.getByRole('dialog').waitFor({ state: 'detached' });
    });

    await browser.step('one instance more', async (page) => {
      await page.getByRole('button', { name: 'Add instance' }).click();
      await page.getByRole('dialog').getByRole('button', { name: 'Add instance' }).click();
      await page.getByText('2 of 2 instances ready').waitFor({ timeout: 30_000 });
    });

    await browser.step('a change, rolled out', async (page) => {
      await tab(page, 'Parameters');
      await page.getByRole('button', { name: 'Edit parameters' }).click();
      await page.getByRole('dialog').getByLabel('Extended parameters').fill('--seed 7');
      await page.getByRole('dialog').getByText('Changes of revision 2').waitFor();
      await page.getByRole('dialog').getByRole('button', { name: 'Save and roll out' }).click();
      await page.getByText(/^\d of 2 on revision 2$/).waitFor();
      await page.getByText(/^\d of 2 on revision 2$/).waitFor({ state: 'detached', timeout: 60_000 });
    });

    await browser.step('one instance less', async (page) => {
      await tab(page, 'Instances');
      await page.getByRole('row').filter({ hasText: 'Ready' }).first().getByRole('button', { name: 'Delete' }).click();
      await page.getByRole('dialog').getByRole('button').last().click();
      await page.getByText('1 of 1 instance ready').waitFor({ timeout: 30_000 });
    });

    await browser.step('taken back with one click', async (page) => {
      await tab(page, 'Parameters');
      await page.getByRole('listitem').filter({ hasText: 'As first deployed' }).getByRole('button', { name: 'Revert to this' }).click();
      await page.getByRole('dialog').getByRole('button', { name: 'Revert to this' }).click();
      await page.getByRole('listitem').filter({ hasText: 'Revision 3' }).getByText('as revision 1').waitFor();
      await page.getByText(/^\d of 1 on revision 3$/).waitFor();
      await page.getByText(/^\d of 1 on revision 3$/).waitFor({ state: 'detached', timeout: 60_000 });
    });

    await browser.step('its engine log', async (page) => {
      await tab(page, 'Engine log');
      await page.locator('os-log-viewer').getByText(/Application startup complete/).waitFor();
    });

    await browser.step('the log of one that is gone', async (page) => {
      const before = page.getByRole('navigation', { name: 'Instances and earlier runs' });
      await before.getByText(/· revision 1$/).first().click();
      await page.locator('os-log-viewer').getByText(/Application startup complete/).waitFor();
    });

    await browser.step('where one more would go', async (page) => {
      await tab(page, 'Plan');
      await page.getByRole('heading', { name: 'Cards not used' }).waitFor();
      await page.getByText('carries another instance').waitFor();
    });

    await browser.step('its timeline', async (page) => {
      await tab(page, 'Events');
      for (const what of ['Deployed', 'Instance ready', 'Instance added', 'New revision', 'Instance removed']) await page.getByText(what, { exact: true }).first().waitFor();
    });

    await browser.step('engines: an image by way of a mirror', async (page) => {
      await page.goto(`${consoleUrl}/settings/engines`);
      await page.getByRole('button', { name: 'Image of SGLang' }).click();
      await page.getByRole('dialog').getByText('Shipped image, by way of a registry mirror').click();
      await page.getByRole('dialog').getByLabel('Registry mirror', { exact: true }).fill('mirror.example:5000');
      await page.getByRole('dialog').getByRole('button', { name: 'Save' }).click();
      await page.getByText(/^mirror\.example:5000\/.+:.+/).waitFor();
    });

    await browser.step('an engine of one’s own, refused, then mended', async (page) => {
      await page.getByRole('button', { name: /Add engine$/ }).click();
      const dialog = page.getByRole('dialog');
      await dialog.getByLabel('Name').fill('Mine');
      await dialog.getByLabel('Id').fill('mine');
      await dialog.getByLabel('Image').fill('registry.example/mine');
      await dialog.getByLabel('Program').fill('/bin/serve');
      await dialog.getByRole('button', { name: 'Save' }).click();
      await dialog.getByText(/needs a tag or a digest/).waitFor();
      await dialog.getByLabel('Image').fill('registry.example/mine:1.0');
      await dialog.getByRole('button', { name: 'Save' }).click();
      await page.getByText('custom-mine · GPU · safetensors').waitFor();
    });

    await browser.step('one instance over two nodes', async (page) => {
      await page.goto(`${consoleUrl}/services/new`);
      await page.getByLabel('Service name').fill(WIDE);
      await page.getByRole('button', { name: 'Next' }).click();
      await page.locator('#service-model').click();
      await page.locator('nz-option-item').filter({ hasText: 'wide' }).click();
      await page.locator('os-choose-place').getByText('Distributed', { exact: true }).click();
      await page.getByRole('complementary', { name: 'Plan' }).getByText('Fits', { exact: true }).waitFor();
      await page.getByRole('complementary', { name: 'Plan' }).getByText(/· PP 2|2 nodes/).first().waitFor();
      await page.getByRole('button', { name: 'Next' }).click();
      const boxes = page.locator('os-place-box-list > ul > li');
      await boxes.nth(1).waitFor();
      await boxes.first().getByText('Head', { exact: true }).waitFor();
      await boxes.nth(1).getByText('Member 1', { exact: true }).waitFor();
    });

    await browser.step('the group answers', async (page) => {
      await page.getByRole('button', { name: 'Deploy', exact: true }).click();
      await page.waitForURL(/\/services\/[^/]+\/overview$/);
      await state(page, 'Ready');
      const services = await cluster().admin.rest.get<{ id: string; name: string }[]>('/services');
      await cluster().admin.deleteServiceAndWait(services.find(({ name }) => name === WIDE)?.id ?? '');
    });

    await browser.step('stopped', async (page) => {
      await page.goto(`${consoleUrl}/services`);
      await page.getByRole('link', { name: SERVICE, exact: true }).click();
      await more(page, 'Stop');
      await page.getByRole('dialog').getByText('The service, its address and its settings stay').waitFor();
      await page.getByRole('dialog').getByRole('button', { name: 'Stop service' }).click();
      await state(page, 'Stopped');
    });

    await browser.step('started again', async (page) => {
      await page.getByRole('button', { name: /Start$/ }).click();
      await state(page, 'Ready');
    });
  });

  test('in Chinese: a copy that fails, the cause, the mended relaunch, what if, deletion', { timeout: 150_000 }, async () => {
    const { consoleUrl } = cluster();
    const browser = await open('zh', 'dark');

    await browser.step('signed in', async (page) => {
      await signIn(page, consoleUrl, CHOSEN_PASSWORD, 'zh');
      await page.getByRole('navigation').first().waitFor();
    });

    await browser.step('a copy with a flag too many', async (page) => {
      await page.goto(`${consoleUrl}/services`);
      await page.getByRole('link', { name: `复制 ${SERVICE}` }).click();
      const name = page.getByLabel('服务名称');
      await waitFor(async () => (await name.inputValue()).startsWith(SERVICE), { what: 'the copied draft', timeoutMs: 10_000 });
      await name.fill(BROKEN);
      await page.getByRole('button', { name: '下一步' }).click();
      const advanced = page.getByRole('button', { name: /^高级设置/ });
      if ((await advanced.getAttribute('aria-expanded')) === 'false') await advanced.click();
      await page.getByLabel('扩展参数').fill('--seed 3');
      await page.getByRole('button', { name: '下一步' }).click();
      await page.getByText('--seed 3', { exact: true }).waitFor();
      await page.getByRole('button', { name: '部署', exact: true }).or(page.getByRole('button', { name: '提交', exact: true })).click();
      await page.waitForURL(/\/services\/[^/]+\/overview$/);
    });

    await browser.step('the cause', async (page) => {
      await page.getByText('引擎不认识某个参数').first().waitFor({ timeout: 40_000 });
      await page.getByText('error: unrecognized arguments: --seed').waitFor();
    });

    await browser.step('relaunched with the change', async (page) => {
      await page.getByRole('button', { name: '按此修改重新部署…' }).first().click({ timeout: 60_000 });
      await page.getByRole('dialog').getByRole('button', { name: '重新部署', exact: true }).click();
      await state(page, '正常');
    });

    await browser.step('timeline', async (page) => {
      await tab(page, '事件');
      await page.getByText(/实例 1 失败：引擎退出，退出码 2/).first().waitFor();
    });

    await browser.step('what if', async (page) => {
      await page.goto(`${consoleUrl}/services/what-if`);
      await page.locator('nz-select.model-choice').click();
      await page.locator('nz-option-item').filter({ hasText: 'wide' }).click();
      await page.locator('.nodes').getByRole('checkbox', { name: 'node-1' }).check();
      await page.getByRole('button', { name: '计算' }).click();
      await page.getByRole('heading', { name: /^1 个中有 \d 个可以部署/ }).waitFor();
      await page.getByRole('heading', { name: /个服务受影响/ }).waitFor();
    });

    await browser.step('deleted', async (page) => {
      await page.goto(`${consoleUrl}/services`);
      await page.locator('os-service-card', { hasText: BROKEN }).getByRole('button', { name: '删除' }).click();
      const dialog = page.getByRole('dialog');
      const typed = dialog.getByRole('textbox');
      if (await typed.isVisible()) await typed.fill(BROKEN);
      await dialog.getByRole('button').last().click();
      await page.locator('os-service-card', { hasText: BROKEN }).waitFor({ state: 'detached', timeout: 30_000 });
    });
  });
});

/** The row of a card in the wizard's tree. */
function card(page: Page, node: string, label: string) {
  return page.locator('os-choose-place .tree > li').filter({ has: page.locator(`.node .name[title="${node}"]`) }).locator('.cards > li').filter({ hasText: label });
}

async function tab(page: Page, name: string): Promise<void> {
  await page.locator('nav.tabs').getByRole('link', { name, exact: true }).click();
}

async function more(page: Page, name: string): Promise<void> {
  await page.getByRole('button', { name: 'More actions' }).click();
  await page.locator('.ant-dropdown-menu-item').filter({ hasText: name }).click();
}

async function state(page: Page, word: string): Promise<void> {
  await page.locator('os-page-header os-state-tag').getByText(word, { exact: true }).waitFor({ timeout: 40_000 });
}
