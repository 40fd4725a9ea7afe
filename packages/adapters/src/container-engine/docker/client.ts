import { TowpathError } from '@towpath/domain/error/towpath-error.ts'
import Docker from 'dockerode'
import type { Agent } from 'node:http'
import type { Readable } from 'node:stream'
import type { z } from 'zod'
import { engineError, statusOf } from './engine-error.ts'

export interface EngineCall {
  /** Completes "could not …" in an error. */
  doing: string
  method?: 'GET' | 'POST' | 'DELETE'
  /** Encoded one by one: no name can leave its segment. */
  path: readonly string[]
  query?: Readonly<Record<string, string>>
  body?: object
  /** Goes into the registry header of the engine's API, never into the address. */
  credentials?: object | undefined
  /** Statuses that are an answer to the caller rather than a failure. */
  allow?: readonly number[]
  deadlineMs?: number
}

export interface EngineAnswer {
  /** 200 for every success, else the one of `allow`. */
  status: number
  body: unknown
}

export interface EngineClient {
  ask(call: EngineCall): Promise<EngineAnswer>
  /** The body as it comes. `signal` ends it at any time; the deadline counts until the first byte of the answer. */
  open(call: EngineCall, signal: AbortSignal): Promise<Readable>
  /** Typed error of a fault met while reading an opened body. */
  fault(thrown: unknown, doing: string): TowpathError
  redact: (text: string) => string
}

const CALL_DEADLINE_MS = 20_000

export interface EngineWay {
  /** Path of the engine's unix socket: its own, or asked for at each call, one end of a tunnel to another host. */
  socketPath: string | (() => Promise<string>)
  /** Keeps connections for the next call, where making one costs a way to another host and back. */
  agent?: Agent
  /** Finds out more about an engine that did not answer. */
  explain?: (unreachable: TowpathError) => Promise<TowpathError>
}

/** Calls of one engine over its unix socket. Nothing is sent before the first call; environment variables are ignored. */
export function engineClient(
  options: EngineWay & {
    redact: (text: string) => string
    callDeadlineMs?: number | undefined
  },
): EngineClient {
  const { redact, explain = async (error) => error } = options
  const dockerAt = dockerClients(options.agent)
  const docker = async () =>
    dockerAt(typeof options.socketPath === 'string' ? options.socketPath : await options.socketPath())
  const fault = (thrown: unknown, doing: string) => engineError(thrown, { doing, redact })
  const explained = async (thrown: unknown, doing: string) => {
    const error = fault(thrown, doing)
    return error.code === 'ENGINE_UNREACHABLE' ? await explain(error) : error
  }
  const deadlineOf = (call: EngineCall) =>
    AbortSignal.timeout(call.deadlineMs ?? options.callDeadlineMs ?? CALL_DEADLINE_MS)

  return {
    redact,
    fault,
    async ask(call) {
      try {
        const body = await dial(await docker(), call, { signal: deadlineOf(call), isStream: false })
        return { status: 200, body }
      } catch (thrown) {
        const status = statusOf(thrown)
        if (status !== null && call.allow?.includes(status)) return { status, body: bodyOf(thrown) }
        throw await explained(thrown, call.doing)
      }
    },
    async open(call, signal) {
      const client = await docker()
      const opened = new AbortController()
      const headDeadline = deadlineOf(call)
      const giveUp = () => opened.abort(headDeadline.reason)
      headDeadline.addEventListener('abort', giveUp)
      try {
        const wanted = AbortSignal.any([signal, opened.signal])
        return (await dial(client, call, { signal: wanted, isStream: true })) as Readable
      } catch (thrown) {
        throw await explained(thrown, call.doing)
      } finally {
        headDeadline.removeEventListener('abort', giveUp)
      }
    },
  }
}

/** Reads an answer of the engine; throws `ENGINE_ANSWER_UNREADABLE` naming the field, never its content. */
export function readAnswer<T>(schema: z.ZodType<T>, body: unknown, doing: string): T {
  const parsed = schema.safeParse(body)
  if (parsed.success) return parsed.data
  const fields = parsed.error.issues.map((issue) => issue.path.join('.')).join(', ')
  throw new TowpathError({
    code: 'ENGINE_ANSWER_UNREADABLE',
    kind: 'failed',
    message: `Could not ${doing}: the engine's answer has an unexpected form at ${fields || 'its root'}.`,
    hint: 'Nothing was changed. Check that the socket belongs to a Docker Engine of version 20.10 or newer.',
  })
}

/** One client for each path that the way had. */
function dockerClients(agent: Agent | undefined): (socketPath: string) => Docker {
  let last: { socketPath: string; docker: Docker } | null = null
  return (socketPath) => {
    if (last?.socketPath !== socketPath) {
      // Its types leave the agent out.
      const options: object = { agent, ...WITHOUT_ENVIRONMENT }
      const docker = new Docker({ socketPath, protocol: 'http', ...options })
      last = { socketPath, docker }
    }
    return last.docker
  }
}

/** `DOCKER_HOST` and its kin would silently lead to another engine than the one asked for. */
const WITHOUT_ENVIRONMENT: object = {
  host: undefined,
  timeout: undefined,
  key: undefined,
  cert: undefined,
  ca: undefined,
}

const SUCCESS = { 200: true, 201: true, 204: true, 304: true } as const

/** Races the signal itself: an engine that stalls inside an answer must not hold the caller. */
function dial(
  docker: Docker,
  call: EngineCall,
  { signal, isStream }: { signal: AbortSignal; isStream: boolean },
): Promise<unknown> {
  return new Promise((resolve, reject) => {
    const late = () => reject(signal.reason)
    if (signal.aborted) return late()
    signal.addEventListener('abort', late, { once: true })
    docker.modem.dial(
      {
        path: `/${call.path.map(encodeURIComponent).join('/')}?`,
        method: call.method ?? 'GET',
        // The client library puts its options into the address unless told apart: bodies hold secrets.
        options: { _query: call.query ?? {}, _body: call.body ?? {} },
        authconfig: call.credentials,
        abortSignal: signal,
        isStream,
        statusCodes: SUCCESS,
      },
      (thrown: unknown, body: unknown) => {
        signal.removeEventListener('abort', late)
        if (thrown) reject(thrown)
        else resolve(body)
      },
    )
  })
}

const bodyOf = (thrown: unknown): unknown =>
  typeof thrown === 'object' && thrown !== null ? Reflect.get(thrown, 'json') : undefined
