import { mkdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { chromium, type Browser, type Page } from 'playwright-core';
import { ARTIFACTS } from './paths.js';
import { onPath, type Prerequisite } from './prerequisites.js';

const SCREENS = join(ARTIFACTS, 'screens');

export const chromiumInstalled: Prerequisite = { what: 'chromium (Debian package chromium)', met: () => executable() !== undefined };

export interface BrowserOptions {
  readonly language?: 'en' | 'zh';
  readonly theme?: 'light' | 'dark';
  /** Name of the folder of this journey's screenshots. */
  readonly journey: string;
  /** Console messages that are part of the journey, such as the 401 of a wrong password. */
  readonly expected?: readonly RegExp[];
}

/** One person at the console: a page of Debian's Chromium, a screenshot after each step, no silent error. */
export class BrowserSession {
  readonly errors: string[] = [];
  #steps = 0;

  private constructor(readonly browser: Browser, readonly page: Page, private readonly options: BrowserOptions) {
    const note = (text: string) => {
      if (!(options.expected ?? []).some((pattern) => pattern.test(text))) this.errors.push(text);
    };
    page.on('console', (message) => {
      if (message.type() === 'error') note(`console: ${message.text()} (${message.location().url})`);
    });
    page.on('pageerror', (error) => note(`page: ${error.message}`));
  }

  static async open(options: BrowserOptions): Promise<BrowserSession> {
    rmSync(join(SCREENS, options.journey), { recursive: true, force: true });
    mkdirSync(join(SCREENS, options.journey), { recursive: true });
    const executablePath = executable();
    if (executablePath === undefined) throw new Error('no chromium: run e2e/packages.sh browser');
    // Chromium's own sandbox does not start as root, and the pages here are our own.
    const browser = await chromium.launch({ executablePath, args: ['--no-sandbox', '--disable-dev-shm-usage', '--disable-gpu', '--force-color-profile=srgb'] });
    const context = await browser.newContext({
      ignoreHTTPSErrors: true, // the console's certificate comes from the cluster's own authority
      viewport: { width: 1440, height: 900 },
      locale: options.language === 'zh' ? 'zh-CN' : 'en-GB',
      colorScheme: options.theme ?? 'light',
    });
    context.setDefaultTimeout(20_000);
    return new BrowserSession(browser, await context.newPage(), options);
  }

  /** Does one step of the journey, takes its picture and fails on errors the page reported meanwhile. */
  async step(name: string, act: (page: Page) => Promise<void>): Promise<void> {
    this.#steps += 1;
    const file = join(SCREENS, this.options.journey, `${String(this.#steps).padStart(2, '0')}-${name.replaceAll(/[^\w]+/g, '-')}.png`);
    try {
      await act(this.page);
      await this.page.screenshot({ path: file });
    } catch (error) {
      await this.page.screenshot({ path: file.replace(/\.png$/, '-FAILED.png'), fullPage: true });
      throw new Error(`step "${name}" at ${this.page.url()}: ${(error as Error).message}\n${this.errors.join('\n')}`, { cause: error });
    }
    if (this.errors.length > 0) throw new Error(`step "${name}": the page reported\n${this.errors.join('\n')}`);
  }

  async close(): Promise<void> {
    await this.browser.close();
  }
}

function executable(): string | undefined {
  return process.env['CHROMIUM_PATH'] ?? onPath('chromium') ?? onPath('chromium-browser') ?? onPath('google-chrome');
}
