import type { DeploymentKind } from '../environment/environment-state.ts'
import type { EnvironmentPolicy } from '../environment/policy.ts'
import type { SchemaImpact } from '../release/release.ts'
import type { ReleaseEvidence } from './evidence-facts.ts'
import type { Observed } from '../evidence/observed.ts'

/** Everything the gates of one deployment may look at. Stored by digest, so that any answer can be replayed. */
export interface GateFacts {
  /** When the gates are asked; RFC 3339. */
  now: string
  environment: string
  deployment: { id: string; kind: DeploymentKind; release: string; requestedBy: string; first: boolean }
  release: { version: string; author: string; schema: SchemaImpact; migrates: boolean }
  /** The stricter of the accepted policy and what the release's own config asks. */
  policy: EnvironmentPolicy
  approvals: string[]
  previous: { release: string; ready: Observed<{ ready: boolean; why: string }> } | null
  /** How the environments that the policy names came out with this release. */
  needed: { environment: string; verified: { at: string; bakedMs: number } | null }[]
  frozen: { until: string; window: string } | null
  host: Observed<{ engine: string; version: string }>
  disk: Observed<{ freeBytes: number; neededBytes: number }>
  /** `notPulled` says why its pull failed, where it was tried and did. */
  images: {
    service: string
    image: string
    registry: Observed<boolean>
    host: Observed<boolean>
    notPulled?: string
  }[]
  /** Names of secrets that services, jobs or towpath.yaml need and that have no value; absent in older facts. */
  settings?: { missing: string[] }
  /** Signed evidence of the release's commits and images; absent in older facts. */
  evidence?: ReleaseEvidence
  /** `starts` names a part of the compose file that this deployment starts first of all, where that is the database. */
  database: Observed<{ reachable: boolean; why: string; starts?: string }> | null
  /** Differences between the edge's wanted state, its file and its run time. */
  edge: Observed<string[]> | null
  /** Containers that are not ours and answer to a name the edge holds. */
  foreign: Observed<string[]>
  /** On the way back: releases since the target whose migrations may not suit it, and who took that on. */
  schema: { crossed: { release: string; schema: SchemaImpact }[]; accepted: string | null } | null
  backup: { configured: boolean; madeAt: string | null }
  /** Where the images come from that a team's own workflow runs; absent for a deployment of Towpath's own. */
  origins?: ImageOrigin[]
}

/** What is known of one image beside its digest. */
export interface ImageOrigin {
  service: string
  /** As the container names it. */
  named: string
  commit: string | null
  /** Whether the release of the ledger that runs has this very image. */
  isOfRelease: boolean
  /** The image that ran before under the same name, where that name is a tag that moved. */
  movedFrom: string | null
}
