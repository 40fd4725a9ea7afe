import { spawnSync } from 'node:child_process'
import { mkdir, readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { readWorkflow } from '@towpath/domain/repository/workflow.ts'
import type { WorkflowJob } from '@towpath/domain/repository/workflow.ts'
import { startRegistry } from '@towpath/testkit/registry.ts'
import type { RunningRegistry } from '@towpath/testkit/registry.ts'
import { AuditFolder, lockOf, records } from '../audit/testing/audit-folder.ts'
import { auditableOf, elfOf } from '../image/testing/elf-program.ts'
import { dockerSave, layerOf } from '../image/testing/image-archive.ts'

const auth = { user: 'ci', password: 'registry-pass-phrase' }
const sha = 'a'.repeat(40)

let registry: RunningRegistry
beforeAll(async () => {
  registry = await startRegistry({ auth })
})
afterAll(() => registry.stop())

/** Answers `docker buildx build` with an archive of the image that the test made: Debian has no buildx. */
const buildxStandIn = `#!/bin/bash
for word; do case "$word" in type=oci,dest=*) archive="\${word#type=oci,dest=}" ;; esac; done
[ -z "$archive" ] || exec skopeo copy --quiet docker-archive:"\${!#}/image.tar" oci-archive:"$archive"
`

/** The registry here speaks plain HTTP, which skopeo has to be told; all else is as the workflow says it. */
const plainHttp = `#!/bin/sh
PATH="\${PATH#*:}"
command="$1"
shift
case "$command" in login) plain=--tls-verify=false ;; copy) plain=--dest-tls-verify=false ;; esac
exec skopeo "$command" $plain "$@"
`

class Repository {
  readonly #at: AuditFolder
  constructor(at: AuditFolder) {
    this.#at = at
  }

  static async open(names: readonly string[]): Promise<Repository> {
    const at = await AuditFolder.open()
    const services = names.map(
      (name) => `  ${name}:\n    image: ${registry.host}/shop/${name}:1\n    build: ./${name}\n`,
    )
    await at.put('compose.yaml', `services:\n${services.join('')}`)
    for (const name of names)
      await at.put(`${name}/Dockerfile`, 'FROM scratch\nCOPY app /app\nCMD ["/app"]\n')
    await at.put('Cargo.lock', lockOf({ app: null, good: '1.0.0' }))
    const node = process.execPath
    const main = new URL('../main.ts', import.meta.url).pathname
    await mkdir(join(at.path, '.bin'))
    const programs = {
      docker: buildxStandIn,
      skopeo: plainHttp,
      towpath: `#!/bin/sh\nexec '${node}' '${main}' "$@"\n`,
    }
    for (const [name, text] of Object.entries(programs))
      await writeFile(join(at.path, '.bin', name), text, { mode: 0o755 })
    const modified = new Date().toISOString()
    for (const one of records) await at.put(`osv/${one.id}.json`, JSON.stringify({ ...one, modified }))
    const action = { ecosystem: 'GitHub Actions', name: 'someone/action' }
    const affected = [{ package: action, ranges: [{ type: 'ECOSYSTEM', events: [{ introduced: '0' }] }] }]
    await at.put('osv/action.json', JSON.stringify({ id: 'GHSA-0000-0000-0000', modified, affected }))
    for (const argv of [
      ['advisories', 'import', 'osv'],
      ['init', '--yes'],
    ]) {
      const { exit, err } = await at.run(argv)
      if (exit !== 0) throw new Error(err)
    }
    return new Repository(at)
  }

  close = (): Promise<void> => this.#at.close()

  /** An image whose program names these crates, as `docker build` would make it for the service. */
  async build(service: string, crates: readonly string[]): Promise<void> {
    const listed = crates.map((name) => ({ name, version: '1.0.0', source: 'crates.io' }))
    const layer = await layerOf([['app', elfOf([auditableOf(listed)])]])
    await this.#at.put(`${service}/image.tar`, await layerOf(dockerSave([layer], `${service}:1`)))
  }

  lock = (crates: Readonly<Record<string, string>>): Promise<void> =>
    this.#at.put('Cargo.lock', lockOf({ app: null, ...crates }))

  /** Runs the shell steps of a job as GitHub's runner does; the name of the step that failed, or null. */
  async run(job: string): Promise<string | null> {
    const text = await readFile(join(this.#at.path, '.github/workflows/towpath.yml'), 'utf8')
    const read = readWorkflow('towpath.yml', text)
    const steps = (read.ok ? read.workflow.jobs : []).find(({ id }: WorkflowJob) => id === job)?.steps ?? []
    // What needs the network (advisories) or a server has tests of its own.
    const own = steps.filter(
      ({ name, condition }) => condition === null && !name?.startsWith('Bring the advisories'),
    )
    for (const { name, run } of own) {
      if (run === null) continue
      const { status } = spawnSync('bash', ['--noprofile', '--norc', '-eo', 'pipefail', '-c', run.text], {
        cwd: this.#at.path,
        env: this.#env(),
        timeout: 60_000,
      })
      if (status !== 0) return name
    }
    return null
  }

  /** Digest of the image in the archive that was scanned. */
  async scanned(service: string): Promise<string | undefined> {
    const { out } = await this.#at.run([
      'scan',
      `${service}.oci.tar`,
      '--json',
      '--fail-on',
      'none',
      '--offline',
    ])
    const { inventory } = JSON.parse(out) as { inventory: { images: { digest: string }[] } }
    return inventory.images[0]?.digest
  }

  #env = (): Record<string, string> => ({
    PATH: `${join(this.#at.path, '.bin')}:${process.env['PATH'] ?? ''}`,
    HOME: this.#at.path,
    TOWPATH_HOME: join(this.#at.path, 'home'),
    RUNNER_TEMP: this.#at.path,
    GITHUB_SHA: sha,
    REGISTRY_USER: auth.user,
    REGISTRY_TOKEN: auth.password,
    REGISTRY_AUTH_FILE: join(this.#at.path, 'auth.json'),
  })
}

const authorization = `Basic ${Buffer.from(`${auth.user}:${auth.password}`).toString('base64')}`
const ask = (path: string): Promise<Response> =>
  fetch(`http://${registry.host}/v2/${path}`, {
    headers: { authorization, accept: 'application/vnd.oci.image.manifest.v1+json' },
  })
const digestOf = async (service: string): Promise<string | null> =>
  (await ask(`shop/${service}/manifests/${sha}`)).headers.get('docker-content-digest')

describe('the workflow that init writes', () => {
  let repository: Repository
  beforeEach(async () => {
    repository = await Repository.open(['api', 'web'])
    return () => repository.close()
  })

  test('pushes nothing at all where one of the images has a finding, and what was scanned where none has', async () => {
    await repository.build('api', ['good'])
    await repository.build('web', ['bad'])
    expect(await repository.run('release')).toBe('Scan')
    expect(await (await ask('_catalog')).json()).toEqual({
      repositories: expect.not.arrayContaining(['shop/api']),
    })
    expect([await digestOf('api'), await digestOf('web')]).toEqual([null, null])

    await repository.build('web', ['good', 'other'])
    expect(await repository.run('release')).toBeNull()
    for (const service of ['api', 'web'])
      expect(await digestOf(service)).toBe((await repository.scanned(service)) ?? 'not scanned')
  })

  test('fails the audit of a change that locks what is known to be bad, and passes one that does not', async () => {
    expect(await repository.run('audit')).toBeNull()
    await repository.lock({ bad: '1.0.0' })
    expect(await repository.run('audit')).toBe('Audit')
  })
})
