import { Injectable, Pipe, inject, type PipeTransform } from '@angular/core';
import { TranslocoService } from '@jsverse/transloco';
import type { Operation } from '../api';
import { Language } from '../i18n';
import { messageWords } from './message-words';

// Not pure: they read the language, which a pure pipe would never look at again.

/** `{{ instance.message | said }}`: what control says, in the console's language as far as it is known. */
@Injectable({ providedIn: 'root' })
@Pipe({ name: 'said', pure: false })
export class SaidPipe implements PipeTransform {
  private readonly words = inject(TranslocoService);
  private readonly language = inject(Language);

  transform(message: string): string {
    this.language.current();
    return messageWords(message, (key, values) => this.words.translate(key, values));
  }
}

export type WordKind = 'phase' | 'cause' | 'verb' | 'object' | 'failure';

/** `{{ instance.phase | word: 'phase' }}`: a name of the controller as a word; of an unknown one the name itself, or what is given instead. */
@Injectable({ providedIn: 'root' })
@Pipe({ name: 'word', pure: false })
export class WordPipe implements PipeTransform {
  private readonly words = inject(TranslocoService);
  private readonly language = inject(Language);

  transform(name: string, kind: WordKind, instead: string = name): string {
    const known: unknown = this.words.getTranslation(this.language.current())[`wording.${kind}.${name}`];
    return typeof known === 'string' ? known : instead;
  }
}

/** `{{ operation | operationTitle }}`: "Add gpu-1" from the kind and the name its title ends in. */
@Pipe({ name: 'operationTitle', pure: false })
export class OperationTitlePipe implements PipeTransform {
  private readonly words = inject(TranslocoService);
  private readonly language = inject(Language);

  transform({ kind, title }: Pick<Operation, 'kind' | 'title'>): string {
    this.language.current();
    const name = /^[A-Z][a-z]+(?: (?:node|model|agents?|to|on))* (.+)$/.exec(title)?.[1];
    return name === undefined ? title : this.words.translate(`wording.operation.${kind}`, { name });
  }
}
