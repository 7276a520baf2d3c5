export { PasswordForm } from './password-form';
export { passwordRoutes } from './password.routes';
export { passwordStrings } from './password-strings';
