import { Pipe, inject, type PipeTransform } from '@angular/core';
import { Language } from '../i18n';
import { formatBytes, formatDuration, formatNumber } from './format';

// Not pure: they read the language, which a pure pipe would never look at again.

/** `{{ model.bytes | bytes }}` → `16.4 GB`; unknown → `–`. */
@Pipe({ name: 'bytes' })
export class BytesPipe implements PipeTransform {
  transform(value: number | null | undefined): string {
    return formatBytes(value);
  }
}

/** `{{ call.durationMs | duration }}` → `9.05 s`; unknown → `–`. */
@Pipe({ name: 'duration', pure: false })
export class DurationPipe implements PipeTransform {
  private readonly language = inject(Language);

  /** `whole`: in seconds that count up, not to two decimals. */
  transform(ms: number | null | undefined, whole = false): string {
    return formatDuration(ms, this.language.current(), whole);
  }
}

/** `{{ tokens | number }}`, `{{ rate | number: 2 }}`; unknown → `–`. */
@Pipe({ name: 'number', pure: false })
export class NumberPipe implements PipeTransform {
  private readonly language = inject(Language);

  transform(value: number | null | undefined, decimals = 0): string {
    return formatNumber(value, decimals, this.language.current());
  }
}
