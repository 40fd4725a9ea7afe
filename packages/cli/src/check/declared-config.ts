import type { DeclaredConfig } from '@towpath/domain/adoption/finding.ts'
import type { TowpathConfig } from '@towpath/domain/config/parse-config.ts'

/** What `towpath.yaml` says of its services and its database, for the adoption linter. */
export function declaredConfig({ file, source }: TowpathConfig): DeclaredConfig {
  const { line } = source.keyAt(['database', 'ceiling'])
  return {
    ceiling: file.database?.ceiling === undefined ? null : { count: file.database.ceiling, line },
    services: new Map(
      Object.entries(file.services).map(([name, service]) => [
        name,
        {
          compose: service.compose,
          image: service.image,
          ...(service.job === true
            ? { job: true, migrates: service.migrates, connections: null, single: false }
            : {
                job: false,
                migrates: false,
                connections: service.connections ?? null,
                single: service.single,
              }),
          line: source.keyAt(['services', name]).line,
        },
      ]),
    ),
  }
}

/** Compose files that the configuration names. */
export const composeFilesIn = ({ file }: TowpathConfig): string[] =>
  typeof file.compose === 'string' ? [file.compose] : file.compose
