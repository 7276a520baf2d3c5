/**
 * Puts text on the clipboard; false when the browser refuses. The console is often reached by an address whose
 * certificate the browser does not trust fully, where `navigator.clipboard` is missing: then by a selection.
 */
export async function writeClipboard(text: string): Promise<boolean> {
  if (window.isSecureContext && 'clipboard' in navigator) {
    try {
      await navigator.clipboard.writeText(text);
      return true;
    } catch {
      return copyBySelection(text);
    }
  }
  return copyBySelection(text);
}

function copyBySelection(text: string): boolean {
  const field = document.createElement('textarea');
  field.value = text;
  field.style.position = 'fixed';
  field.style.opacity = '0';
  document.body.append(field);
  field.select();
  try {
    // eslint-disable-next-line @typescript-eslint/no-deprecated -- nothing else copies in an insecure context
    return document.execCommand('copy');
  } finally {
    field.remove();
  }
}
