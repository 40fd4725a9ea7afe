import { duration } from '../config/duration-text.ts'
import { subjectKey } from '../evidence/evidence.ts'
import type { EventData } from './event-data.ts'
import { heldUpBy } from '../watch/observed-deployment.ts'
import type { LedgerEvent } from './event.ts'

type Sentences = { [T in keyof EventData]: (event: LedgerEvent & { type: T }) => string }

const list = (items: readonly string[]): string => (items.length === 0 ? 'nothing' : items.join(', '))

const sentences: Sentences = {
  'ledger.opened': ({ data }) => `ledger opened for installation ${data.installation}`,
  'controller.started': ({ data }) => `controller ${data.version} took over (fence ${data.fence})`,
  'host.refused': ({ data: { host, head } }) =>
    `${host} knows more than this ledger${head === null ? '' : `: its event ${head.seq} is not here`}`,
  'hosts.taken-over': ({ data, actor }) =>
    `${actor} goes on with this ledger, whatever later ones knew: ${data.reason}`,
  'principal.added': ({ data, actor }) => `${actor} added ${data.principal.name}`,
  'principal.revoked': ({ data, actor }) => `${actor} revoked ${data.name}`,
  'evidence.recorded': ({ data: { evidence } }) =>
    `${evidence.recordedBy} brought ${evidence.kind} of ${subjectKey(evidence.subject).slice(0, 19)} by ${evidence.tool.name}: ${evidence.summary}`,
  'advisories.imported': ({ data: { advisories }, actor }) =>
    `${actor} brought ${advisories.count} advisories of ${list(Object.keys(advisories.ecosystems))}, the newest of ${advisories.newest?.slice(0, 10) ?? 'never'}`,
  'findings.changed': ({ data, release }) => changesSentence(data, release ?? ''),
  'findings.matched': ({ data: { inputs, unknowns }, release }) =>
    `${release ?? ''} judged by advisories ${inputs.data.slice(0, 12)}${unknowns.length === 0 ? '' : `; ${unknowns.length} could not be judged: ${unknowns[0] ?? ''}`}`,
  'findings.counted': ({ data }) => {
    const live = data.releases.find(({ release }) => release === data.live)
    return live === undefined
      ? `nothing is live; ${data.releases.length} releases kept`
      : `live ${live.release}: ${live.blocking} count, ${live.waived} waived, ${live.other} others${live.unknowns === 0 ? '' : ', and not all could be judged'}`
  },
  'alert.fired': ({ data, release }) =>
    `counts against live ${release ?? ''}: ${list(data.findings.map(({ id, package: name, version }) => `${id} in ${name} ${version}`))}`,
  'incident.detected': ({ data }) => data.why,
  'incident.resolved': ({ data }) => data.why,
  'release.created': ({ data, actor }) =>
    `${actor} created release ${data.release.version} (schema ${data.release.schema})`,
  'approval.created': ({ data, actor }) => `${actor} approved ${data.release} for ${data.environment}`,
  'policy.accepted': ({ data, actor }) => `${actor} accepted policy ${data.policy.version}`,
  'gate.waived': ({ data }) =>
    `gate ${data.waiver.gate} waived by ${data.waiver.owner}: ${data.waiver.reason}`,
  'deployment.requested': ({ data, actor }) => `${actor} asked to ${verbs[data.kind]} ${data.release}`,
  'deployment.started': ({ data }) =>
    `took the environment; before it: ${data.previous === null ? 'nothing' : data.previous.release}`,
  'deployment.abort-requested': ({ data, actor }) =>
    `${actor} aborted it: ${data.reason || 'no reason given'}`,
  'images.pulled': ({ data }) => {
    const missing = data.images.filter((image) => !image.present)
    return missing.length === 0
      ? `${data.images.length} images on the host (${duration(data.tookMs)})`
      : `${missing.length} of ${data.images.length} images missing: ${missing[0]?.why ?? ''}`
  },
  'backup.made': ({ data }) => `backup ${data.job} done (${duration(data.tookMs)})`,
  'gates.evaluated': ({ data }) => gatesSentence(data),
  'host.prepared': ({ data }) => `networks, volumes, edge and accessories ready (${duration(data.tookMs)})`,
  'job.finished': ({ data }) =>
    `${data.job} done (${duration(data.tookMs)})${data.waitedFor === undefined ? '' : `, once that of ${list(data.waitedFor)} had ended`}`,
  'candidates.started': ({ data }) => `started ${list(data.services)} (${duration(data.tookMs)})`,
  'candidates.admitted': ({ data }) => `${list(data.services)} behind the edge, without traffic`,
  'candidates.healthy': ({ data }) => `${list(data.services)} healthy (${duration(data.tookMs)})`,
  'smoke.passed': ({ data }) => `${data.checks.length} smoke checks passed`,
  'traffic.held': ({ data }) => `requests to ${list(data.services)} wait at the edge`,
  'old.stopped': ({ data }) => `stopped ${list(data.containers)} (${duration(data.tookMs)})`,
  'traffic.shifted': ({ data }) =>
    `${data.perMyriad / 100}% of the requests to ${list(data.services)} go to the new release`,
  'verdict.reached': ({ data }) =>
    `verdict ${data.verdict}: ${data.why}${data.verdict === 'inconclusive' && data.by === 'probes' ? ' A person decides: towpath resume, or towpath abort.' : ''}`,
  'deployment.resumed': ({ data, actor }) => `${actor} went on without a verdict: ${data.reason}`,
  'streams.cut': ({ data }) =>
    `${data.streams} streams left on the old instance of ${list(data.services)} were cut, once each`,
  'traffic.switched': ({ data }) =>
    `all traffic of ${list(data.services)} on the new release (${duration(data.tookMs)})`,
  'accessories.started': ({ data, environment }) =>
    data.fallen === undefined
      ? `accessories running: ${list(data.names)}`
      : `${list(data.fallen)} ${data.fallen.length === 1 ? 'does' : 'do'} not stay up: towpath logs ${data.fallen[0]} -e ${environment}`,
  'older.retired': ({ data }) => `${data.release || 'the older release'} retired`,
  'bake.passed': ({ data }) =>
    `watched for ${duration(data.watchedMs)}, ${data.requests} requests, nothing wrong`,
  'host.joined': ({ data, environment }) =>
    `${environment ?? 'a host'} is one of several from now on; on it before: ${data.live === null ? 'nothing' : data.live.release}`,
  'host.started': ({ data }) => `${data.host} begins (${data.deployment})`,
  'host.settled': ({ data }) =>
    data.ready
      ? `${data.host} serves the release and waits for the others (${data.deployment})`
      : `${data.host} does not serve it: ${data.why} (${data.deployment})`,
  'hosts.agreed': ({ data }) => `${list(data.hosts)} keep the release`,
  'host.returning': ({ data }) => `${data.host} goes back (${data.deployment})`,
  'host.returned': ({ data }) => returnSentence(data),
  'step.failed': ({ data }) => data.message,
  'traffic.restored': ({ data }) => `all traffic back on the release before (${duration(data.tookMs)})`,
  'candidates.removed': ({ data }) => `took out ${list(data.containers)}`,
  'deployment.finished': ({ data }) => `${data.outcome}: ${data.reason}`,
  'warm.leaving': ({ data }) => `${data.release} finishes what it has and gets nothing new`,
  'warm.retired': ({ data }) => `${data.release} no longer warm`,
  'readiness.changed': ({ data, release }) =>
    `${release ?? ''} ${data.ready ? 'can be taken back' : 'cannot be taken back'}: ${data.why}`,
  'drift.found': ({ data }) =>
    data.found.length === 0 ? 'drift is gone' : `drift: ${data.found.join('; ')}`,
  'drift.repaired': ({ data }) => `repaired: ${data.done.join('; ')}`,
  'certificate.seen': ({ data: { certificate } }) =>
    `${certificate.name} is served with a certificate of ${certificate.issuer} until ${certificate.notAfter}`,
  'watch.started': ({ data, actor }) =>
    `${actor} began to watch ${list(Object.keys(data.picture))}; the team's own workflow deploys`,
  'watch.stopped': ({ data, actor }) => `${actor} ended the watch: ${data.reason || 'no reason given'}`,
  'deployment.observed': ({ data }) => observedSentence(data),
  'deployment.judged': ({ data }) => `judged ${data.verdict}: ${data.why}`,
  'image.deleted': ({ data }) => `deleted ${data.image} from the host`,
  'names.taken': ({ data }) => `the edge answers to ${list(data.names)}`,
  'ejection.began': ({ data, actor }) => `${actor} gives ${data.release} back to plain Compose`,
  'environment.ejected': ({ data }) => `given back: ${list(data.done)}`,
}

