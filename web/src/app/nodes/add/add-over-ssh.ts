import { Component, computed, inject, output, signal } from '@angular/core';
import { FormsModule } from '@angular/forms';
import { Router } from '@angular/router';
import { TranslocoDirective } from '@jsverse/transloco';
import { NzButtonModule } from 'ng-zorro-antd/button';
import { NzCheckboxModule } from 'ng-zorro-antd/checkbox';
import { NzIconModule } from 'ng-zorro-antd/icon';
import { NzInputModule } from 'ng-zorro-antd/input';
import { NzInputNumberModule } from 'ng-zorro-antd/input-number';
import { NzRadioModule } from 'ng-zorro-antd/radio';
import { Api, ApiFailure, LiveStore, type HostKeys } from '../../api';
import { ErrorState, FieldError } from '../../ui-kit';
import { SaidPipe } from '../../wording';
import { CredentialFields } from './credential-fields';
import { credentialOf, type CredentialDraft } from './credential-draft';
import { HostKeyCheck } from './host-key-check';
import { emptySshDraft, nodeAt, sshProblems, type SshDraft, type SshProblems } from './ssh-draft';

/** A server that the platform signs in to: the form, its host keys to confirm, then the page that shows how it goes. */
@Component({
  selector: 'os-add-over-ssh',
  imports: [FormsModule, TranslocoDirective, NzButtonModule, NzCheckboxModule, NzIconModule, NzInputModule, NzInputNumberModule, NzRadioModule, CredentialFields, ErrorState, FieldError, HostKeyCheck, SaidPipe],
  templateUrl: './add-over-ssh.html',
  styles: `
    .pair { display: grid; grid-template-columns: minmax(0, 1fr) 120px; gap: 0 16px; }
    nz-input-number { width: 100%; }
    .what { margin: 0 0 16px; padding: 0; list-style: none; font-size: 13px; line-height: 20px; color: var(--os-text-2); }
    .review { margin-top: -4px; }
    footer { display: flex; justify-content: flex-end; gap: 8px; margin-top: 20px; }
    os-error { margin-bottom: 16px; }
  `,
})
export class AddOverSsh {
  private readonly api = inject(Api);
  private readonly router = inject(Router);
  private readonly live = inject(LiveStore);

  readonly closed = output();

  protected readonly draft = signal<SshDraft>(emptySshDraft);
  protected readonly tried = signal(false);
  protected readonly busy = signal(false);
  protected readonly failure = signal<ApiFailure | null>(null);
  /** What the server showed; the form is behind while somebody compares. */
  protected readonly keys = signal<HostKeys | null>(null);

  protected readonly problems = computed(() => sshProblems(this.draft(), this.live.nodes()));
  protected readonly sameAddress = computed(() => nodeAt(this.draft().host, this.live.nodes()));
  /** A refusal that belongs to a field is shown there. */
  protected readonly refusedField = computed(() => this.failure()?.field ?? '');

  protected set(change: Partial<SshDraft>): void {
    this.draft.update((draft) => ({ ...draft, ...change }));
    this.failure.set(null);
  }

  protected setCredential(credential: CredentialDraft): void {
    this.set({ credential });
  }

  protected problem(field: keyof SshProblems): string {
    return this.tried() ? (this.problems()[field] ?? '') : '';
  }

  protected refused(field: string): string {
    return this.refusedField() === field ? (this.failure()?.message ?? '') : '';
  }

  /** Asks for the host keys: nothing secret is sent before they are confirmed. */
  protected async probe(): Promise<void> {
    this.tried.set(true);
    if (Object.keys(this.problems()).length > 0) {
      requestAnimationFrame(() => document.querySelector<HTMLElement>('os-add-over-ssh .ant-input-status-error, os-add-over-ssh .ant-input-number-status-error input')?.focus());
      return;
    }
    const { host, port } = this.draft();
    await this.attempt(async () => this.keys.set(await this.api.post('/nodes/host-keys', { body: { host: host.trim(), port: port ?? 22 } })));
  }

  protected async add(expectedHostKey: string): Promise<void> {
    const { name, host, port, type, alwaysReview, credential } = this.draft();
    await this.attempt(async () => {
      const { node } = await this.api.post('/nodes', {
        body: {
          name: name.trim(), host: host.trim(), port: port ?? 22, user: credential.user.trim(), credential: credentialOf(credential), type, expectedHostKey, review: alwaysReview ? 'always' : 'problems', fixes: [],
        },
      });
      this.draft.set(emptySshDraft);
      this.closed.emit();
      await this.router.navigate(['/nodes', node.id, 'setup']);
    });
    // What is to be mended stands in the form.
    if (this.failure()?.field) this.keys.set(null);
  }

  private async attempt(act: () => Promise<void>): Promise<void> {
    if (this.busy()) return;
    this.busy.set(true);
    this.failure.set(null);
    try {
      await act();
    } catch (thrown) {
      this.failure.set(ApiFailure.from(thrown));
    } finally {
      this.busy.set(false);
    }
  }
}
