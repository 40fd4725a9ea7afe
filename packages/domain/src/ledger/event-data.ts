import type { ServedCertificate } from '../certificate/seen-certificate.ts'
import type { Measure } from '../deployment/command.ts'
import type { Deployment } from '../deployment/deployment-state.ts'
import type {
  DeploymentKind,
  EnvironmentState,
  Outcome,
  PlacedService,
  Placement,
  Readiness,
  WarmPlacement,
} from '../environment/environment-state.ts'
import type { EnvironmentPolicy } from '../environment/policy.ts'
import type { EvidenceRecord } from '../evidence/evidence.ts'
import type { StoredAdvisories } from '../advisory/stored-advisories.ts'
import type { GateResult, GateWaiver } from '../gate/gate.ts'
import type { FindingChanges } from '../live-findings/decide-findings.ts'
import type { NoticedFinding } from '../live-findings/decide-notices.ts'
import type { FindingsSummary } from '../live-findings/findings-state.ts'
import type { MatchInputs } from '../live-findings/live-finding.ts'
import type { Principal } from '../principal/principal.ts'
import type { Release } from '../release/release.ts'
import type { TrafficCount } from '../signal/traffic.ts'
import type { ObservedFacts, ObservedVerdict } from '../watch/observed-deployment.ts'
import type { WatchFacts } from '../watch/watch-state.ts'
import type { LedgerHead } from './event.ts'

/**
 * Every kind of event and the shape of its `data`. Names are `<subject>.<predicate past>`. Fields may be added and
 * never change their meaning: old events are read for ever.
 */
export interface EventData {
  'ledger.opened': { installation: string; publicKey: string }
  'controller.started': { instance: string; fence: number; version: string }
  /** A host was last told what to do by a controller with this fence, whose ledger had this head; ours does not know it. */
  'host.refused': { host: string; fence: number; head: LedgerHead | null }
  /** A person goes on with this ledger, whatever controllers up to this fence know more. */
  'hosts.taken-over': { fence: number; reason: string }

  'principal.added': { principal: Principal }
  'principal.revoked': { name: string }

  /** `findings`: keys (`findingKey`) of what it tells that could hold a release up; `files`: what an audit looked at. */
  'evidence.recorded': { evidence: EvidenceRecord; findings: string[]; files: string[] }

  /** `parts`: digest of the stored lines of each ecosystem; `joined`: of what is joined to them. */
  'advisories.imported': { advisories: StoredAdvisories }
  /** What became otherwise of a kept release, all of it for one cause. */
  'findings.changed': FindingChanges
  /** By what a kept release was judged, and why that may not tell all. */
  'findings.matched': { inputs: MatchInputs; unknowns: string[] }
  /** What is known against all that an environment keeps, in numbers; `dropped` is what it keeps no longer. */
  'findings.counted': { live: string | null; releases: FindingsSummary[]; dropped: string[] }
  /** Something that counts against what is live, and did not before. */
  'alert.fired': { findings: NoticedFinding[] }
  /** Something known to be exploited is live. The record of it begins here. */
  'incident.detected': { incident: string; finding: NoticedFinding; why: string }
  /** It is live no more, no longer known to be exploited, or an admin lets it pass. */
  'incident.resolved': { incident: string; why: string }

  'release.created': { release: Release; project: string }
  'approval.created': { release: string; environment: string; reason: string }
  'policy.accepted': { policy: EnvironmentPolicy }
  'gate.waived': { waiver: GateWaiver }

