import { foldDeployment } from '../deployment/deployment-state.ts'
import type { Deployment } from '../deployment/deployment-state.ts'
import type { EnvironmentState } from '../environment/environment-state.ts'
import { foldEnvironment } from '../environment/fold-environment.ts'
import { subjectKey } from '../evidence/evidence.ts'
import type { EvidenceRecord } from '../evidence/evidence.ts'
import { foldFindingsSeen, foldSubjectEvidence } from '../evidence/subject-evidence.ts'
import type { FindingsSeen, SubjectEvidence } from '../evidence/subject-evidence.ts'
import type { StoredAdvisories } from '../advisory/stored-advisories.ts'
import {
  foldEnvironmentFindings,
  foldReleaseFindings,
  releaseFindingsId,
} from '../live-findings/findings-state.ts'
import type { EnvironmentFindings, ReleaseFindings } from '../live-findings/findings-state.ts'
import { foldPrincipal } from '../principal/fold-principal.ts'
import type { Principal } from '../principal/principal.ts'
import type { Release } from '../release/release.ts'
import { foldObserved } from '../watch/observed-deployment.ts'
import type { ObservedDeployment } from '../watch/observed-deployment.ts'
import type { LedgerEvent } from './event.ts'

/** What is read from the ledger: one document per id, the fold of its events and of nothing else. */
export interface LedgerView<S> {
  kind: string
  /** Raise it when the functions change, so that every document is folded again. */
  version: number
  /** Documents an event shapes. */
  idsOf(event: LedgerEvent): readonly string[]
  fold(state: S | undefined, event: LedgerEvent): S
}

export interface InstallationState {
  id: string
  publicKey: string
  /** Bound by the first release; one installation keeps one project. */
  project: string | null
  /** A host that knows more than this ledger; nothing is done on any host until a person takes over. */
  refused?: HostRefusal | null
  /** A person took over from every controller up to this fence. */
  takenOver?: number | null
}

export interface HostRefusal {
  host: string
  fence: number
  /** Place of the event that the host's last controller knew; null where that cannot be read. */
  seq: number | null
  at: string
}

export const environmentView: LedgerView<EnvironmentState> = {
  kind: 'environment',
  version: 3,
  idsOf: ({ environment }) => (environment === undefined ? [] : [environment]),
  fold: foldEnvironment,
}

export const deploymentView: LedgerView<Deployment> = {
  kind: 'deployment',
  version: 2,
  idsOf: ({ deployment }) => (deployment === undefined ? [] : [deployment]),
  fold: foldDeployment,
}

export const releaseView: LedgerView<Release> = {
  kind: 'release',
  version: 1,
  idsOf: (event) => (event.type === 'release.created' ? [event.data.release.version] : []),
  fold: (state, event) => state ?? given(event, 'release.created').data.release,
}

export const principalView: LedgerView<Principal> = {
  kind: 'principal',
  version: 1,
  idsOf: (event) => {
    if (event.type === 'principal.added') return [event.data.principal.name]
    return event.type === 'principal.revoked' ? [event.data.name] : []
  },
  fold: foldPrincipal,
}

/** The one document of this view. */
export const installationId = 'installation'

const ofInstallation = new Set<string>([
  'ledger.opened',
  'release.created',
  'host.refused',
  'hosts.taken-over',
])

export const installationView: LedgerView<InstallationState> = {
  kind: 'installation',
  version: 2,
  idsOf: ({ type }) => (ofInstallation.has(type) ? [installationId] : []),
  fold: foldInstallation,
}

function foldInstallation(state: InstallationState | undefined, event: LedgerEvent): InstallationState {
  if (state === undefined) {
    const { installation, publicKey } = given(event, 'ledger.opened').data
    return { id: installation, publicKey, project: null }
  }
  switch (event.type) {
    case 'release.created':
      return { ...state, project: state.project ?? event.data.project }
    case 'host.refused': {
      const { host, fence, head } = event.data
      return { ...state, refused: { host, fence, seq: head?.seq ?? null, at: event.at } }
    }
    case 'hosts.taken-over':
      return { ...state, refused: null, takenOver: Math.max(state.takenOver ?? 0, event.data.fence) }
    default:
      return state
  }
}

/** Deployments that a team's own workflow did, while it was watched. */
export const observedView: LedgerView<ObservedDeployment> = {
  kind: 'observed',
  version: 1,
  idsOf: (event) =>
    event.type === 'deployment.observed' || event.type === 'deployment.judged' ? [event.data.id] : [],
  fold: foldObserved,
}

export const evidenceView: LedgerView<EvidenceRecord> = {
  kind: 'evidence',
  version: 1,
  idsOf: (event) => (event.type === 'evidence.recorded' ? [event.data.evidence.id] : []),
  fold: (state, event) => state ?? given(event, 'evidence.recorded').data.evidence,
}

export const subjectEvidenceView: LedgerView<SubjectEvidence> = {
  kind: 'subject-evidence',
  version: 1,
  idsOf: (event) => (event.type === 'evidence.recorded' ? [subjectKey(event.data.evidence.subject)] : []),
  fold: foldSubjectEvidence,
}

/** The one document of this view. */
export const findingsSeenId = 'findings'

export const findingsSeenView: LedgerView<FindingsSeen> = {
  kind: 'findings-seen',
  version: 1,
  idsOf: (event) =>
    event.type === 'evidence.recorded' && event.data.findings.length > 0 ? [findingsSeenId] : [],
  fold: foldFindingsSeen,
}

/** The one document of this view. */
export const advisoriesId = 'advisories'

/** The advisories that the server holds. */
export const advisoriesView: LedgerView<StoredAdvisories> = {
  kind: 'advisories',
  version: 1,
  idsOf: ({ type }) => (type === 'advisories.imported' ? [advisoriesId] : []),
  fold: (_state, event) => given(event, 'advisories.imported').data.advisories,
}

/** By `releaseFindingsId`. */
export const releaseFindingsView: LedgerView<ReleaseFindings> = {
  kind: 'release-findings',
  version: 1,
  idsOf: ({ type, data, environment = '', release = '' }) => {
    if (type === 'findings.changed' || type === 'findings.matched')
      return [releaseFindingsId(environment, release)]
    return type === 'findings.counted' ? data.dropped.map((one) => releaseFindingsId(environment, one)) : []
  },
  fold: foldReleaseFindings,
}

const environmentFindingsEvents: ReadonlySet<LedgerEvent['type']> = new Set([
  'findings.counted',
  'incident.detected',
  'incident.resolved',
])

export const environmentFindingsView: LedgerView<EnvironmentFindings> = {
  kind: 'environment-findings',
  version: 1,
  idsOf: ({ type, environment }) =>
    environment !== undefined && environmentFindingsEvents.has(type) ? [environment] : [],
  fold: foldEnvironmentFindings,
}

/** All views, folded in the transaction that appends. */
export const ledgerViews = [
  environmentView,
  deploymentView,
  observedView,
  releaseView,
  principalView,
  installationView,
  evidenceView,
  subjectEvidenceView,
  findingsSeenView,
  advisoriesView,
  releaseFindingsView,
  environmentFindingsView,
] as const

/** A document's first event is always of one kind; anything else means that somebody appended out of order. */
export function given<T extends LedgerEvent['type']>(event: LedgerEvent, type: T): LedgerEvent & { type: T } {
  if (event.type !== type) throw new Error(`the ledger has ${event.type} where ${type} comes first`)
  return event as LedgerEvent & { type: T }
}
