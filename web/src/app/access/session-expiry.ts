import { type HttpErrorResponse, type HttpInterceptorFn } from '@angular/common/http';
import { inject } from '@angular/core';
import { catchError, throwError } from 'rxjs';
import { ApiFailure, Session } from '../api';

/** A 401 anywhere means the session is over, except where a password is being tried; a 403 may say that a new password is due first. */
export const sessionExpiry: HttpInterceptorFn = (request, next) => {
  const session = inject(Session);
  return next(request).pipe(
    catchError((failure: HttpErrorResponse) => {
      if (failure.status === 401 && !/\/(session|me\/password)$/.test(request.url)) session.expire();
      if (failure.status === 403 && ApiFailure.from(failure).code === 'password-change-required') session.requirePasswordChange();
      return throwError(() => failure);
    }),
  );
};
