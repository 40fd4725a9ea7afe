import type { DeploymentPlan } from '@towpath/domain/deployment/plan.ts'
import type { ContainerEngine } from '../ports/container-engine.ts'

/** Networks and volumes of a plan, created where missing. Returns the base of the network where slots have their addresses. */
export async function ensureSurroundings(engine: ContainerEngine, plan: DeploymentPlan): Promise<string> {
  let subnet = ''
  for (const network of plan.networks) {
    const state = await engine.ensureNetwork(network)
    if (network.name === plan.edge.slotNetwork) subnet = state.subnet
  }
  for (const volume of plan.volumes) await engine.ensureVolume(volume)
  return subnet
}
