import { childOf, textOf } from '../tree.ts'
import type { Checking } from './check-model.ts'

/** Two containers of one engine cannot have the same name. */
export function checkSharedNames({ active, findings }: Checking): void {
  const holders = new Map<string, string>()
  for (const [name, service] of active) {
    const tree = childOf(service, 'container_name')
    const containerName = textOf(tree)
    if (tree === undefined || !containerName) continue
    const holder = holders.get(containerName)
    holders.set(containerName, name)
    if (holder === undefined) continue
    const message = `${holder} and ${name} both have the container_name "${containerName}"`
    findings.problem(tree.at, message, 'Give each its own, or none.')
  }
}
