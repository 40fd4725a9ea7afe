import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import type { LedgerEvent } from '@towpath/domain/ledger/event.ts'
import { capturedShell } from '../terminal/captured-shell.ts'
import type { CapturedShell } from '../terminal/captured-shell.ts'
import { scriptedLedger, streamOf } from './scripted-server.ts'
import type { Script } from './scripted-server.ts'

/** Events of a deployment as a real ledger gave them, for tests: it ends as the name says. */
export const story = (name: 'live' | 'rolled-back' | 'refused'): LedgerEvent[] =>
  readFileSync(join(import.meta.dirname, '../fixtures', `${name}.ndjson`), 'utf8')
    .trim()
    .split('\n')
    .map((row) => JSON.parse(row) as LedgerEvent)

/** The deployment that all stories are of. */
export const storyId = 'dep_2f8kq1zz'

const summary = { id: storyId, environment: 'production', release: '1.1.0', waitsFor: null }
const staging = {
  ...{ environment: 'staging', seq: 9, live: null, warm: null, active: null, queued: [], policy: null },
  ...{ waivers: [], approvals: [], history: [], readiness: [], drift: null, certificate: null },
  findings: null,
}
const preview = {
  ...{ dryRun: true, kind: 'deploy', environment: 'production', release: '1.1.0', from: '1.0.0', steps: [] },
  ...{ services: [], strategies: [], jobs: [], schema: 'none', notes: [], warnings: [] },
  approvals: { needed: 1, given: ['lead'], missing: 0 },
  pending: [{ what: 'approvals', accepted: '1', asked: '0', says: 'this commit asks for approvals 0' }],
  wayBack: { needsPerson: false, text: 'One command.' },
  gates: {
    passed: false,
    later: [],
    results: [{ gate: 'freeze-window', title: '', answer: 'fail', why: 'frozen', fix: 'wait', waiver: null }],
  },
}

const ledger = scriptedLedger()

/** Answers of a server on which two environments are known and one deployment, whose events these are, can be asked for. */
export const everyday = (events: readonly LedgerEvent[]): Record<string, Script> => ({
  'GET /v1/environments': () => ({ body: { items: [staging], next: null } }),
  'GET /v1/environments/staging': () => ({ body: staging }),
  'GET /v1/environments/production': () => ({ body: { ...staging, environment: 'production' } }),
  'POST /v1/environments/production/deployments': ({ body }) =>
    (body as { dryRun: boolean }).dryRun ? { body: preview } : { status: 202, body: summary },
  'POST /v1/environments/staging/deployments': () => ({ status: 202, body: summary }),
  [`GET /v1/deployments/${storyId}`]: () => ({ body: summary }),
  'GET /v1/stream': streamOf(events),
  'GET /v1/ledger/head': ledger.head(() => ['a']),
})

/** A shell in a folder of its own, told of a server. */
export const shellAt = (
  where: { url: string | undefined; folder: string },
  given: Parameters<typeof capturedShell>[0],
): CapturedShell =>
  capturedShell({
    ...given,
    folder: where.folder,
    env: {
      TOWPATH_SERVER: where.url ?? '',
      TOWPATH_TOKEN: 'twp_test',
      TOWPATH_HOME: join(where.folder, 'home'),
      ...given.env,
    },
  })

/** What was printed under `--json`, line by line. */
export const documentsOf = (shell: CapturedShell): Record<string, unknown>[] =>
  shell
    .out()
    .trim()
    .split('\n')
    .map((row) => JSON.parse(row) as Record<string, unknown>)
