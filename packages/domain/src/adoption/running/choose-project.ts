import { composeLabels, composeServiceOf } from './found-container.ts'
import type { FoundContainer } from './found-container.ts'

/** Names of the compose projects that run every one of these services. */
export function projectsRunning(
  found: readonly Pick<FoundContainer, 'labels' | 'status'>[],
  services: readonly string[],
): string[] {
  const running = new Map<string, Set<string>>()
  for (const container of found) {
    const project = container.labels[composeLabels.project]
    const service = composeServiceOf(container)
    if (project === undefined || service === null || container.status !== 'running') continue
    running.set(project, (running.get(project) ?? new Set()).add(service))
  }
  return [...running]
    .filter(([, known]) => services.length > 0 && services.every((service) => known.has(service)))
    .map(([project]) => project)
    .toSorted()
}
