import { inject } from '@angular/core';
import { type CanActivateFn, Router } from '@angular/router';
import { ApiFailure, Session, type Permission } from '../api';

/** Lets signed-in people through; others go to sign-in and come back to where they wanted to be. */
export const signedIn: CanActivateFn = async (_route, state) => {
  const router = inject(Router);
  const me = await restored(inject(Session));
  if (!me) return router.createUrlTree(['/sign-in'], { queryParams: state.url === '/' ? {} : { returnUrl: state.url } });
  return me.mustChangePassword ? router.createUrlTree(['/change-password']) : true;
};

/** The forced change: only for those who are signed in and have to. */
export const mustChangePassword: CanActivateFn = async () => {
  const router = inject(Router);
  const me = await restored(inject(Session));
  return me ? me.mustChangePassword || router.createUrlTree(['/']) : router.createUrlTree(['/sign-in']);
};

/** Sign-in is of no use to who is signed in. */
export const signedOut: CanActivateFn = async () => {
  const router = inject(Router);
  return (await restored(inject(Session))) ? router.createUrlTree(['/']) : true;
};

/** The page needs a permission; without it people land on the first page they may see. */
export function needs(permission: Permission): CanActivateFn {
  return () => inject(Session).can(permission) || inject(Router).createUrlTree([firstPage(inject(Session))]);
}

/** Home for those who may see the cluster, the services for everybody else. */
export function firstPage(session: Session): string {
  return session.can('nodes.read') ? '/' : '/services';
}

/** A controller that does not answer leaves people at sign-in, where the same failure is put in words. */
async function restored(session: Session) {
  try {
    return await session.restore();
  } catch (thrown) {
    if (thrown instanceof ApiFailure) return null;
    throw thrown;
  }
}
