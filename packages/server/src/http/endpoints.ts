import type { Endpoint } from './api-env.ts'
import { importAdvisoriesEndpoint } from './advisory/import.ts'
import { abortDeploymentEndpoint } from './deployment/abort.ts'
import { explainDeploymentEndpoint } from './deployment/explain.ts'
import { listDeploymentsEndpoint } from './deployment/list.ts'
import { replayGatesEndpoint } from './deployment/replay-gates.ts'
import { resumeDeploymentEndpoint } from './deployment/resume.ts'
import { showDeploymentEndpoint } from './deployment/show.ts'
import { adoptEnvironmentEndpoint } from './environment/adopt.ts'
import { ejectEnvironmentEndpoint } from './environment/eject.ts'
import { acceptPolicyEndpoint } from './environment/accept-policy.ts'
import { checkEnvironmentEndpoint } from './environment/check.ts'
import { deployReleaseEndpoint } from './environment/deploy.ts'
import { listEnvironmentsEndpoint } from './environment/list.ts'
import { readEdgeEndpoint } from './environment/read-edge.ts'
import { readLogsEndpoint } from './environment/read-logs.ts'
import { repairEnvironmentEndpoint } from './environment/repair.ts'
import { rollBackEndpoint } from './environment/roll-back.ts'
import { showEnvironmentEndpoint } from './environment/show.ts'
import { waiveGateEndpoint } from './environment/waive.ts'
import { addEvidenceEndpoint } from './evidence/add.ts'
import { listEvidenceEndpoint } from './evidence/list.ts'
import { showEvidenceEndpoint } from './evidence/show.ts'
import { explainFindingEndpoint } from './finding/explain.ts'
import { listFindingsEndpoint } from './finding/list.ts'
import { listGatesEndpoint } from './gate/list.ts'
import { showHealthEndpoint } from './health/show.ts'
import { exportLedgerEndpoint } from './ledger/export.ts'
import { showHeadEndpoint } from './ledger/head.ts'
import { listEventsEndpoint } from './ledger/list-events.ts'
import { streamEndpoint } from './ledger/stream.ts'
import { takeOverEndpoint } from './ledger/take-over.ts'
import { verifyLedgerEndpoint } from './ledger/verify.ts'
import { addPrincipalEndpoint } from './principal/add.ts'
import { listPrincipalsEndpoint } from './principal/list.ts'
import { revokePrincipalEndpoint } from './principal/revoke.ts'
import { approveReleaseEndpoint } from './release/approve.ts'
import { createReleaseEndpoint } from './release/create.ts'
import { listReleasesEndpoint } from './release/list.ts'
import { showReleaseEndpoint } from './release/show.ts'
import { listObservedEndpoint } from './watch/list-observed.ts'
import { showObservedEndpoint } from './watch/show-observed.ts'
import { startWatchEndpoint } from './watch/start.ts'
import { stopWatchEndpoint } from './watch/stop.ts'

/** Everything the API does, in the order in which its description tells it. */
export const endpoints: readonly Endpoint[] = [
  createReleaseEndpoint,
  listReleasesEndpoint,
  showReleaseEndpoint,
  approveReleaseEndpoint,
  addEvidenceEndpoint,
  listEvidenceEndpoint,
  showEvidenceEndpoint,
  importAdvisoriesEndpoint,
  listFindingsEndpoint,
  explainFindingEndpoint,
  listEnvironmentsEndpoint,
  showEnvironmentEndpoint,
  checkEnvironmentEndpoint,
  deployReleaseEndpoint,
  rollBackEndpoint,
  waiveGateEndpoint,
  acceptPolicyEndpoint,
  adoptEnvironmentEndpoint,
  ejectEnvironmentEndpoint,
  repairEnvironmentEndpoint,
  readLogsEndpoint,
  readEdgeEndpoint,
  listDeploymentsEndpoint,
  showDeploymentEndpoint,
  explainDeploymentEndpoint,
  abortDeploymentEndpoint,
  resumeDeploymentEndpoint,
  replayGatesEndpoint,
  startWatchEndpoint,
  stopWatchEndpoint,
  listObservedEndpoint,
  showObservedEndpoint,
  listGatesEndpoint,
  showHeadEndpoint,
  listEventsEndpoint,
  verifyLedgerEndpoint,
  takeOverEndpoint,
  exportLedgerEndpoint,
  streamEndpoint,
  addPrincipalEndpoint,
  listPrincipalsEndpoint,
  revokePrincipalEndpoint,
  showHealthEndpoint,
]
