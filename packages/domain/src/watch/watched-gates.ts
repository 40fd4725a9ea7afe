import type { Gate } from '../gate/gate.ts'
import { gates } from '../gate/gates.ts'
import { knownBuild } from '../gate/known-build.ts'

/** Gates whose facts only a deployment of Towpath's own makes: its edge, its settings, its backup, its way back. */
const ofOwnDeployments: ReadonlySet<string> = new Set([
  'edge-in-sync',
  'names-held',
  'settings-complete',
  'schema-allows',
  'backup-made',
])

/** The checklist as it is asked about a deployment that the team's own workflow did. */
export const watchedGates: readonly Gate[] = [
  knownBuild,
  ...gates.filter(({ name }) => !ofOwnDeployments.has(name)),
]
