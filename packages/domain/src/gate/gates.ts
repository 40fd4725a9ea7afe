import { approvals, freezeWindow, verifiedBefore } from './allowed-now.ts'
import { auditGate, imageScanGate } from './audit-evidence.ts'
import { databaseReachable } from './database-reachable.ts'
import { edgeInSync, namesHeld } from './edge-in-sync.ts'
import { evidenceFresh } from './evidence-fresh.ts'
import type { Gate } from './gate.ts'
import { diskRoom, hostReachable } from './host-ready.ts'
import { imagesInRegistry, imagesOnHost } from './images-present.ts'
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
  pinningGate,
  secretsGate,
  staticAnalysisGate,
  testsGate,
  evidenceFresh,
]