  'deployment.requested': Pick<
    Deployment,
    'id' | 'kind' | 'release' | 'plan' | 'pins' | 'author' | 'reason' | 'schemaAccepted'
  >
  'deployment.started': StartFacts
  'deployment.abort-requested': { reason: string }
  'images.pulled': { images: { image: string; present: boolean; why: string }[]; tookMs: number }
  'backup.made': { job: string; tookMs: number }
  'gates.evaluated': { results: GateResult[]; facts: string; passed: boolean }
  'host.prepared': { subnet: string; tookMs: number }
  /** `waitedFor`: earlier deployments whose run of the same job had to end first; absent where there were none. */
  'job.finished': { job: string; tookMs: number; logTail: string; waitedFor?: string[] }
  'candidates.started': { services: string[]; tookMs: number }
  'candidates.admitted': { services: string[] }
  'candidates.healthy': { services: string[]; tookMs: number }
  'smoke.passed': { checks: { service: string; path: string; status: number; tookMs: number }[] }
  'traffic.held': { services: string[] }
  'old.stopped': { containers: string[]; tookMs: number }
  'traffic.shifted': { services: string[]; perMyriad: number; tookMs: number }
  'verdict.reached': RecordedVerdict
  'deployment.resumed': { step: string; reason: string }
  'streams.cut': { services: string[]; streams: number }
  'traffic.switched': {
    services: string[]
    tookMs: number
    /** What the release before was sent until then, by service: what the new one is compared with. */
    before?: Record<string, TrafficCount>
  }
  /** `fallen`: keys in the compose file of those that do not stay up, if any. */
  'accessories.started': { names: string[]; fallen?: string[] }
  'older.retired': { release: string }
  'bake.passed': { watchedMs: number; requests: number }
  'host.joined': Pick<
    EnvironmentState,
    'live' | 'warm' | 'subnet' | 'serviceNumbers' | 'history' | 'readiness'
  >
  'host.started': { host: string; deployment: string }
  /** `ready`: the release serves there, and the host waits for the others. Else it went back, or was never changed. */
  'host.settled': { host: string; deployment: string; ready: boolean; why: string }
  'hosts.agreed': { hosts: string[] }
  'host.returning': { host: string; deployment: string }
  /** `unknown`: it did not come back in time, and goes on trying by itself. */
  'host.returned': { host: string; deployment: string; outcome: Outcome | 'unknown'; why: string }
  'step.failed': StepFailure
  'traffic.restored': { services: string[]; tookMs: number }
  'candidates.removed': { containers: string[] }
  'deployment.finished': {
    kind: DeploymentKind
    outcome: Outcome
    /** How long the new release was watched before it counted as live. */
    bakedMs: number
    reason: string
    /** What is live from now on, where the deployment changed it. */
    placement: Placement | null
    /** Until when the release before stays warm; null where none does. */
    warmUntil: string | null
    /** Services whose old instance runs on until then; absent in older ledgers: all of them. */
    warmServices?: string[]
  }

  'warm.leaving': { release: string }
  'warm.retired': { release: string; containers: string[] }
  'readiness.changed': Readiness
  'drift.found': { found: string[] }
  'drift.repaired': { done: string[] }
  /** Of the environment's domain: once for each certificate that it was served with. */
  'certificate.seen': { certificate: ServedCertificate }
  'image.deleted': { image: string }
  'watch.started': WatchFacts
  'watch.stopped': { reason: string }
  'deployment.observed': ObservedFacts
  'deployment.judged': ObservedVerdict & { id: string }
  /** The edge answers to these names of the services, beside the adopted containers. */
  'names.taken': { names: string[] }
  /** `places`: every container that served until now, adopted or ours. */
  'ejection.began': { deployment: string; release: string; places: PlacedService[] }
  /** Nothing of Towpath's is left on the host. */
  'environment.ejected': { done: string[] }
}

/** What a deployment is given when its turn comes. Slots are dealt here, because only now it is known who sits where. */
export interface StartFacts {
  fence: number
  previous: Placement | null
  warm: WarmPlacement | null
  /** Slot of each service's candidate. */
  slots: Record<string, string>
  serviceNumbers: Record<string, number>
  subnet: string | null
}

/** Why a step did not reach its end: for people, with the last log lines where a container was involved. */
export interface StepFailure {
  step: string
  code: string
  message: string
  hint: string
  logTail: string
}

/** A verdict as the ledger keeps it: what was compared, the numbers, and how sure it is. */
export interface RecordedVerdict {
  /** The step that reached it. */
  step: string
  verdict: 'pass' | 'fail' | 'inconclusive'
  /** One or two sentences with the numbers, as a person reads them. */
  why: string
  by: Measure
  /** Whether the same step once more could become conclusive at the traffic seen. */
  timeHelps: boolean
  /** More errors than before, and not enough to go back: requests of our own cannot clear that, and a person is asked. */
  isSuspect: boolean
  /** Share of the traffic that the candidate had, in ten-thousandths. */
  perMyriad: number
  watchedMs: number
  services: ServiceVerdict[]
}

export interface ServiceVerdict {
  service: string
  release: string
  /** The release it was compared with; null where there was none. */
  against: string | null
  /** `concurrent`: both served at the same time; `sequential`: the time before the switch. */
  mode: 'concurrent' | 'sequential'
  verdict: 'pass' | 'fail' | 'inconclusive'
  why: string
  /** Everything the test looked at. */
  numbers: Record<string, unknown>
}
