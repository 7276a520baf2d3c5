declare const OPENSTATION_RELEASE_VERSION: string | undefined;
declare const OPENSTATION_RELEASE_KEYS: readonly string[] | undefined;

/**
 * Version of this agent as the controller shows it; in a checkout that of package.json, to which a test holds it, with a mark
 * that makes it no release: such an agent is upgraded with its checkout.
 */
export const VERSION = typeof OPENSTATION_RELEASE_VERSION === 'undefined' ? '0.1.0+checkout' : OPENSTATION_RELEASE_VERSION;

/** Public keys whose releases this agent takes in an upgrade, fixed when it was built; none in a checkout. */
export const RELEASE_KEYS: readonly string[] = typeof OPENSTATION_RELEASE_KEYS === 'undefined' ? [] : OPENSTATION_RELEASE_KEYS;
