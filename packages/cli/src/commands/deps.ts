import { directDependencies } from '@towpath/domain/dependency/direct-dependencies.ts'
import { judge, readInventories } from '../audit/run-audit.ts'
import type { Answer } from '../outcome/answer.ts'
import { depsPage } from '../screen/deps-page.ts'
import type { Context } from '../terminal/context.ts'

interface DepsOptions {
  advisories?: string
  lockfile?: string[]
}

/** `towpath deps [paths]`: what the projects here ask for, and what advisories say to bump. A list: it judges nothing, and ends with 0. */
export async function listDependencies(
  { shell }: Context,
  paths: string[],
  options: DepsOptions,
): Promise<Answer> {
  const inventories = await readInventories(shell.folder, {
    paths: paths.length === 0 ? ['.'] : paths,
    lockfiles: options.lockfile ?? [],
  })
  const { result, from } = await judge(shell, {
    inventories,
    advisories: options.advisories,
    rule: 'none',
    ageMaxMs: null,
    baseline: null,
    shippedOnly: false,
  })
  const dependencies = directDependencies(inventories, result)
  const { advisories, unknowns } = result
  return {
    page: depsPage({ dependencies, unknowns, advisories: { ...advisories, from } }),
    json: { dependencies, unknowns, advisories: { ...advisories, from } },
  }
}
