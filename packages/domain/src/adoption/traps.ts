import type { Trap } from './finding.ts'
import { architecture } from './trap/architecture.ts'
import { bakedSettings } from './trap/baked-settings.ts'
import { baseImage } from './trap/base-image.ts'
import { buildOnHost } from './trap/build-on-host.ts'
import { buildWithoutImage } from './trap/build-without-image.ts'
import { certificateRenewal } from './trap/certificate-renewal.ts'
import { containerName } from './trap/container-name.ts'
import { falseHealth } from './trap/false-health.ts'
import { healthCheck } from './trap/health-check.ts'
import { logGrowth } from './trap/log-growth.ts'
import { migrationRace } from './trap/migration-race.ts'
import { movingTag } from './trap/moving-tag.ts'
import { nginxUpstream } from './trap/nginx-upstream.ts'
import { poolSize } from './trap/pool-size.ts'
import { proxyHeaders } from './trap/proxy-headers.ts'
import { rebuiltOnRelease } from './trap/rebuilt-on-release.ts'
import { restartPolicy } from './trap/restart-policy.ts'
import { secondOperator } from './trap/second-operator.ts'
import { singleInstance } from './trap/single-instance.ts'
import { startOrder } from './trap/start-order.ts'
import { stopSignal } from './trap/stop-signal.ts'
import { unevenDefault } from './trap/uneven-default.ts'
import { unsetVariables } from './trap/unset-variables.ts'
import { versionDefault } from './trap/version-default.ts'
import { workflowCondition } from './trap/workflow-condition.ts'

/** Everything the adoption linter looks for, in the order it is told: what loses requests or data comes first. */
export const traps: readonly Trap[] = [
  migrationRace,
  secondOperator,
  stopSignal,
  nginxUpstream,
  falseHealth,
  healthCheck,
  restartPolicy,
  poolSize,
  singleInstance,
  movingTag,
  buildWithoutImage,
  buildOnHost,
  bakedSettings,
  rebuiltOnRelease,
  certificateRenewal,
  baseImage,
  architecture,
  workflowCondition,
  containerName,
  startOrder,
  proxyHeaders,
  logGrowth,
  unsetVariables,
  unevenDefault,
  versionDefault,
]
