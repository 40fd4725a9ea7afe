import { list, object, text, textMap, texts } from './shape.ts'
import {
  bytes,
  count,
  deviceCount,
  duration,
  float,
  integer,
  optionalDuration,
  positive,
  amount,
} from './values.ts'

export const deviceRequest = object({
  capabilities: texts(),
  driver: text,
  count: deviceCount,
  device_ids: texts(),
  options: textMap,
})

const update = object({
  parallelism: amount,
  delay: optionalDuration,
  failure_action: text,
  monitor: optionalDuration,
  max_failure_ratio: float,
  order: text,
})

const resource = object({
  cpus: float,
  memory: bytes,
  pids: integer,
  devices: list(deviceRequest),
  generic_resources: list(object({ discrete_resource_spec: object({ kind: text, value: integer }) })),
})

/** `resources` and `placement` are always there. */
export const deployShape = object({
  mode: text,
  replicas: count,
  labels: textMap,
  update_config: update,
  rollback_config: update,
  resources: object({ limits: resource, reservations: resource }, true),
  restart_policy: object({ condition: text, delay: duration, max_attempts: amount, window: duration }),
  placement: object(
    {
      constraints: texts(),
      preferences: list(object({ spread: text })),
      max_replicas_per_node: positive,
    },
    true,
  ),
  endpoint_mode: text,
})
