import { environmentView } from '@towpath/domain/ledger/views.ts'
import { emptyEnvironment } from '@towpath/domain/environment/environment-state.ts'
import { evaluateGates, isPassed } from '@towpath/domain/gate/evaluate-gates.ts'
import type { Noticed } from '@towpath/domain/watch/notice-change.ts'
import { changedServices, changeKind } from '@towpath/domain/watch/picture.ts'
import { watchedGates } from '@towpath/domain/watch/watched-gates.ts'
import { duration } from '@towpath/domain/config/duration-text.ts'
import { stateOf } from '../state-of.ts'
import { recordVerdict } from './judge-changes.ts'
import type { SeenServices } from './see-services.ts'
import type { Session } from './session.ts'
import { watchedGateFacts } from './watched-gate-facts.ts'

/** Asks the gates about a change that came to rest and records both. The judgement that was under way ends open. */
export async function recordChange(
  session: Session,
  { seen, change }: { seen: SeenServices; change: NonNullable<Noticed['change']> },
): Promise<void> {
  const { host, watch, environment } = session
  const { store, newId } = host.installation
  const { from, to, formedMs } = change
  await endOpenJudgement(session)
  const state = (await stateOf(store, environmentView, environment)) ?? emptyEnvironment(environment)
  const kind = changeKind(
    from,
    to,
    watch.ranWell.map(({ picture }) => picture),
  )
  const facts = { id: newId('obs'), kind, from, to, services: changedServices(from, to) }
  const migrated = hasMigrated(session, seen)
  const asked = await watchedGateFacts(host, state, { ...facts, migrated })
  // Taking a service away is nothing that the checklist is about.
  const results = kind === 'removal' ? [] : evaluateGates(asked.facts, state.waivers, watchedGates)
  const digest = await store.putBlob(
    Buffer.from(JSON.stringify({ facts: asked.facts, waivers: state.waivers })),
  )
  const release = asked.release?.version ?? null
  await store.append({
    type: 'deployment.observed',
    actor: 'towpath',
    // The next change of this watch, whoever records it: a second try finds the first.
    idem: `${environment}/observed/${watch.at}/${watch.observed + 1}`,
    environment,
    ...(release === null ? {} : { release }),
    data: {
      ...facts,
      release,
      formedMs: Math.round(formedMs),
      lastSeenAt: session.lastSeenAt,
      gates: { results, passed: isPassed(results), facts: digest },
    },
  })
}

async function endOpenJudgement(session: Session): Promise<void> {
  const { judged } = session
  if (judged === null) return
  const watchedMs = judged.judging?.watch.watchedMs ?? 0
  await recordVerdict(session, {
    ...{ verdict: 'inconclusive', cause: null, service: null, watchedMs, numbers: {} },
    why: `The next change came after ${duration(watchedMs)} of watching, before there was a verdict.`,
  })
}

/** Whether a job that changes the schema started since the last change. */
const hasMigrated = ({ host, watch }: Session, { jobs }: SeenServices): boolean =>
  host.config.jobs.some(
    ({ name, migrates }) => migrates && Date.parse(jobs[name] ?? '') > Date.parse(watch.changedAt),
  )
