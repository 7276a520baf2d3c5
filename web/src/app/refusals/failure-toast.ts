import { Service as Injectable, inject } from '@angular/core';
import { TranslocoService } from '@jsverse/transloco';
import { NzMessageService } from 'ng-zorro-antd/message';
import { ApiFailure } from '../api';
import { failureWords } from '../ui-kit';
import { SaidPipe } from '../wording';

/** Says in passing why something that was asked for did not happen: for deeds without a form of their own. */
@Injectable()
export class FailureToast {
  private readonly message = inject(NzMessageService);
  private readonly transloco = inject(TranslocoService);
  private readonly said = inject(SaidPipe);

  show(thrown: unknown): void {
    this.message.error(this.words(thrown), { nzDuration: 8000 });
  }

  /** The same in words, for who has more to say beside it. */
  words(thrown: unknown): string {
    const { title, message } = failureWords(ApiFailure.from(thrown));
    return message ? this.said.transform(message) : this.transloco.translate(title);
  }
}
