import { Component, computed, input } from '@angular/core';

/** Marks of our own for the bundled words: a hue of the charts and one path in a box of 24. */
const drawings: Readonly<Record<string, { readonly hue: number; readonly path: string }>> = {
  deepseek: { hue: 1, path: 'M3 9c3-4 6-4 9 0s6 4 9 0M3 15c3-4 6-4 9 0s6 4 9 0' },
  qwen: { hue: 5, path: 'M12 3l8 4.5v9L12 21l-8-4.5v-9zM12 8v8M8.5 10l7 4M15.500 10l-7 4' },
  llama: { hue: 2, path: 'M7 20v-7c0-2 1-3 3-3h4c3 0 4-2 4-6M7 13V5M17 20v-8M12 20v-5' },
  glm: { hue: 7, path: 'M5 5h14L5 19h14' },
  kimi: { hue: 4, path: 'M15 4a8 8 0 1 0 5 12 7 7 0 0 1-5-12z' },
  minimax: { hue: 3, path: 'M4 16V8M8 19V5M12 15V9M16 19V5M20 16V8' },
  openai: { hue: 6, path: 'M12 4v16M5 8l14 8M19 8L5 16' },
  bge: { hue: 8, path: 'M5 19V11M5 19l6-6M5 19h8M18 5.500a1.500 1.500 0 1 1 0 .1M16 10a1.500 1.500 0 1 1 0 .1' },
};

/** The mark of a model family: a drawing where we have one, else its initials. */
@Component({
  selector: 'os-family-logo',
  template: `
    @if (drawing(); as known) {<svg viewBox="0 0 24 24" aria-hidden="true"><path [attr.d]="known.path" /></svg>}
    @else {<span aria-hidden="true">{{ initials() }}</span>}
  `,
  host: { '[style.--hue]': "'var(--os-chart-' + hue() + ')'" },
  styles: `
    :host { flex: none; display: grid; place-items: center; width: 40px; height: 40px; border-radius: 10px; background: color-mix(in srgb, var(--hue) 14%, var(--os-surface)); border: 1px solid color-mix(in srgb, var(--hue) 30%, transparent); }
    svg { width: 24px; height: 24px; fill: none; stroke: color-mix(in srgb, var(--hue) 85%, var(--os-text)); stroke-width: 1.8; stroke-linecap: round; stroke-linejoin: round; }
    span { font-size: 14px; font-weight: 600; color: color-mix(in srgb, var(--hue) 55%, var(--os-text)); }
  `,
})
export class FamilyLogo {
  readonly logo = input.required<string>();
  readonly name = input.required<string>();

  protected readonly drawing = computed(() => drawings[this.logo()] ?? null);
  protected readonly initials = computed(() => initialsOf(this.name()));
  protected readonly hue = computed(() => this.drawing()?.hue ?? (hash(this.name()) % 8) + 1);
}

/** Words that have a drawing. */
export const logoWords: readonly string[] = Object.keys(drawings);

/** "My Own-Model" → "MO"; a name in Chinese keeps its first sign. */
export function initialsOf(name: string): string {
  const parts = name.split(/[\s._:/-]+/).filter(Boolean);
  const [first = '', second = ''] = parts.map((part) => String.fromCodePoint(part.codePointAt(0) ?? 32));
  return (/[^\u0000-\u024f]/.test(first) ? first : first + second).toUpperCase();
}

function hash(text: string): number {
  return Array.from(text, (sign) => sign.codePointAt(0) ?? 0).reduce((sum, code) => (sum * 31 + code) >>> 0, 7);
}
