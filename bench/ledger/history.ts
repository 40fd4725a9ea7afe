import type { EventData } from '@towpath/domain/ledger/event-data.ts'
import type { LedgerEvent } from '@towpath/domain/ledger/event.ts'

/** What one deployment leaves in a ledger, in order; the plan of a request and log tails are left out for size. */
const kinds = [
  'release.created',
  'deployment.requested',
  'deployment.started',
  'images.pulled',
  'gates.evaluated',
  'host.prepared',
  'job.finished',
  'candidates.started',
  'candidates.admitted',
  'candidates.healthy',
  'smoke.passed',
  'traffic.switched',
  'older.retired',
  'bake.passed',
  'deployment.finished',
  'readiness.changed',
] as const

const firstAtMs = Date.UTC(2026, 0, 1)
const eventEveryMs = 20_000

/**
 * Event `seq` of a long and even history: every release goes to staging, is approved, and goes to production. Everything
 * but `seq` and `at`, keys in the ledger's order.
 */
export function historyEvent(seq: number): Record<string, unknown> {
  const { deployment, environment, release, kind } = placeOf(seq)
  const type = kind === 'release.created' && environment === 'production' ? 'approval.created' : kind
  return {
    type,
    actor: 'towpath',
    idem: `history/${seq}`,
    environment,
    release,
    ...(type === 'release.created' || type === 'approval.created' ? {} : { deployment }),
    data: dataOf(type, { deployment, release, environment, seq }),
  }
}

/** The same event as a reader of the ledger gets it. */
export const historyEventAt = (seq: number): LedgerEvent =>
  ({ seq, at: timeOf(seq), ...historyEvent(seq) }) as unknown as LedgerEvent

export interface Place {
  deployment: string
  environment: 'staging' | 'production'
  release: string
  kind: (typeof kinds)[number]
}

export function placeOf(seq: number): Place {
  const count = Math.floor((seq - 1) / kinds.length)
  return {
    deployment: `history-${count}`,
    environment: count % 2 === 0 ? 'staging' : 'production',
    release: `1.${Math.floor(count / 2)}.0`,
    kind: kinds[(seq - 1) % kinds.length] ?? 'release.created',
  }
}

const timeOf = (seq: number): string => new Date(firstAtMs + seq * eventEveryMs).toISOString()

type Labels = Omit<Place, 'kind'> & { seq: number }

/** In full where an environment's document is made of it, else filler of a usual length. */
function dataOf(type: string, { deployment, release, environment, seq }: Labels): object {
  switch (type) {
    case 'deployment.requested':
      return { id: deployment, kind: 'deploy', release, note: filler }
    case 'deployment.started':
      return { fence: 1, previous: null, warm: null, slots: {}, serviceNumbers: { backend: 0, frontend: 1 } }
    case 'deployment.finished':
      return finished({ deployment, release, seq })
    case 'approval.created':
      return { release, environment, reason: '' }
    case 'readiness.changed':
      return { ready: true, why: 'every image is on the host', at: timeOf(seq) }
    case 'older.retired':
      return { release: '' }
    case 'host.prepared':
      return { subnet: '10.201.0.0/24', tookMs: 40 }
    default:
      return { note: filler, tookMs: seq % 1_000 }
  }
}

const filler = 'x'.repeat(120)

const finished = ({
  deployment,
  release,
  seq,
}: Pick<Labels, 'deployment' | 'release' | 'seq'>): EventData['deployment.finished'] => ({
  kind: 'deploy',
  outcome: 'live',
  bakedMs: 60_000,
  reason: 'all steps passed',
  placement: {
    release,
    deployment,
    services: Object.fromEntries(
      ['backend', 'frontend'].map((service) => [service, placed(service, { release, seq })]),
    ),
  },
  warmUntil: timeOf(seq + 30),
})

const placed = (service: string, { release, seq }: { release: string; seq: number }) => ({
  slot: `s${1 + (Math.floor(seq / kinds.length) % 4)}`,
  container: `${service}-${release}`,
  image: `registry.example/refactor/${service}@sha256:${'ab'.repeat(32)}`,
  specDigest: 'abcdefabcdef',
  port: 4000,
  health: { path: '/health', intervalMs: 1_000, timeoutMs: 1_000, statusMin: 200, statusMax: 399 },
  stopGraceMs: 10_000,
})
