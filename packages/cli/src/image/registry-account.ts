import { execFile } from 'node:child_process'
import { readFile } from 'node:fs/promises'
import { homedir } from 'node:os'
import { join } from 'node:path'
import { TowpathError, messageOf } from '@towpath/domain/error/towpath-error.ts'
import { fieldsOf, textOf } from '@towpath/domain/inventory/lockfile/lockfile.ts'
import type { Fields } from '@towpath/domain/inventory/lockfile/lockfile.ts'
import type { RegistryAccount } from '@towpath/registry/authorized-request.ts'
import type { Shell } from '../terminal/shell.ts'

const HELPER_DEADLINE_MS = 20_000
const ANSWER_BYTES_MAX = 1024 * 1024

/**
 * The account that `docker login` keeps for a registry: in its configuration (`DOCKER_CONFIG`, else `~/.docker`), or with
 * the credential helper that is named there. Null where there is none. Throws DOCKER_CONFIG_UNREADABLE.
 */
export async function registryAccount(
  { env }: Pick<Shell, 'env'>,
  registry: string,
): Promise<RegistryAccount | null> {
  const folder = env['DOCKER_CONFIG'] || join(env['HOME'] || homedir(), '.docker')
  const config = await readConfig(join(folder, 'config.json'))
  if (config === null) return null
  const keys = keysOf(registry)
  const helper = first(fieldsOf(config.get('credHelpers')), keys) ?? config.get('credsStore')
  if (typeof helper === 'string' && helper !== '') {
    const kept = await askHelper({ helper, env, keys })
    if (kept !== null) return kept
  }
  const entry = fieldsOf(first(fieldsOf(config.get('auths')), keys))
  const [username, password] = splitAtColon(
    Buffer.from(textOf(entry.get('auth')) ?? '', 'base64').toString('utf8'),
  )
  return username === '' ? null : { username, password }
}

/** Docker Hub is kept under the address that it had first; others with or without their scheme. */
const keysOf = (registry: string): string[] =>
  registry === 'docker.io'
    ? ['https://index.docker.io/v1/', 'index.docker.io', 'docker.io', 'https://docker.io']
    : [
        registry,
        `https://${registry}`,
        `https://${registry}/`,
        `http://${registry}`,
        `https://${registry}/v1/`,
      ]

const first = (fields: Fields, keys: readonly string[]): unknown =>
  keys.map((key) => fields.get(key)).find((value) => value !== undefined)

const splitAtColon = (text: string): [string, string] => {
  const at = text.indexOf(':')
  return at < 0 ? ['', ''] : [text.slice(0, at), text.slice(at + 1)]
}

async function readConfig(file: string): Promise<Fields | null> {
  let text: string
  try {
    text = await readFile(file, 'utf8')
  } catch (thrown) {
    if (thrown instanceof Error && 'code' in thrown && thrown.code === 'ENOENT') return null
    throw configUnreadable(file, messageOf(thrown))
  }
  try {
    return fieldsOf(JSON.parse(text))
  } catch {
    // The parser's own words would repeat what stands there, which may be a password.
    throw configUnreadable(file, 'it is no JSON')
  }
}

/** Asks `docker-credential-NAME get` under each name the registry may be kept by; null where it keeps none. */
async function askHelper(given: {
  helper: string
  env: Shell['env']
  keys: readonly string[]
}): Promise<RegistryAccount | null> {
  const { helper, env, keys } = given
  if (!/^[\w.-]{1,100}$/.test(helper)) throw helperFailed(JSON.stringify(helper), 'that is no name of one')
  for (const key of keys.slice(0, 2)) {
    const answer = await helperAnswer(`docker-credential-${helper}`, env, key)
    if (answer !== null) return answer
  }
  return null
}

function helperAnswer(program: string, env: Shell['env'], key: string): Promise<RegistryAccount | null> {
  const { promise, resolve, reject } = Promise.withResolvers<RegistryAccount | null>()
  const options = { env, timeout: HELPER_DEADLINE_MS, maxBuffer: ANSWER_BYTES_MAX }
  const child = execFile(program, ['get'], options, (error, stdout) => {
    if (error !== null && /not found/i.test(stdout) && 'code' in error && error.code !== 'ENOENT')
      return resolve(null)
    const account = error === null ? accountIn(stdout) : null
    if (account !== null) return resolve(account)
    const why = error === null ? 'it gave no user and password' : wordsOf(error)
    return reject(helperFailed(program, why))
  })
  // One that ends without reading its question still gives its answer, or its error.
  child.stdin?.on('error', () => undefined)
  child.stdin?.end(key)
  return promise
}

/** Never the output: it may hold what should stay secret. */
const wordsOf = (error: Error & { code?: unknown; killed?: boolean }): string => {
  if (error.killed === true) return `it gave no answer within ${HELPER_DEADLINE_MS / 1000} s`
  return error.code === 'ENOENT' ? 'it is not installed' : `it ended with ${String(error.code)}`
}

/** A helper of Docker Hub may give a token to get tokens with, under the name `<token>`; that exchange is not made here. */
function accountIn(stdout: string): RegistryAccount | null {
  try {
    const answer = fieldsOf(JSON.parse(stdout))
    const [username, password] = [textOf(answer.get('Username')), textOf(answer.get('Secret'))]
    return username === null || password === null || username === '<token>' ? null : { username, password }
  } catch {
    return null
  }
}

const configUnreadable = (file: string, why: string): TowpathError =>
  new TowpathError({
    code: 'DOCKER_CONFIG_UNREADABLE',
    kind: 'usage',
    message: `${file}, which may hold the account of the registry, cannot be read: ${why}.`,
    hint: 'Nothing was judged, and no registry was asked. Mend it, or name another folder: DOCKER_CONFIG=DIR',
  })

const helperFailed = (helper: string, why: string): TowpathError =>
  new TowpathError({
    code: 'CREDENTIAL_HELPER_FAILED',
    kind: 'failed',
    message: `The credential helper ${helper}, which Docker's configuration names for this registry, did not help: ${why}.`,
    hint: 'Nothing was judged, and no registry was asked. Log in again with docker login, or name a configuration without it: DOCKER_CONFIG=DIR',
  })
