import { Component, computed, inject, input, output } from '@angular/core';
import { RouterLink } from '@angular/router';
import { TranslocoDirective, TranslocoService } from '@jsverse/transloco';
import { NzIconModule } from 'ng-zorro-antd/icon';
import type { Download, ModelFamily, ModelVariant } from '../../api';
import { Language } from '../../i18n';
import { formatBytes, formatDuration, MoreMenu, type MenuEntry } from '../../ui-kit';
import { DownloadButtons } from '../downloads/download-buttons';
import { downloadTone } from '../downloads/download-tone';
import { contextLabel } from '../model-state';
import { FamilyLogo } from './family-logo';
import { shownDownload } from './live-families';
import { VariantChip } from './variant-chip';

export type CardDeed = 'edit' | 'hide' | 'show' | 'takeBack' | 'delete';

/** A family of the catalog: what it is, its sizes as chips, and who made it or what is being fetched. */
@Component({
  selector: 'os-family-card',
  imports: [RouterLink, TranslocoDirective, NzIconModule, DownloadButtons, FamilyLogo, MoreMenu, VariantChip],
  templateUrl: './family-card.html',
  styleUrl: './family-card.scss',
  host: { '[class.hidden]': 'family().hidden' },
})
export class FamilyCard {
  private readonly language = inject(Language);
  private readonly words = inject(TranslocoService);

  readonly family = input.required<ModelFamily>();
  readonly downloads = input<readonly Download[]>([]);
  readonly mayWrite = input(false);
  readonly chosen = output<ModelVariant>();
  readonly deed = output<CardDeed>();
  readonly openLog = output<Download>();

  protected readonly tones = downloadTone;
  protected readonly contextLabel = contextLabel;
  protected readonly description = computed(() => {
    const { description, descriptionZh } = this.family();
    return this.language.current() === 'zh' ? descriptionZh || description : description || descriptionZh;
  });
  protected readonly shown = computed(() => shownDownload(this.family(), this.downloads()));
  protected readonly percent = computed(() => (Math.floor((this.shown()?.download.operation.percent ?? 0) * 100) / 100).toFixed(2));
  protected readonly entries = computed<readonly MenuEntry[]>(() => {
    this.language.current();
    const { origin, edited, hidden } = this.family();
    const entry = (key: CardDeed, danger = false): MenuEntry => ({ key, label: this.words.translate(`models.card.${key}`), danger });
    return [entry('edit'), entry(hidden ? 'show' : 'hide'), ...(origin === 'own' ? [entry('delete', true)] : edited ? [entry('takeBack')] : [])];
  });

  protected line({ operation }: Download): string {
    const { transfer } = operation;
    const say = (key: string, values: object) => this.words.translate(key, values);
    return [
      transfer?.bytesPerSecond == null ? '' : say('models.card.speed', { speed: formatBytes(transfer.bytesPerSecond) }),
      transfer?.etaSeconds == null ? '' : say('kit.transfer.left', { time: formatDuration(Math.max(1, Math.round(transfer.etaSeconds)) * 1000, this.language.current()).replace('.00', '') }),
    ].filter(Boolean).join(' · ');
  }

  protected pick(key: string): void {
    this.deed.emit(key as CardDeed);
  }
}
