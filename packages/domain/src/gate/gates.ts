import type { DeploymentPlan } from '../deployment/plan.ts'
import type { DeploymentKind } from '../environment/environment-state.ts'
import { approvals, freezeWindow, verifiedBefore } from './allowed-now.ts'
import { auditGate, imageScanGate } from './audit-evidence.ts'
import { databaseReachable } from './database-reachable.ts'
import { edgeInSync, namesHeld } from './edge-in-sync.ts'
import { evidenceFresh } from './evidence-fresh.ts'
import type { Gate } from './gate.ts'
import { diskRoom, hostReachable } from './host-ready.ts'
import { imagesInRegistry, imagesOnHost } from './images-present.ts'
import { provenanceGate } from './provenance.ts'
import { pinningGate, sbomPresent, secretsGate, staticAnalysisGate, testsGate } from './result-evidence.ts'
import { settingsComplete } from './settings-complete.ts'
import { backupMade, rollbackReady, schemaAllows } from './way-back.ts'

/** The pre-deployment checklist, in the order people read it. A gate listed here is asked, shown and recorded. */
export const gates: readonly Gate[] = [
  imagesInRegistry,
  imagesOnHost,
  hostReachable,
  diskRoom,
  settingsComplete,
  databaseReachable,
  edgeInSync,
  namesHeld,
  verifiedBefore,
  approvals,
  freezeWindow,
  rollbackReady,
  schemaAllows,
  backupMade,
  auditGate,
  imageScanGate,
  sbomPresent,
  provenanceGate,
  pinningGate,
  secretsGate,
  staticAnalysisGate,
  testsGate,
  evidenceFresh,
]

/**
 * The gates that a deployment asks. Of several hosts the whole asks about every host before the first is touched, and each
 * host asks about itself right before its turn. A rollback leaves all of them to the hosts: one that cannot be reached
 * must not keep the others from going back.
 */
export function gatesFor({ fleet, member }: DeploymentPlan, kind: DeploymentKind): readonly Gate[] {
  if (kind === 'rollback') return gates
  if ((member?.of ?? null) !== null) return gates.filter(({ perHost }) => perHost ?? false)
  // The backup is made on the first host, in its turn.
  return fleet === undefined ? gates : gates.filter((gate) => gate !== backupMade)
}
