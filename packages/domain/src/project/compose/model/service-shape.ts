import { blkioShape } from './blkio-shape.ts'
import { buildShape, grant, hosts, ulimits } from './build-shape.ts'
import { deployShape, deviceRequest } from './deploy-shape.ts'
import { list, nullableMap, object, record, text, textAlways, textMap, texts } from './shape.ts'
import type { Shape, Shapes } from './shape.ts'
import {
  bytes,
  choice,
  command,
  count,
  duration,
  flag,
  float,
  healthTest,
  integer,
  amount,
} from './values.ts'

const healthcheck = object({
  test: healthTest,
  timeout: duration,
  interval: duration,
  retries: amount,
  start_period: duration,
  start_interval: duration,
  disable: flag,
})

const hook: Shapes = {
  command,
  user: text,
  privileged: flag,
  working_dir: text,
  environment: nullableMap,
}

const watch = object({
  path: textAlways,
  action: textAlways,
  target: text,
  exec: object(hook, true),
  include: texts(),
  ignore: texts(),
  initial_sync: flag,
})

const network = object({
  aliases: texts(),
  driver_opts: textMap,
  gw_priority: integer,
  interface_name: text,
  ipv4_address: text,
  ipv6_address: text,
  link_local_ips: texts(),
  mac_address: text,
  priority: integer,
})

const port = object({
  name: text,
  mode: text,
  host_ip: text,
  target: integer,
  published: text,
  protocol: text,
  app_protocol: text,
})

/** Shown only where it is false: true is what happens anyway. */
const unlessFalse: Shape = (tree, findings) => (choice(tree, findings) === false ? false : undefined)

const mount = object({
  type: text,
  source: text,
  target: text,
  read_only: flag,
  consistency: text,
  bind: object({ selinux: text, propagation: text, create_host_path: unlessFalse, recursive: text }),
  volume: object({ labels: textMap, nocopy: flag, subpath: text }),
  tmpfs: object({ size: bytes, mode: integer }),
  image: object({ subpath: text }),
})

const device = object({ source: text, target: text, permissions: text })
const dependency = object({ condition: text, restart: flag, required: choice })
const optionValues: Shape = (tree, findings) => texts(true)(tree, findings) ?? []

/** A service in the names of Docker Compose; `environment` and `labels` come with their files laid under. */
export const serviceShape = object({
  profiles: texts(),
  annotations: textMap,
  attach: choice,
  blkio_config: blkioShape,
  build: buildShape,
  cap_add: texts(),
  cap_drop: texts(),
  cgroup: text,
  cgroup_parent: text,
  command,
  configs: list(grant),
  container_name: text,
  cpu_count: integer,
  cpu_percent: float,
  cpu_period: integer,
  cpu_quota: integer,
  cpu_rt_period: integer,
  cpu_rt_runtime: integer,
  cpu_shares: integer,
  cpus: float,
  cpuset: text,
  credential_spec: object({ config: text, file: text, registry: text }),
  depends_on: record(dependency),
  deploy: deployShape,
  develop: object({ watch: list(watch) }),
  device_cgroup_rules: texts(),
  devices: list(device),
  dns: texts(),
  dns_opt: texts(),
  dns_search: texts(),
  domainname: text,
  entrypoint: command,
  environment: nullableMap,
  expose: texts(),
  external_links: texts(),
  extra_hosts: hosts,
  gpus: list(deviceRequest),
  group_add: texts(),
  healthcheck,
  hostname: text,
  image: text,
  init: choice,
  ipc: text,
  isolation: text,
  label_file: texts(),
  labels: textMap,
  links: texts(),
  logging: object({ driver: text, options: textMap }),
  mac_address: text,
  mem_limit: bytes,
  mem_reservation: bytes,
  mem_swappiness: bytes,
  memswap_limit: bytes,
  models: record(object({ endpoint_var: text, model_var: text })),
  network_mode: text,
  networks: record(network),
  oom_kill_disable: flag,
  oom_score_adj: integer,
  pid: text,
  pids_limit: integer,
  platform: text,
  ports: list(port),
  post_start: list(object(hook)),
  pre_stop: list(object(hook)),
  privileged: flag,
  provider: object({ type: text, options: record(optionValues) }),
  pull_policy: text,
  pull_refresh_after: text,
  read_only: flag,
  restart: text,
  runtime: text,
  scale: count,
  secrets: list(grant),
  security_opt: texts(),
  shm_size: bytes,
  stdin_open: flag,
  stop_grace_period: duration,
  stop_signal: text,
  storage_opt: textMap,
  sysctls: textMap,
  tmpfs: texts(),
  tty: flag,
  ulimits,
  use_api_socket: flag,
  user: text,
  userns_mode: text,
  uts: text,
  volumes: list(mount),
  volumes_from: texts(),
  working_dir: text,
})
