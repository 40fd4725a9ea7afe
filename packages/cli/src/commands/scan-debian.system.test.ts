import { spawn } from 'node:child_process'
import { randomBytes } from 'node:crypto'
import { createReadStream, createWriteStream } from 'node:fs'
import { cp, mkdir, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { PassThrough } from 'node:stream'
import { text } from 'node:stream/consumers'
import { pipeline } from 'node:stream/promises'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { connectDocker } from '@towpath/testkit/docker.ts'
import { debianBase } from '@towpath/testkit/image/debian-base.ts'
import { finished, imageLabel } from '@towpath/testkit/image/import.ts'
import { AuditFolder, offline } from '../audit/testing/audit-folder.ts'
import { auditableOf, elfOf } from '../image/testing/elf-program.ts'

const repository = join(import.meta.dirname, '../../../..')
const docker = connectDocker()
const name = `towpath-scan-debian-${randomBytes(4).toString('hex')}`
const [base, image] = [`${name}:base`, `${name}:1`]

/** Real packages of npm, among them one with a scope and one that holds more package.json files than its own. */
const modules = ['semver', 'yaml', 'zod', 'tar-stream', '@actions/expressions']
const deleted = { module: 'yaml', deb: 'tzdata', program: '/usr/local/bin/gone' }

const program = (crate: string): Buffer =>
  elfOf([
    ['.text', Buffer.alloc(5000, 0x90)],
    auditableOf([{ name: crate, version: '1.2.3', source: 'crates.io' }]),
  ])

const recipe = [
  `FROM ${base}`,
  'COPY context /',
  'RUN rm -r /app/node_modules/yaml /usr/local/bin/gone && dpkg --purge --force-all tzdata',
  `LABEL ${imageLabel}=yes`,
].join('\n')

let at: AuditFolder
let why: string | null = null

beforeAll(async () => {
  at = await AuditFolder.open()
  const system = await debianBase().catch((thrown: unknown) => {
    why = `no Debian can be made here: ${String(thrown).slice(0, 200)}`
    return null
  })
  if (system === null) return
  const changes = [`LABEL ${imageLabel}=yes`]
  const imported = await docker.importImage(createReadStream(system), { repo: name, tag: 'base', changes })
  await finished(docker, imported)
  const folder = join(at.path, 'build')
  for (const module of modules)
    await cp(join(repository, 'node_modules', module), join(folder, 'context/app/node_modules', module), {
      recursive: true,
    })
  await mkdir(join(folder, 'context/usr/local/bin'), { recursive: true })
  await writeFile(join(folder, 'context/usr/local/bin/kept'), program('kept-crate'))
  await writeFile(join(folder, 'context', deleted.program), program('gone-crate'))
  await writeFile(join(folder, 'Dockerfile'), recipe)
  const context = spawn('tar', ['-C', folder, '-cf', '-', '.']).stdout
  await finished(docker, await docker.buildImage(context, { t: image, rm: true, forcerm: true }))
}, 12 * 60_000)

afterAll(async () => {
  for (const own of [image, base])
    await docker
      .getImage(own)
      .remove()
      .catch(() => undefined)
  await at.close()
})

/** What a command prints in a container of the image. */
async function printedBy(...command: string[]): Promise<string> {
  const [out, err] = [new PassThrough(), new PassThrough()]
  const options = { Tty: false, HostConfig: { NetworkMode: 'none', AutoRemove: true } }
  const printed = text(out)
  const [{ StatusCode }] = (await docker.run(image, command, [out, err], options)) as [{ StatusCode: number }]
  out.end()
  err.end()
  if (StatusCode !== 0) throw new Error(`${command.join(' ')}: ${await text(err)}`)
  return printed
}

interface Component {
  purl: string
  name: string
  version: string
  ecosystem: string
  architecture: string | null
  path: string
}

const wordsOf = (lines: string): string[] => lines.trim().split('\n').toSorted()

test('a Debian with what was built on it ships what dpkg-query, find and docker export say, and nothing that was deleted', async (context) => {
  if (why !== null) context.skip(why)
  const env = { DOCKER_HOST: 'unix:///var/run/docker.sock' }
  const { out } = await at.run(['scan', image, '--json', ...offline, '--fail-on', 'none'], env)
  const { components } = (JSON.parse(out) as { inventory: { components: Component[] } }).inventory
  const of = (kind: string) => components.filter(({ purl }) => purl.startsWith(`pkg:${kind}/`))

  const installed = await printedBy('dpkg-query', '-W', '-f', '${Package} ${Version} ${Architecture}\\n')
  expect(
    of('deb')
      .map((own) => `${own.name} ${own.version} ${own.architecture}`)
      .toSorted(),
  ).toEqual(wordsOf(installed))
  expect(of('deb').length).toBeGreaterThan(50)

  const found = await printedBy('find', '/', '-xdev', '-path', '*/node_modules/*', '-name', 'package.json')
  const ofPackages = wordsOf(found).filter((path) =>
    /\/node_modules\/(@[^/]+\/)?[^/@]+\/package\.json$/.test(path),
  )
  expect(
    of('npm')
      .map(({ path }) => `/${path}`)
      .toSorted(),
  ).toEqual(ofPackages)
  expect(of('cargo').map((own) => `${own.name} ${own.path}`)).toEqual(['kept-crate usr/local/bin/kept'])

  const all = components.map((own) => own.name)
  for (const gone of [deleted.module, deleted.deb, 'gone-crate']) expect(all).not.toContain(gone)
})

test('every place that a scan names is a file of the image, as docker export writes it', async (context) => {
  if (why !== null) context.skip(why)
  await pipeline(await docker.getImage(image).get(), createWriteStream(join(at.path, 'saved.tar')))
  const { out } = await at.run(['scan', 'saved.tar', '--json', ...offline, '--fail-on', 'none'])
  const { components } = (JSON.parse(out) as { inventory: { components: Component[] } }).inventory
  const container = await docker.createContainer({ Image: image, Cmd: ['true'] })
  try {
    const list = spawn('tar', ['-tf', '-'])
    const listed = text(list.stdout)
    ;(await container.export()).pipe(list.stdin)
    const files = new Set((await listed).split('\n'))
    const places = new Set(components.map(({ path }) => path))
    expect([...places].filter((path) => !files.has(path))).toEqual([])
    expect(places.size).toBeGreaterThan(4)
  } finally {
    await container.remove()
  }
})
