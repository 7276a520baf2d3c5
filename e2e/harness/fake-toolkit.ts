import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

/**
 * What a Docker engine looks for when a container asks for GPUs: with this program on its path it takes the NVIDIA
 * Container Toolkit for installed. It gives nothing, and does not know the cards that `loseCards` named.
 */
export function installToolkit(directory: string): void {
  mkdirSync(directory, { recursive: true });
  loseCards(directory, []);
  writeFileSync(join(directory, 'nvidia-container-runtime-hook'), HOOK, { mode: 0o755 });
}

export function loseCards(directory: string, uuids: readonly string[]): void {
  writeFileSync(join(directory, 'lost-cards'), uuids.map((uuid) => `${uuid}\n`).join(''));
}

const HOOK = `#!/bin/sh
bundle=$(jq -r .bundle)
cards=$(jq -r '.process.env[] | select(startswith("NVIDIA_VISIBLE_DEVICES=")) | ltrimstr("NVIDIA_VISIBLE_DEVICES=")' "$bundle/config.json")
for card in $(echo "$cards" | tr , ' '); do
  if grep -qx -- "$card" "$(dirname "$0")/lost-cards"; then
    echo "nvidia-container-cli: device error: $card: unknown device" >&2
    exit 1
  fi
done
`;
