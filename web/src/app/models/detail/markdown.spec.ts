import { describe, expect, it } from 'vitest';
import { safeHtml, withoutFrontMatter } from './markdown';

describe('Markdown of strangers', () => {
  it('keeps headings, tables, code and lists', () => {
    const html = safeHtml('# Qwen\n\n| a | b |\n|---|---|\n| 1 | 2 |\n\n```py\nprint("<x>")\n```\n- one');
    expect(html).toContain('<h1>Qwen</h1>');
    expect(html).toContain('<td>1</td>');
    expect(html).toContain('&lt;x&gt;');
    expect(html).toContain('<li>one</li>');
  });

  it.each([
    '<script>alert(1)</script>', '<img src=x onerror=alert(1)>', '<a href="javascript:alert(1)">x</a>', '[x](javascript:alert(1))', '[x](data:text/html,hi)', '<iframe src="https://evil.example"></iframe>',
    '<svg onload=alert(1)><use href="#x"/></svg>', '<form action="https://evil.example"><input name=a></form>', '<style>body{display:none}</style>', '<p style="position:fixed;inset:0" onclick="x()">y</p>',
    '<math><mtext><table><mglyph><style><img src onerror=alert(1)>', '![x](https://evil.example/pixel.png)', '<a href="//evil.example">x</a>', '<object data="x"></object>', '<div id="os-app" class="ant-modal">x</div>', '<base href="https://evil.example">',
  ])('leaves no way in: %s', (source) => {
    expect(safeHtml(source)).not.toMatch(/<(script|img|iframe|svg|form|input|style|math|object|base)|javascript:|data:|\son\w+=|style=|\sid=|class=|src=|href="\/\//i);
  });

  it('opens links elsewhere without handing over the page', () => {
    expect(safeHtml('[x](https://example.org/a)')).toMatch(/href="https:\/\/example\.org\/a".*target="_blank".*rel="noopener noreferrer nofollow"/);
  });

  it('shows the words of an image and of a link inside of the repository', () => {
    expect(safeHtml('![a chart](figures/x.png)')).toContain('<em>a chart</em>');
    expect(safeHtml('[usage](./docs/usage.md)')).toBe('<p><a>usage</a></p>\n');
  });

  it('drops the front matter only where it stands in front', () => {
    expect(withoutFrontMatter('---\nlicense: mit\n---\n# A')).toBe('# A');
    expect(withoutFrontMatter('# A\n---\nb\n---\n')).toBe('# A\n---\nb\n---\n');
  });
});
