import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { runCommandLine } from '../../run.ts'
import { capturedShell } from '../../terminal/captured-shell.ts'

/** A Cargo.lock whose first package is the project and asks for all others. */
export const lockOf = (versions: Record<string, string | null>): string => {
  const names = Object.keys(versions)
  const entries = names.map((name, at) => {
    const version = versions[name]
    const head = `[[package]]\nname = "${name}"\nversion = "${version ?? '0.1.0'}"\n`
    return at === 0
      ? `${head}dependencies = [${names
          .slice(1)
          .map((other) => `"${other}"`)
          .join(', ')}]\n`
      : `${head}source = "registry+https://github.com/rust-lang/crates.io-index"\n`
  })
  return `version = 4\n\n${entries.join('\n')}`
}

const record = (
  id: string,
  name: string,
  more: {
    ecosystem?: string
    informational?: string
    fixed?: string
    severity?: object[]
    modified?: string
  } = {},
) => ({
  id,
  modified: more.modified ?? '2025-12-31T00:00:00Z',
  summary: `<${name}> overflows & "burns"`,
  aliases: [`CVE-${id.slice(-9)}`],
  severity: more.severity ?? [],
  affected: [
    {
      package: { ecosystem: more.ecosystem ?? 'crates.io', name },
      ranges: [
        {
          type: 'SEMVER',
          events: [{ introduced: '0' }, ...(more.fixed === undefined ? [] : [{ fixed: more.fixed }])],
        },
      ],
      database_specific: { informational: more.informational ?? null },
    },
  ],
})
export const records = [
  record('RUSTSEC-2025-0001', 'bad', {
    fixed: '1.0.1',
    severity: [{ type: 'CVSS_V3', score: 'CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:U/C:H/I:H/A:H' }],
  }),
  record('RUSTSEC-2025-0002', 'old', { informational: 'unmaintained' }),
  record('RUSTSEC-2025-0003', 'elsewhere'),
]

/** Judges by the records in `osv`, as old as they are. */
export const offline = ['--advisories', 'osv', '--offline']

/** What scripts read of an audit. */
interface AuditDocument {
  exit: number
  findings: { id: string; package: string; file: string }[]
  advisories: { digest: string; count: number }
  verdict: string
  unknowns: { what: string }[]
  error?: { code: string; title: string }
}

/** A folder with a lockfile and advisories of it, in which commands run. */
export class AuditFolder {
  readonly path: string

  private constructor(path: string) {
    this.path = path
  }

  static async open(): Promise<AuditFolder> {
    const folder = new AuditFolder(await mkdtemp(join(tmpdir(), 'towpath-audit-')))
    await folder.put('Cargo.lock', lockOf({ app: null, bad: '1.0.0', good: '1.0.0', old: '0.1.0' }))
    for (const one of records) await folder.put(`osv/${one.id}.json`, JSON.stringify(one))
    return folder
  }

  close = (): Promise<void> => rm(this.path, { recursive: true })

  put = async (path: string, content: string | Buffer): Promise<void> => {
    await mkdir(dirname(join(this.path, path)), { recursive: true })
    await writeFile(join(this.path, path), content)
  }

  /** Runs a command here, with nothing of this machine's own: no account of a registry, no engine. */
  run = async (
    argv: string[],
    more: Record<string, string> = {},
  ): Promise<{ exit: number; out: string; err: string }> => {
    const env = {
      TOWPATH_HOME: join(this.path, 'home'),
      DOCKER_CONFIG: join(this.path, 'docker'),
      DOCKER_HOST: `unix://${join(this.path, 'docker.sock')}`,
      ...more,
    }
    const shell = capturedShell({ argv, folder: this.path, env })
    return { exit: await runCommandLine(shell), out: shell.out(), err: shell.err() }
  }

  auditJson = async (...argv: string[]): Promise<AuditDocument> => {
    const { exit, out } = await this.run(['audit', '--json', ...argv])
    return { ...(JSON.parse(out) as AuditDocument), exit }
  }
}
