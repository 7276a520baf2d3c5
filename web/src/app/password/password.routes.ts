import type { Routes } from '@angular/router';
import { ForcedPassword } from './forced-password';
import { passwordStrings } from './password-strings';

export const passwordRoutes: Routes = [{ path: '', ...passwordStrings, component: ForcedPassword }];
