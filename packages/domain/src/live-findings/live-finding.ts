import type { Finding } from '../advisory/finding.ts'
import type { FindingWaiverRule } from '../advisory/waiver.ts'
import type { EvidencePolicy } from '../evidence/evidence-policy.ts'
import type { VexDocument } from '../evidence/vex-waivers.ts'
import type { GateWaiver } from '../gate/gate.ts'
import type { Weight } from '../gate/weigh-findings.ts'
import type { Inventory } from '../inventory/component.ts'

/**
 * Why a finding of a kept release came, went or is weighed otherwise: the version of the matching, the advisories, what
 * the release ships, what somebody lets pass, or what the environment asks. In the order in which changes of several at
 * once are told.
 */
export const findingCauses = ['engine', 'data', 'inventory', 'waiver', 'policy'] as const
export type FindingCause = (typeof findingCauses)[number]

/** Raised whenever matching may answer otherwise for the same data and inventory: kept releases are then judged again. */
export const matchEngine = '1'

/** Findings that are kept of one release; more of them make it unknown. */
export const FINDINGS_MAX = 2_000

/** What is known against one component of a release, whatever anybody lets pass. */
export interface Flaw extends Pick<
  Finding,
  | 'id'
  | 'aliases'
  | 'package'
  | 'version'
  | 'ecosystem'
  | 'kind'
  | 'severity'
  | 'score'
  | 'fixed'
  | 'presence'
  | 'isExploited'
  | 'summary'
  | 'file'
> {
  /** Services whose image or commit it is in. */
  services: readonly string[]
  /** Whether it was found in an image, or in what a lockfile pins. */
  where: InventoryPart['where']
}

/** A flaw as an environment weighs it. */
export interface LiveFinding extends Flaw {
  weight: Weight
  /** What lets it pass; `expires` is the last day, or the moment where a gate was waived. */
  waiver: { owner: string; reason: string; expires: string } | null
  /** Since when a release kept in this environment is known to have it; RFC 3339. */
  since: string
  /** What the time to respond is counted from: `since`, or when it became worse. */
  clockFrom: string
}

/** What one image or one commit of a release is made of. */
export interface InventoryPart {
  services: readonly string[]
  where: 'image' | 'lockfile'
  inventories: readonly Inventory[]
}

/** A document that weighs for what is found in one part. */
export interface PartVex extends Pick<InventoryPart, 'services' | 'where'> {
  document: VexDocument
}

/** What a release is made of, as the evidence brought for it says. */
export interface ReleaseInventory {
  /** Hex SHA-256 of what it says, whoever said it. */
  digest: string
  /** Ids of the evidence it is read from. */
  evidence: readonly string[]
  parts: readonly InventoryPart[]
  /** What nobody brought, or what cannot be read. */
  unknowns: readonly string[]
}

/** Everything that decides what is known against a release in an environment. The same inputs give the same findings. */
export interface MatchInputs {
  engine: string
  /** Digest of the advisories. */
  data: string
  /** Digest of the inventory. */
  inventory: string
  evidence: readonly string[]
  /** Waivers that came with evidence and were not over. */
  waivers: readonly FindingWaiverRule[]
  /** OpenVEX of who may waive here that was brought for what a part is of, and was not over. */
  vex: readonly PartVex[]
  /** Waivers that an admin laid over the gates of findings, and were not over. */
  gateWaivers: readonly GateWaiver[]
  policy: EvidencePolicy
}

/** One key per finding of a release. */
export const flawKey = ({ where, services, id, package: name, version, file }: Flaw): string =>
  [where, services.join(','), id, name, version, file].join('\n')
