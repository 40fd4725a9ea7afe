import { execFileSync, spawnSync } from 'node:child_process'
import { chmodSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import fc from 'fast-check'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { parse } from 'yaml'
import { readDockerfile } from '../repository/dockerfile.ts'
import { readWorkflow } from '../repository/workflow.ts'
import { renderAutoMerge, withAutoMerge } from './dependabot-auto-merge.ts'
import { renderDependabot } from './dependabot-config.ts'
import { renderRenovate } from './renovate-config.ts'
import { updateTargets } from './update-target.ts'
import type { UpdateTarget } from './update-target.ts'

const targetsIn = (files: Readonly<Record<string, string>>): UpdateTarget[] =>
  updateTargets({
    paths: Object.keys(files),
    texts: new Map(Object.entries(files)),
    dockerfiles: Object.entries(files).flatMap(([path, text]) =>
      /(?:^|\/)Dockerfile$/.test(path) ? (readDockerfile(path, text) ?? []) : [],
    ),
  })

const shown = (files: Readonly<Record<string, string>>): Record<string, readonly string[]> =>
  Object.fromEntries(targetsIn(files).map(({ kind, folders }) => [kind.name, folders]))

interface Dependabot {
  updates: ({ 'package-ecosystem': string; directories: string[] } & Record<string, unknown>)[]
}
interface Renovate {
  schedule: string[]
  prConcurrentLimit: number
  automerge: boolean
  enabledManagers: string[]
  packageRules: { matchManagers: string[]; automerge?: boolean; matchUpdateTypes?: string[] }[]
}
const dependabotOf = (targets: readonly UpdateTarget[]): Dependabot =>
  parse(renderDependabot(targets, []) ?? 'updates: []') as Dependabot
const renovateOf = (targets: readonly UpdateTarget[]): Renovate =>
  JSON.parse(renderRenovate(targets, []) ?? '{"enabledManagers":[],"packageRules":[]}') as Renovate

const keepsTheHouse = ({ schedule, prConcurrentLimit, automerge }: Renovate): boolean =>
  schedule.join() === '* * * * 1' && prConcurrentLimit === 10 && !automerge

const uses = (action: string): string =>
  `on: push\njobs:\n  a:\n    runs-on: x\n    steps:\n      - uses: ${action}\n`

/** One file that shows each kind, with the folder that it counts for. */
const samples: readonly [kind: string, path: string, text: string, folder: 'own' | 'top'][] = [
  ['cargo', 'Cargo.lock', 'version = 4', 'own'],
  ['npm', 'package-lock.json', '{}', 'own'],
  ['bun', 'bun.lock', '{}', 'own'],
  ['go', 'go.mod', 'module a', 'own'],
  ['python', 'requirements.txt', 'a==1', 'own'],
  ['uv', 'uv.lock', '', 'own'],
  ['ruby', 'Gemfile.lock', '', 'own'],
  ['php', 'composer.lock', '{}', 'own'],
  ['maven', 'pom.xml', '<project/>', 'own'],
  ['docker', 'Dockerfile', 'FROM debian:12', 'own'],
  ['docker-compose', 'compose.yaml', 'services: {db: {image: postgres:16}}', 'own'],
  ['github-actions', '.github/workflows/ci.yml', uses('actions/checkout@v4'), 'top'],
  ['submodules', '.gitmodules', '', 'top'],
  ['gitlab-ci', '.gitlab-ci.yml', 'image: node:24', 'top'],
]
/** Files in folders that are not above one another, so that none covers another one. */
const anyRepository = fc
  .uniqueArray(fc.tuple(fc.constantFrom(...samples), fc.constantFrom('a', 'b', 'c')), { maxLength: 12 })
  .map((chosen) =>
    chosen.map(([[kind, path, text, at], folder]) =>
      at === 'top'
        ? { kind, folder: '/', path, text }
        : { kind, folder: `/${folder}`, path: `${folder}/${path}`, text },
    ),
  )
const filesOf = (chosen: readonly { path: string; text: string }[]): Record<string, string> =>
  Object.fromEntries(chosen.map(({ path, text }) => [path, text]))

describe('what both bots are told', () => {
  test('every kind that is there is covered in every folder, and none that is not there', () => {
    fc.assert(
      fc.property(anyRepository, (chosen) => {
        const found = targetsIn(filesOf(chosen)).flatMap(({ kind, folders }) =>
          folders.map((folder) => `${kind.name} ${folder}`),
        )
        expect(new Set(found)).toEqual(new Set(chosen.map(({ kind, folder }) => `${kind} ${folder}`)))
      }),
    )
  })

  test('the order in which files are met makes no difference', () => {
    fc.assert(
      fc.property(anyRepository, (chosen) => {
        const [one, other] = [targetsIn(filesOf(chosen)), targetsIn(filesOf(chosen.toReversed()))]
        expect(renderDependabot(one, ['alice'])).toBe(renderDependabot(other, ['alice']))
        expect(renderRenovate(one, [])).toBe(renderRenovate(other, []))
        expect(renderAutoMerge(one)).toBe(renderAutoMerge(other))
      }),
    )
  })

  test('whatever is there, each rule of the house is in it', () => {
    fc.assert(
      fc.property(anyRepository, (chosen) => {
        const targets = targetsIn(filesOf(chosen))
        for (const update of dependabotOf(targets).updates)
          expect(update).toMatchObject({
            schedule: { interval: 'weekly', day: 'monday' },
            'open-pull-requests-limit': 10,
            labels: ['dependencies', expect.any(String)],
          })
        const renovate = renovateOf(targets)
        expect(renovate.enabledManagers.toSorted()).toEqual(
          [...new Set(targets.flatMap(({ managers }) => managers))].toSorted(),
        )
        expect(targets.length === 0 || keepsTheHouse(renovate)).toBe(true)
      }),
    )
  })

  test('nothing merges actions, images or anything else that is no code, or a major version', () => {
    fc.assert(
      fc.property(anyRepository, (chosen) => {
        const targets = targetsIn(filesOf(chosen))
        const others = targets.filter(({ kind }) => !kind.isCode).flatMap(({ managers }) => managers)
        for (const rule of renovateOf(targets).packageRules.filter(({ automerge }) => automerge === true)) {
          expect(rule.matchManagers.filter((manager) => others.includes(manager))).toEqual([])
          expect(['patch', 'minor']).toEqual(expect.arrayContaining(rule.matchUpdateTypes ?? ['all']))
        }
        const workflow = renderAutoMerge(targets)
        const listed = /fromJSON\('(.*)'\)/.exec(workflow ?? '')?.[1]
        const code = targets.flatMap(({ kind }) => (kind.isCode ? [kind.branch] : []))
        expect(listed === undefined ? [] : JSON.parse(listed)).toEqual(code)
      }),
    )
  })

  test('the action that merges is kept current itself, so a second run finds what the first one wrote', () => {
    fc.assert(
      fc.property(anyRepository, (chosen) => {
        const first = withAutoMerge(targetsIn(filesOf(chosen)))
        const workflow = renderAutoMerge(first)
        const written = workflow === null ? {} : { '.github/workflows/dependabot-auto-merge.yml': workflow }
        const second = withAutoMerge(targetsIn({ ...filesOf(chosen), ...written }))
        expect(renderDependabot(second, [])).toBe(renderDependabot(first, []))
      }),
    )
  })
})

describe('what counts as there', () => {
  const app = '{"dependencies":{"a":"1"}}'
  const crate = '[package]\nname = "a"\n[dependencies]\nb = "1"\n'

  test('a member of a workspace is covered by the workspace, whoever declares it', () => {
    expect(
      shown({ 'Cargo.toml': '[workspace]\nmembers = ["a"]', 'Cargo.lock': '', 'a/Cargo.toml': crate }),
    ).toEqual({
      cargo: ['/'],
    })
    expect(
      shown({ 'package.json': '{"workspaces":["web"]}', 'yarn.lock': '', 'web/package.json': app }),
    ).toEqual({
      npm: ['/'],
    })
    expect(shown({ 'pnpm-workspace.yaml': '', 'pnpm-lock.yaml': '', 'web/package.json': app })).toEqual({
      npm: ['/'],
    })
  })

  test('a folder below that is no member stands for itself', () => {
    expect(shown({ 'package-lock.json': '{}', 'package.json': app, 'web/package.json': app })).toEqual({
      npm: ['/', '/web'],
    })
  })

  test('a manifest that asks for nothing is nothing to update', () => {
    expect(
      shown({
        'package.json': '{"scripts":{"a":"b"}}',
        'pyproject.toml': '[tool.ruff]\nline-length = 100\n',
        'a/Cargo.toml': '[package]\nname = "a"\n',
        'p/pyproject.toml': '[tool.poetry.dependencies]\npython = "^3.13"\n',
      }),
    ).toEqual({})
  })

  test('a manifest that asks without a lockfile counts, wherever it says so', () => {
    expect(
      shown({
        'a/pyproject.toml': '[project]\ndependencies = ["x"]\n',
        'b/pyproject.toml': '[tool.poetry.group.dev.dependencies]\npytest = "^8"\n',
        'c/Cargo.toml': '[target."cfg(unix)".dependencies]\nlibc = "0.2"\n',
        'd/package.json': app,
      }),
    ).toEqual({ cargo: ['/c'], npm: ['/d'], python: ['/a', '/b'] })
  })

  test('the lockfile beside a manifest says whose it is', () => {
    expect(shown({ 'bun.lock': '', 'package.json': app })).toEqual({ bun: ['/'] })
    expect(shown({ 'uv.lock': '', 'pyproject.toml': '[project]\ndependencies = ["x"]\n' })).toEqual({
      uv: ['/'],
    })
  })

  test('images that are built here, or that only a variable knows, are nobody else’s to update', () => {
    expect(
      shown({
        'compose.yaml': 'services: {a: {image: "acme/a:1", build: .}, b: {image: "${IMAGE}"}}',
        Dockerfile: 'ARG BASE\nFROM scratch AS one\nFROM one\nFROM $BASE\n',
      }),
    ).toEqual({})
    expect(shown({ Dockerfile: 'ARG BASE=debian:12\nFROM ${BASE}\n' })).toEqual({ docker: ['/'] })
  })

  test('what tests keep for themselves is left alone', () => {
    expect(shown({ 'test/fixtures/Cargo.lock': '', 'testdata/go.mod': '' })).toEqual({})
  })

  test('a workflow that uses only what is in the repository needs no updates; an action stands for its own folder', () => {
    expect(shown({ '.github/workflows/a.yml': uses('./.github/actions/b') })).toEqual({})
    expect(
      shown({ '.github/actions/b/action.yml': 'runs:\n  steps:\n    - uses: actions/cache@v4\n' }),
    ).toEqual({ 'github-actions': ['/.github/actions/b'] })
  })
})

/** What a run of the workflow's own script asks of GitHub, with a stand-in for `gh` that notes its words. */
describe('the script that merges', () => {
  let folder: string
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'towpath-merge-'))
  })
  afterEach(() => rmSync(folder, { recursive: true }))

  const script = (): string => {
    const text = renderAutoMerge(targetsIn({ 'Cargo.lock': '' })) ?? ''
    const read = readWorkflow('dependabot-auto-merge.yml', text)
    if (!read.ok) throw new Error(read.message)
    return read.workflow.jobs[0]?.steps[1]?.run?.text ?? ''
  }

  const run = (
    updates: unknown,
    required: { rules: number | 'fails'; older: number },
  ): { merged: boolean; ok: boolean } => {
    const calls = join(folder, 'calls')
    writeFileSync(calls, '')
    writeFileSync(
      join(folder, 'gh'),
      `#!/bin/bash\necho "$*" >> '${calls}'\ncase "$2" in\n  */rules/*) ${required.rules === 'fails' ? 'exit 1' : `echo ${required.rules}`};;\n  */branches/*) echo ${required.older};;\nesac\n`,
    )
    chmodSync(join(folder, 'gh'), 0o755)
    const { status } = spawnSync('bash', ['-c', script()], {
      env: {
        PATH: `${folder}:${process.env['PATH'] ?? ''}`,
        ...{ REPOSITORY: 'acme/shop', BASE: 'main', PULL_REQUEST: 'https://example.test/pull/1' },
        UPDATES: typeof updates === 'string' ? updates : JSON.stringify(updates),
      },
    })
    return { merged: readFileSync(calls, 'utf8').includes('pr merge --auto'), ok: status === 0 }
  }

  const update = (kind: string, newVersion: string) => ({
    updateType: `version-update:semver-${kind}`,
    newVersion,
  })
  const one = { rules: 1, older: 0 }
  const hasJq = spawnSync('jq', ['--version']).status === 0

  const rows: [string, unknown, boolean][] = [
    ['a patch', [update('patch', '1.2.3')], true],
    ['a minor', [update('minor', 'v1.2.0')], true],
    ['several of them', [update('patch', '0.3.1'), update('minor', '2.1.0')], true],
    ['a major among them', [update('patch', '1.0.1'), update('major', '2.0.0')], false],
    ['a minor below 1.0.0', [update('minor', '0.4.0')], false],
    ['a patch below 0.1.0', [update('patch', '0.0.4')], false],
    ['a version that is not told', [update('patch', '')], false],
    ['a kind that is not told', [{ updateType: '', newVersion: '1.0.0' }], false],
    ['no update at all', [], false],
    ['no answer', '', false],
    ['two answers', '[] [{"updateType":"version-update:semver-patch","newVersion":"1.0.1"}]', false],
    ['an answer that is no JSON', 'oops', false],
  ]
  test.skipIf(!hasJq).each(rows)('%s (skipped only where there is no jq)', (_what, updates, merged) => {
    expect(run(updates, one)).toEqual({ merged, ok: true })
  })

  test.skipIf(!hasJq)(
    'merges under a ruleset or the older protection, and never where no check is required (skipped only where there is no jq)',
    () => {
      const patch = [update('patch', '1.2.3')]
      expect(run(patch, { rules: 0, older: 2 }).merged).toBe(true)
      expect(run(patch, { rules: 0, older: 0 })).toEqual({ merged: false, ok: true })
      expect(run(patch, { rules: 'fails', older: 1 })).toEqual({ merged: false, ok: false })
    },
  )

  test('is a script that bash can read', () => {
    expect(() => execFileSync('bash', ['-n', '-c', script()])).not.toThrow()
  })
})
