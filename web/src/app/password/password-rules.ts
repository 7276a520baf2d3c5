export interface PasswordRule {
  /** Last part of the translation key. */
  readonly key: 'length' | 'digit' | 'lower' | 'symbol';
  readonly met: boolean;
}

/** The same rules as the controller's: 8 characters, a digit, a lower-case letter, one of `!@#$%^&*?`. */
export function passwordRules(password: string): readonly PasswordRule[] {
  return [
    { key: 'length', met: password.length >= 8 && password.length <= 128 },
    { key: 'digit', met: /\d/.test(password) },
    { key: 'lower', met: /[a-z]/.test(password) },
    { key: 'symbol', met: /[!@#$%^&*?]/.test(password) },
  ];
}

export function isAllowed(password: string): boolean {
  return passwordRules(password).every(({ met }) => met);
}
