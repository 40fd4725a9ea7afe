import { variablesIn } from '../../repository/written-compose.ts'
import type { Trap } from '../finding.ts'

/** A version written out as a default outlives the version it was written for. */
export const versionDefault: Trap = {
  id: 'version-default',
  passes: 'no default in the compose file is the version of another day',
  look: (survey) => {
    const versions = survey.manifests.filter(
      ({ path, version }) => version !== null && !path.slice(0, path.lastIndexOf('/') + 1).includes('/'),
    )
    const own = versions.find(({ path }) => !path.includes('/'))
    if (survey.compose === null || own === undefined) return null
    return survey.compose.files.flatMap((file) =>
      (survey.files.texts.get(file) ?? '').split(/\r?\n/).flatMap((row, at) => {
        const [use] = variablesIn(row.replace(/(?:^|\s)#.*$/, '')).flatMap(({ name, fallback }) => {
          const written = /^v?(\d+\.\d+\.\d+[\w.+-]*)$/.exec(fallback ?? '')?.[1]
          return name.includes('VERSION') && written !== undefined ? [{ name, written }] : []
        })
        if (use === undefined || use.written === own.version) return []
        const { name, written } = use
        return [
          {
            ...{ status: 'warn' as const, file, line: at + 1 },
            message: `${name} is ${written} where nobody sets it, and ${own.path}:${own.versionLine} is at ${own.version ?? ''}: parts that compare versions may refuse each other`,
            fix: 'give it no default, so that forgetting it is noticed; or set it from the release',
          },
        ]
      }),
    )
  },
}
