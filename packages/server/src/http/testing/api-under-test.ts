import { createHash } from 'node:crypto'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { sigstoreVerifier } from '@towpath/adapters/attestation/sigstore.ts'
import { publicRoots } from '@towpath/adapters/attestation/trusted-roots.ts'
import type { FakeHost } from '@towpath/adapters/container-engine/fake-host.ts'
import { fakeCertificateProbe } from '@towpath/adapters/certificate-probe/fake.ts'
import { fakeEngine } from '@towpath/adapters/container-engine/fake.ts'
import { fakeDatabaseProbe } from '@towpath/adapters/database-probe/fake.ts'
import { fakeHostReader } from '@towpath/adapters/host/files/fake.ts'
import { fakeHttpProbe } from '@towpath/adapters/http-probe/fake.ts'
import { fakeRegistry } from '@towpath/adapters/registry/fake.ts'
import type { FakeRegistry } from '@towpath/adapters/registry/fake.ts'
import { ageSecretStore } from '@towpath/adapters/secret-store/age.ts'
import type { Installation } from '@towpath/app/installation.ts'
import type { Edge } from '@towpath/app/ports/edge.ts'
import { hashToken } from '@towpath/app/principal/add-principal.ts'
import type { RoleGrant } from '@towpath/domain/principal/principal.ts'
import { readCompose } from '@towpath/domain/project/read-compose.ts'
import type { ScratchPostgres } from '@towpath/store/embedded/scratch-postgres.ts'
import { openLedger } from '../../wiring/open-ledger.ts'
import { wireInstallation } from '../../wiring/wire-installation.ts'
import type { Api } from '../api-env.ts'
import { createApi } from '../create-api.ts'
import { placesFor } from '../places.ts'
import { checkAnswer } from './check-answer.ts'

/** The whole API over a real store on an empty database, with the adapters' own fakes around it. No sockets. */
export interface ApiUnderTest {
  api: Api
  installation: Installation
  registry: FakeRegistry
  /** The host behind the engine. */
  host: FakeHost
  /** Every log line, as written. */
  logged: string[]
  /** Asks as a principal; every answer is checked against the schema that its route declares. */
  ask(request: string, options?: AskOptions): Promise<Response>
  /** Adds a principal past the API and returns its token. */
  addPrincipal(name: string, grants: RoleGrant[], expiresAt?: string): Promise<string>
  stopServing(): void
  close(): Promise<void>
}

export interface AskOptions {
  /** Name of a principal that was added; absent sends no token. */
  as?: string
  body?: unknown
  headers?: Record<string, string>
  signal?: AbortSignal
}

export const soon = (): string => new Date(Date.now() + 86_400_000).toISOString()

export async function openApiUnderTest(
  postgres: ScratchPostgres,
  { places = 20, printed = [] as string[], edge = noEdge } = {},
): Promise<ApiUnderTest> {
  const stateDir = await mkdtemp(join(tmpdir(), 'towpath-api-'))
  const { store, identify } = await openLedger({ url: await postgres.createDatabase(), stateDir })
  const { id, ledger, evidenceKey } = await identify()
  const logged: string[] = []
  const registry = fakeRegistry()
  const closing = new AbortController()
  const { engine, host } = fakeEngine({ behaviour: () => ({ prints: printed }) })
  const ports = { ...fakePorts(stateDir, logged), engineOf: () => engine, edgeOf: () => edge, registry }
  const installation = wireInstallation({
    id,
    store,
    evidenceKey,
    ports,
    edgeImage: 'edge:1',
    fence: 1,
    reconcileMs: 60_000,
  })
  const served = {
    installation,
    ledger,
    holdsLock: () => true,
    places: placesFor(places),
    closing: closing.signal,
  }
  const api = createApi(served)
  const tokens = new Map<string, string>()
  return {
    api,
    installation,
    registry,
    host,
    logged,
    ask: async (request, options = {}) => {
      const answer = await send(api, request, { ...options, token: tokens.get(options.as ?? '') })
      await checkAnswer(api, request, answer)
      return answer
    },
    addPrincipal: async (name, grants, expiresAt = soon()) => {
      const token = `twp_${createHash('sha256').update(name).digest('base64url')}`
      tokens.set(name, token)
      const principal = { name, grants, expiresAt, revokedAt: null, tokenHash: hashToken(token) }
      const idem = installation.newId('principal')
      await store.append({ type: 'principal.added', actor: 'towpath', idem, data: { principal } })
      return token
    },
    stopServing: () => closing.abort(),
    close: async () => {
      closing.abort()
      await store.close()
      await rm(stateDir, { recursive: true, force: true })
    },
  }
}

function fakePorts(stateDir: string, logged: string[]) {
  const write = (level: string) => (fields: object, message: string) => {
    logged.push(JSON.stringify({ level, message, ...fields }))
  }
  const database = fakeDatabaseProbe()
  return {
    attestations: sigstoreVerifier(publicRoots()),
    filesOf: () => fakeHostReader(),
    certificates: fakeCertificateProbe(),
    compose: { read: async (request: Parameters<typeof readCompose>[0]) => readCompose(request) },
    secrets: ageSecretStore({ stateDir }),
    databaseOf: () => database,
    probeOf: () => fakeHttpProbe(),
    claimsOf: () => null,
    log: { info: write('info'), warn: write('warn'), error: write('error') },
  }
}

const absent = async (): Promise<never> => {
  throw new Error('there is no edge in this test')
}
const noEdge: Edge = {
  ensure: absent,
  apply: absent,
  drift: absent,
  status: absent,
  traffic: absent,
  renew: absent,
  cut: absent,
  probe: absent,
  remove: absent,
}

async function send(
  api: Api,
  request: string,
  { token, body, headers = {}, signal }: AskOptions & { token: string | undefined },
): Promise<Response> {
  const [method = 'GET', path = '/'] = request.split(' ')
  return await api.request(`http://127.0.0.1${path}`, {
    method,
    headers: {
      ...(token === undefined ? {} : { authorization: `Bearer ${token}` }),
      ...(body === undefined ? {} : { 'content-type': 'application/json' }),
      ...headers,
    },
    ...(body === undefined ? {} : { body: typeof body === 'string' ? body : JSON.stringify(body) }),
    ...(signal === undefined ? {} : { signal }),
  })
}