const returnSentence = ({ host, outcome, why, deployment }: EventData['host.returned']): string =>
  outcome === 'unknown'
    ? `${host} is not back, and what it serves is unknown: ${why} (${deployment})`
    : `${host} is as it was before: ${outcome} (${deployment})`

const verbs = {
  deploy: 'deploy',
  promote: 'promote',
  rollback: 'go back to',
  adopt: 'adopt',
  import: 'import',
} as const

function changesSentence(
  { cause, appeared, rescored, resolved }: EventData['findings.changed'],
  release: string,
): string {
  const parts = [
    ...(appeared.length > 0 ? [`${appeared.length} appeared (${idsOf(appeared)})`] : []),
    ...(rescored.length > 0 ? [`${rescored.length} weighed otherwise (${idsOf(rescored)})`] : []),
    ...(resolved.length > 0 ? [`${resolved.length} resolved`] : []),
  ]
  return `known against ${release}, by ${cause}: ${parts.join(', ')}`
}

const idsOf = (findings: readonly { id: string; package: string }[]): string => {
  const names = [...new Set(findings.map(({ id, package: name }) => `${id} in ${name}`))]
  return [...names.slice(0, 5), ...(names.length > 5 ? [`and ${names.length - 5} more`] : [])].join('; ')
}

function gatesSentence({ results, passed }: EventData['gates.evaluated']): string {
  const counted = results.filter((result) => result.answer !== 'not-applicable')
  const good = counted.filter((result) => result.answer === 'pass')
  const waived = counted.filter((result) => result.waiver !== null)
  const used = counted.flatMap(({ gate, waivers = [] }) => waivers.map((waiver) => ({ gate, ...waiver })))
  const text = [
    `${good.length} of ${counted.length} gates passed${waived.length > 0 ? `, ${waived.length} waived` : ''}`,
    ...used
      .slice(0, 5)
      .map(
        ({ gate, advisory, package: name, owner, expires, reason }) =>
          `${gate}: ${advisory} in ${name} waived by ${owner} until ${expires}: ${reason}`,
      ),
    ...(used.length > 5 ? [`and ${used.length - 5} more waivers`] : []),
  ].join('; ')
  const bad = counted.find((result) => result.answer !== 'pass' && result.waiver === null)
  return passed || bad === undefined ? text : `${text}; ${bad.gate} ${bad.answer}: ${bad.why}`
}

function observedSentence({ kind, services, release, gates }: EventData['deployment.observed']): string {
  const held = heldUpBy(gates.results)
  const what = `the team's own ${kind} of ${list(services)}${release === null ? '' : `, release ${release}`}`
  return held.length === 0
    ? what
    : `${what}; would have been blocked by ${list(held.map(({ gate }) => gate))}`
}

/** One sentence about an event, without time and subject, for the live view, `explain` and the timeline. */
export function describeEvent<T extends keyof EventData>(event: LedgerEvent & { type: T }): string {
  return sentences[event.type](event)
}
