import { Injectable } from '@angular/core';
import { DefaultTranspiler, type TranslocoTranspiler } from '@jsverse/transloco';

const choice = /\{\{\s*(\w+)\s*:\s*([^|{}]*)\|([^|{}]*)\}\}/g;

/** The usual placeholders, and `{{count: node|nodes}}`, which chooses its word by the number of that name. */
@Injectable()
export class PluralTranspiler extends DefaultTranspiler {
  override transpile(given: Parameters<TranslocoTranspiler['transpile']>[0]): ReturnType<TranslocoTranspiler['transpile']> {
    const { value, params } = given;
    if (typeof value !== 'string' || !value.includes('|')) return super.transpile(given);
    const numbers = params as Readonly<Record<string, unknown>> | undefined;
    // Numbers may come formatted.
    return super.transpile({ ...given, value: value.replace(choice, (_, name: string, one: string, many: string) => (String(numbers?.[name]) === '1' ? one : many).trim()) });
  }
}
