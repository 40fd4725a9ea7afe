import type { HttpAnswer, HttpProbe, HttpRequest } from '@towpath/app/ports/http-probe.ts'

/** A probe that knows no network, for tests of what stands on it. `answers` says what each request is given. */
export function fakeHttpProbe(
  answers: (request: HttpRequest) => Partial<HttpAnswer> = () => ({}),
): HttpProbe {
  return {
    ask: async (request) => ({
      ...{ status: 200, body: '', fault: null, tookMs: 1, isHeard: true },
      ...answers(request),
    }),
  }
}
