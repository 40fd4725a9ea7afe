import { deploymentView } from '@towpath/domain/ledger/views.ts'
import { stateOf } from '../state-of.ts'
import type { Deployment } from '@towpath/domain/deployment/deployment-state.ts'
import { isTurned } from '@towpath/domain/deployment/decide.ts'
import type { ResolvedConfig } from '@towpath/domain/config/resolved-config.ts'
import type { DeploymentPlan, Pins } from '@towpath/domain/deployment/plan.ts'
import type { Installation } from '../installation.ts'
import type { EdgeSpec } from '../ports/edge.ts'
import { openSecrets } from '../project/environment-model.ts'
import { missingInputs, openSnapshot } from '../release/snapshot.ts'
import type { Performing } from './performing.ts'

/** Opens a deployment's pinned inputs. They never change, so doing it again after a crash gives the same. */
export async function performingFor(
  installation: Installation,
  deployment: Deployment,
  signal: AbortSignal,
): Promise<Performing> {
  const pinned = await pinnedInputs(installation, deployment.pins)
  const { secrets } = pinned
  const config = onItsHost(pinned.config, deployment.plan)
  const turnedBefore = isTurned(deployment)
  return {
    installation,
    deployment,
    config,
    secrets,
    engine: installation.engineOf(config.host.docker, secrets),
    edge: installation.edgeOf(config.host.docker),
    edgeSpec: edgeSpecOf(installation, deployment.plan),
    signal,
    isTurned: async () => {
      const state = await stateOf(installation.store, deploymentView, deployment.id)
      return state !== undefined && isTurned(state) !== turnedBefore
    },
  }
}

/** Of several hosts, each deployment acts on its own; one that leads them speaks to the first. */
const onItsHost = (config: ResolvedConfig, { member, fleet }: DeploymentPlan): ResolvedConfig => {
  const docker = (member?.host ?? fleet?.hosts[0])?.docker
  return docker === undefined ? config : { ...config, host: { ...config.host, docker } }
}

export type PinnedInputs = Pick<Performing, 'config' | 'secrets'>

/** What is read of the pins for it. */
type InputPins = Pick<Pins, 'snapshot' | 'config'>

/** Inputs read lately, in memory only: a deployment asks for the same ones at each of its steps. */
const inputsKeptMax = 8
const keptInputs = new WeakMap<Installation, Map<string, Promise<PinnedInputs>>>()

/** Config and secrets as they were pinned. */
export function pinnedInputs(installation: Installation, pins: InputPins): Promise<PinnedInputs> {
  const kept = keptInputs.get(installation) ?? new Map<string, Promise<PinnedInputs>>()
  keptInputs.set(installation, kept)
  const key = `${pins.snapshot}/${pins.config}`
  const known = kept.get(key)
  if (known !== undefined) return known
  const reading = readPinned(installation, pins)
  reading.catch(() => kept.delete(key))
  for (const oldest of [...kept.keys()].slice(0, Math.max(0, kept.size - inputsKeptMax + 1)))
    kept.delete(oldest)
  kept.set(key, reading)
  return reading
}

/** The merged config as it was then, and its secrets as they were sealed then. Nothing is parsed by newer rules. */
async function readPinned(installation: Installation, pins: InputPins): Promise<PinnedInputs> {
  const bytes = await installation.store.getBlob(pins.config)
  if (bytes === undefined) throw missingInputs(pins.config)
  const config = JSON.parse(bytes.toString()) as ResolvedConfig
  const files = await openSnapshot(installation, pins.snapshot)
  const { secrets } = await openSecrets(installation, files, config)
  return { config, secrets }
}

export const edgeSpecOf = ({ edgeImage }: Installation, { edge }: DeploymentPlan): EdgeSpec => ({
  name: edge.name,
  image: edgeImage,
  labels: edge.labels,
  networks: edge.networks,
  ports: edge.ports,
})
