import { childOf, entriesOf, itemsOf, textOf } from '../tree.ts'
import type { ServiceChecking } from './check-service.ts'

/** Finds what of a build does not fit together. */
export function checkBuild(checking: ServiceChecking): void {
  const build = childOf(checking.service, 'build')
  const inline = childOf(build, 'dockerfile_inline')
  if (inline && textOf(inline) && textOf(childOf(build, 'dockerfile')))
    checking.findings.problem(
      inline.at,
      'build has both dockerfile and dockerfile_inline',
      'Keep one of them.',
    )
  checkContexts(checking)
  checkPlatforms(checking)
}

function checkContexts({ service, file, findings }: ServiceChecking): void {
  for (const [name, { value }] of entriesOf(childOf(childOf(service, 'build'), 'additional_contexts'))) {
    const text = textOf(value) ?? ''
    if (!text.startsWith('service:')) continue
    const other = childOf(childOf(file, 'services'), text.slice('service:'.length))
    if (childOf(other, 'build') !== undefined) continue
    const why = other === undefined ? 'is not defined' : 'is not built'
    const message = `the build context ${name} is ${text}, which ${why}`
    findings.problem(value.at, message, 'Name a service that is built.')
  }
}

function checkPlatforms({ service, findings }: ServiceChecking): void {
  const platform = textOf(childOf(service, 'platform'))
  const platforms = childOf(childOf(service, 'build'), 'platforms')
  const items = itemsOf(platforms)
  if (!platform || platforms === undefined || items.length === 0) return
  if (items.some((item) => textOf(item) === platform)) return
  const message = `build.platforms lacks ${platform}, on which the service runs`
  findings.problem(platforms.at, message, 'Add it to the list.')
}
