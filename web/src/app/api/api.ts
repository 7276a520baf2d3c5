import { HttpClient, HttpParams } from '@angular/common/http';
import { Service, inject } from '@angular/core';
import { firstValueFrom, fromEvent, takeUntil, throwError, timeout } from 'rxjs';
import { ApiFailure } from './api-failure';
import type { Answer, OptionsArgument, PathsWith } from './api-types';

export const apiBase = '/api/v1';
/** Longer than any deadline of the controller: past it the connection is dead, not slow. */
const usualDeadlineMs = 30_000;
/** For calls that have the controller ask a model hub or a node, which may take it a minute. */
export const askingDeadlineMs = 75_000;

interface LooseOptions {
  readonly params?: Readonly<Record<string, string>>;
  readonly query?: Readonly<Record<string, unknown>>;
  readonly body?: unknown;
  readonly signal?: AbortSignal;
  readonly deadlineMs?: number;
}

/**
 * The REST API, typed from the OpenAPI document: paths as written there, without the base.
 * Every method rejects with {@link ApiFailure} and with nothing else.
 */
@Service()
export class Api {
  private readonly http = inject(HttpClient);

  get<P extends PathsWith<'get'>>(path: P, ...[options]: OptionsArgument<P, 'get'>): Promise<Answer<P, 'get'>> {
    return this.send('GET', path, options);
  }

  post<P extends PathsWith<'post'>>(path: P, ...[options]: OptionsArgument<P, 'post'>): Promise<Answer<P, 'post'>> {
    return this.send('POST', path, options);
  }

  patch<P extends PathsWith<'patch'>>(path: P, ...[options]: OptionsArgument<P, 'patch'>): Promise<Answer<P, 'patch'>> {
    return this.send('PATCH', path, options);
  }

  put<P extends PathsWith<'put'>>(path: P, ...[options]: OptionsArgument<P, 'put'>): Promise<Answer<P, 'put'>> {
    return this.send('PUT', path, options);
  }

  delete<P extends PathsWith<'delete'>>(path: P, ...[options]: OptionsArgument<P, 'delete'>): Promise<Answer<P, 'delete'>> {
    return this.send('DELETE', path, options);
  }

  private async send<T>(method: string, path: string, options: LooseOptions = {}): Promise<T> {
    const request = this.http.request<T>(method, apiUrl(path, options.params), {
      params: queryOf(options.query),
      ...(options.body === undefined ? {} : { body: options.body }),
    });
    const each = options.deadlineMs ?? usualDeadlineMs;
    const bounded = request.pipe(timeout({ each, with: () => throwError(() => new ApiFailure(0, 'timeout', `No answer within ${each / 1000} seconds`, '')) }));
    try {
      return await firstValueFrom(options.signal ? bounded.pipe(takeUntil(fromEvent(options.signal, 'abort'))) : bounded);
    } catch (thrown) {
      if (options.signal?.aborted) throw new ApiFailure(0, 'aborted', 'The request was cancelled', '');
      throw ApiFailure.from(thrown);
    }
  }
}

/** The address of an API path with its parameters filled in and escaped, e.g. for an event stream. */
export function apiUrl(path: string, params: Readonly<Record<string, string>> = {}): string {
  const filled = path.replace(/\{(\w+)\}/g, (_, name: string) => {
    const value = params[name];
    if (value === undefined) throw new ApiFailure(0, 'internal', `Path parameter ${name} of ${path} is missing`, '');
    return encodeURIComponent(value);
  });
  return apiBase + filled;
}

function queryOf(query: Readonly<Record<string, unknown>> = {}): HttpParams {
  const given = Object.entries(query).filter(([, value]) => value !== undefined && value !== null && value !== '');
  return new HttpParams({ fromObject: Object.fromEntries(given.map(([name, value]) => [name, String(value)])) });
}
