export { sessionExpiry } from './session-expiry';
export { firstPage, mustChangePassword, needs, signedIn, signedOut } from './signed-in.guard';
export { safeReturnUrl } from './return-url';
export { unsavedChanges } from './unsaved-changes.guard';
export type { HoldsChanges } from './unsaved-changes.guard';
