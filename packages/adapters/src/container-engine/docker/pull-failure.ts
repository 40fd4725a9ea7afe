import { TowpathError, type ErrorFacts } from '@towpath/domain/error/towpath-error.ts'

type Row = { pattern: RegExp } & Pick<ErrorFacts, 'code' | 'kind' | 'hint' | 'retryable'>

/** What an engine says when a pull fails, in its own words or in the registry's. The first row that matches counts. */
const ROWS: readonly Row[] = [
  {
    pattern: /no space left on device|disk quota exceeded/i,
    code: 'DISK_FULL',
    kind: 'failed',
    hint: 'What runs was not changed. Free disk space on the host, then retry: layers that came through are kept.',
  },
  {
    pattern: /manifest unknown|manifest for .* not found|name unknown|repository .* not found|: not found$/i,
    code: 'IMAGE_NOT_FOUND',
    kind: 'not-found',
    hint: 'What runs was not changed. Check that the build was pushed, and that the registry did not delete it since.',
  },
  {
    pattern: /unauthorized|denied|no basic auth credentials|authentication required|40[13] /i,
    code: 'REGISTRY_UNAUTHORIZED',
    kind: 'forbidden',
    hint: 'What runs was not changed. Check user, password and read permission of the registry account in the environment’s secrets.',
  },
  {
    pattern: /x509|certificate|http response to https client/i,
    code: 'REGISTRY_UNTRUSTED',
    kind: 'failed',
    hint: 'What runs was not changed. Install the registry’s certificate authority on the host, or correct its address.',
  },
  {
    pattern:
      /connection refused|no such host|i\/o timeout|timeout|connection reset|unexpected eof|\beof$|toomanyrequests|too many requests|deadline exceeded|server misbehaving|network is unreachable|no route to host|status(?: code)?:? 5\d\d|50[0234] /i,
    code: 'REGISTRY_UNREACHABLE',
    kind: 'unreachable',
    hint: 'What runs was not changed. The pull is repeated; check that the host reaches the registry.',
    retryable: true,
  },
]

/** What nobody foresaw. */
const OTHER: Omit<Row, 'pattern'> = {
  code: 'IMAGE_PULL_FAILED',
  kind: 'failed',
  hint: 'What runs was not changed. Try `docker pull` of the same image on the host.',
}

/** What was tried at the registry, as a word of the message. */
export type ImageAct = 'pull' | 'find'

/** The typed error for the words of a failed pull. `words` must have passed the redactor. */
export function pullFailure(image: string, words: string, act: ImageAct = 'pull'): TowpathError {
  const { code, kind, hint, retryable } = ROWS.find(({ pattern }) => pattern.test(words)) ?? OTHER
  return new TowpathError({
    code,
    kind,
    hint,
    message: `Could not ${act} ${image}: ${words.trim().replace(/\.$/, '')}.`,
    retryable: retryable ?? false,
  })
}
