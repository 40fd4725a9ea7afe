import type { StoredAdvisories } from '@towpath/domain/advisory/stored-advisories.ts'
import type { EvidencePolicy } from '@towpath/domain/evidence/evidence-policy.ts'
import type { EvidenceRecord } from '@towpath/domain/evidence/evidence.ts'
import { evidenceView } from '@towpath/domain/ledger/views.ts'
import { canonicalText } from '@towpath/domain/live-findings/canonical-text.ts'
import { applyChanges, decideFindings } from '@towpath/domain/live-findings/decide-findings.ts'
import type { FindingChanges } from '@towpath/domain/live-findings/decide-findings.ts'
import type { ReleaseFindings } from '@towpath/domain/live-findings/findings-state.ts'
import { matchEngine } from '@towpath/domain/live-findings/live-finding.ts'
import type { LiveFinding, MatchInputs } from '@towpath/domain/live-findings/live-finding.ts'
import { matchRelease, rematchRelease } from '@towpath/domain/live-findings/match-release.ts'
import type { MatchedRelease } from '@towpath/domain/live-findings/match-release.ts'
import type { Release } from '@towpath/domain/release/release.ts'
import type { Installation } from '../installation.ts'
import { stateOf } from '../state-of.ts'
import { openData } from './open-data.ts'
import type { OpenData } from './open-data.ts'
import { inventoryOfEvidence } from './release-inventory.ts'
import type { InventoryOfRelease } from './release-inventory.ts'

/** What a look at one kept release came to; `judged` is null where everything that decides is as it was. */
export interface LookedAt {
  release: string
  findings: readonly LiveFinding[]
  unknowns: readonly string[]
  /** Whether all evidence of what it is made of is there and can be read. */
  isKnown: boolean
  judged: { inputs: MatchInputs; changes: readonly FindingChanges[] } | null
}

export interface Gathered extends InventoryOfRelease {
  release: Release
}

export interface Circumstances {
  stored: StoredAdvisories
  data: OpenData
  policy: EvidencePolicy
  knownSince: Readonly<Record<string, string>>
  now: string
  waivers: MatchInputs['gateWaivers']
  vex: MatchInputs['vex']
  before: ReleaseFindings | undefined
}

export const ecosystemsIn = (gathered: readonly InventoryOfRelease[]): Set<string> =>
  new Set(
    gathered.flatMap(({ inventory }) =>
      inventory.parts.flatMap(({ inventories }) => inventories.map(({ ecosystem }) => ecosystem)),
    ),
  )

/** Judges one release by what decides now, where any of that is another than before. */
export async function lookAtRelease(
  installation: Installation,
  gathered: Gathered,
  about: Circumstances,
): Promise<LookedAt> {
  const { version } = gathered.release
  const isKnown = gathered.inventory.unknowns.length === 0
  const inputs = inputsOf(gathered, about)
  const known = knownBy(about.before)
  if (known !== null && canonicalText(known.inputs) === canonicalText(inputs))
    return {
      release: version,
      findings: Object.values(known.findings),
      unknowns: known.unknowns,
      isKnown,
      judged: null,
    }
  const current = matchAnew(gathered, { inputs, known, data: about.data })
  const isSameInventory = known === null || known.inputs.inventory === inputs.inventory
  const former = isSameInventory
    ? current
    : await formerMatch(installation, { inputs: known.inputs, release: gathered.release, ...about })
  const changes = decideFindings({
    ...{ before: known, inputs, now: about.now, knownSince: about.knownSince },
    flaws: { former: former?.flaws ?? null, current: current.flaws },
  })
  return {
    release: version,
    findings: Object.values(changes.reduce(applyChanges, known?.findings ?? {})),
    unknowns: current.unknowns,
    isKnown,
    judged: { inputs, changes },
  }
}

type Known = ReleaseFindings & { inputs: MatchInputs }

function knownBy(before: ReleaseFindings | undefined): Known | null {
  const inputs = before?.inputs ?? null
  return before === undefined || inputs === null ? null : { ...before, inputs }
}

const inputsOf = (
  { inventory, waivers }: Gathered,
  { data, policy, waivers: gateWaivers, vex, now }: Circumstances,
): MatchInputs => ({
  ...{ engine: matchEngine, data: data.digest, inventory: inventory.digest, vex, gateWaivers, policy },
  evidence: inventory.evidence,
  waivers: waivers.filter(({ expires }) => expires >= now.slice(0, 10)),
})

/** Only what other advisories speak of, where nothing else changed; else all of it. */
function matchAnew(
  { inventory }: Gathered,
  { inputs, known, data }: { inputs: MatchInputs; known: Known | null; data: OpenData },
): MatchedRelease {
  const isOnlyData = known?.inputs.engine === inputs.engine && known.inputs.inventory === inputs.inventory
  const changed = isOnlyData ? data.changedSince(known.inputs.data) : null
  if (known === null || changed === null) return matchRelease(inventory, data)
  const before = { flaws: new Map(Object.entries(known.findings)), unknowns: known.unknowns }
  return rematchRelease(inventory, data, { before, changed }) ?? matchRelease(inventory, data)
}

/** What today's data says of the inventory that was; null where its evidence does not give that one any more. */
async function formerMatch(
  installation: Installation,
  { inputs, release, stored }: { inputs: MatchInputs; release: Release; stored: StoredAdvisories },
): Promise<MatchedRelease | null> {
  const records: EvidenceRecord[] = []
  for (const id of inputs.evidence) {
    const record = await stateOf(installation.store, evidenceView, id)
    if (record !== undefined) records.push(record)
  }
  const former = await inventoryOfEvidence(installation, release, records)
  if (former.inventory.digest !== inputs.inventory) return null
  const data = await openData(installation, { stored, ecosystems: ecosystemsIn([former]) })
  return matchRelease(former.inventory, data)
}
