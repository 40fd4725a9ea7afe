import { holdsOn, lastWaiverDay } from '@towpath/domain/advisory/waiver.ts'
import type { EnvironmentState } from '@towpath/domain/environment/environment-state.ts'
import { isCommitId } from '@towpath/domain/evidence/evidence.ts'
import type { InventoryPart, PartVex } from '@towpath/domain/live-findings/live-finding.ts'
import type { Release } from '@towpath/domain/release/release.ts'
import type { Installation } from '../installation.ts'
import { vexDocuments } from '../observe/vex-evidence.ts'

/** OpenVEX that weighs for the images and commits of a release: of who may waive in the environment, and not over. */
export async function vexOfRelease(
  installation: Installation,
  { state, release, now }: { state: EnvironmentState; release: Release; now: string },
): Promise<PartVex[]> {
  const { builds } = release
  const subjects: { subject: string; where: InventoryPart['where'] }[] = [
    ...[...new Set(builds.map(({ digest }) => digest))].map((subject) => ({
      subject,
      where: 'image' as const,
    })),
    ...[
      ...new Set(builds.flatMap(({ commit }) => (commit !== null && isCommitId(commit) ? [commit] : []))),
    ].map((subject) => ({ subject, where: 'lockfile' as const })),
  ]
  const all: PartVex[] = []
  for (const { subject, where } of subjects) {
    const own = builds.filter(({ digest, commit }) => digest === subject || commit === subject)
    const services = own.map(({ service }) => service)
    for (const document of await vexDocuments(installation, state.environment, subject)) {
      const expires = lastWaiverDay(new Date(document.recordedAt))
      if (document.mayWaive && holdsOn(now.slice(0, 10), { expires })) all.push({ services, where, document })
    }
  }
  return all
}
