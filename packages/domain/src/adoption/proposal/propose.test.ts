import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { parseConfig } from '../../config/parse-config.ts'
import { readPlacedYaml } from '../../repository/placed-yaml.ts'
import { readWorkflow } from '../../repository/workflow.ts'
import { surveyOf } from '../testing/team.ts'
import type { Answers, Proposal } from './proposal.ts'
import { propose } from './propose.ts'
import type { Proposed } from './propose.ts'
import { renderConfig } from './render-config.ts'
import { renderWorkflow } from './render-workflow.ts'

const nothing: Answers = {
  project: null,
  images: new Map(),
  environments: [],
  folder: null,
  before: { images: new Map(), folder: null },
}
const facts = { folderName: 'My Shop', remotes: [] }
const proposed = (files: Record<string, string>, answers: Partial<Answers> = {}): Proposed =>
  propose(surveyOf(files), { answers: { ...nothing, ...answers }, facts })
const proposal = (files: Record<string, string>, answers: Partial<Answers> = {}): Proposal =>
  proposed(files, answers).proposal
const api = (more: string): Record<string, string> => ({
  'compose.yaml': `services:\n  api:\n    image: ghcr.io/acme/api:1\n${more}`,
})

describe('a port is read', () => {
  test.each([
    [
      'from nginx',
      { ...api(''), 'nginx.conf': 'upstream a {\n  server api:4000;\n}\n' },
      4000,
      'nginx.conf:2',
    ],
    ['from expose', api('    expose: ["5000"]\n'), 5000, 'compose.yaml:4'],
    ['from a published port', api('    ports:\n      - "127.0.0.1:80:8000/tcp"\n'), 8000, 'compose.yaml:5'],
    [
      'from its variable',
      api('    environment: {PORT: "${PORT:-7000}", DB_PORT: 5432}\n'),
      7000,
      'compose.yaml:4',
    ],
    [
      'from its image',
      { ...api('    build: .\n'), Dockerfile: 'FROM a:1\nEXPOSE 6000/tcp\n' },
      6000,
      'Dockerfile:2',
    ],
    ['from nowhere', api(''), 8080, null],
  ])('%s', (...[, files, port, place]) => {
    const [service] = proposal(files).services
    expect(service?.port.value).toBe(port)
    expect(
      service?.port.source === null ? null : `${service?.port.source.file}:${service?.port.source.line}`,
    ).toBe(place)
  })
})

describe('a health path is read', () => {
  test.each([
    [
      'from compose',
      api('    healthcheck: {test: "curl -f http://localhost:4000/ready || exit 1"}\n'),
      '/ready',
      'compose.yaml:4',
    ],
    [
      'from the image',
      {
        ...api('    build: .\n'),
        Dockerfile: 'FROM a:1\nHEALTHCHECK --interval=5s CMD wget -q http://127.0.0.1:80/up\n',
      },
      '/up',
      'Dockerfile:2',
    ],
    [
      'from the sources',
      { ...api(''), 'src/a.rs': '// "/health"\n.route("/health_check", get(x))\n' },
      '/health_check',
      'src/a.rs:2',
    ],
    ['from nowhere', api(''), '/health', null],
  ])('%s', (...[, files, path, place]) => {
    const [service] = proposal(files).services
    expect(service?.healthPath.value).toBe(path)
    expect(
      service?.healthPath.source === null
        ? null
        : `${service?.healthPath.source.file}:${service?.healthPath.source.line}`,
    ).toBe(place)
  })
})

test('an image is read where any file gives its variable a value', () => {
  const files = {
    'compose.yaml': 'services:\n  api:\n    image: ${API_IMAGE}\n',
    '.github/workflows/d.yml': 'on: push\nenv:\n  API_IMAGE: ghcr.io/acme/api:latest\njobs: {}\n',
  }
  const { proposal: found, questions } = proposed(files)
  expect(found.services[0]?.image).toEqual({
    value: 'ghcr.io/acme/api',
    source: { file: '.github/workflows/d.yml', line: 3 },
  })
  expect([...found.known]).toEqual([['API_IMAGE', 'ghcr.io/acme/api']])
  expect(questions.map(({ flag }) => flag)).toEqual(['--folder PATH', '--environment NAME'])
})

test('environments and folder are read from workflows, units and names of files', () => {
  const files = {
    ...api(''),
    '.env.staging': '',
    'app.service': '[Service]\nWorkingDirectory=/opt/shop\n',
    '.github/workflows/d.yml': 'on: push\njobs:\n  d:\n    environment: production\n    steps: []\n',
  }
  const { proposal: found, questions } = proposed(files)
  expect(found.environments.map(({ value }) => value)).toEqual(['staging', 'production'])
  expect(found.folder).toEqual({ value: '/opt/shop', source: { file: 'app.service', line: 2 } })
  expect(questions).toEqual([])
})

test('no more than four things are ever asked', () => {
  fc.assert(
    fc.property(fc.integer({ min: 1, max: 12 }), (count) => {
      const rows = Array.from({ length: count }, (_, at) => `  s${at}:\n    image: \${I${at}}\n`)
      expect(
        proposed({ 'compose.yaml': `services:\n${rows.join('')}` }).questions.length,
      ).toBeLessThanOrEqual(4)
    }),
  )
})

test('what is written is always a configuration that can be used, whatever the services are called', () => {
  const key = fc.stringMatching(/^[A-Za-z0-9][A-Za-z0-9._-]{0,45}$/)
  const text = fc.constantFrom(
    'image: ${X}',
    'image: a',
    'build: .',
    'image: ghcr.io/a/b:1\n    command: migrate\n    restart: "no"',
    'image: postgres:17',
    'image: c\n    container_name: c\n    ports: ["80:80"]',
  )
  fc.assert(
    fc.property(
      fc.dictionary(key, text, { minKeys: 1, maxKeys: 8 }),
      fc.string({ maxLength: 30 }),
      (services, folderName) => {
        const compose = Object.entries(services).map(([name, row]) => `  "${name}":\n    ${row}\n`)
        const survey = surveyOf({ 'compose.yaml': `services:\n  own:\n    image: x\n${compose.join('')}` })
        const { proposal: made } = propose(survey, { answers: nothing, facts: { folderName, remotes: [] } })
        const parsed = parseConfig({ path: 'towpath.yaml', text: renderConfig(made) })
        expect(parsed.ok ? [] : parsed.problems).toEqual([])
      },
    ),
  )
})

test('a service under a word that is no key gets another name', () => {
  const survey = surveyOf({ 'compose.yaml': 'services:\n  0prototype:\n    image: x\n' })
  const { proposal: made } = propose(survey, {
    answers: nothing,
    facts: { folderName: 'constructor', remotes: [] },
  })
  expect(parseConfig({ path: 'towpath.yaml', text: renderConfig(made) })).toMatchObject({ ok: true })
})

test('the workflow that is written is one, and builds each image once, scans all, and only then pushes', () => {
  const files = {
    'compose.yaml':
      'services:\n  api:\n    image: ghcr.io/acme/api:1\n    build: ./api\n  web:\n    image: ghcr.io/acme/web:1\n  own:\n    image: ghcr.io/acme/own:1\n    build: .\n',
    'api/Dockerfile': 'FROM a:1\n',
    Dockerfile: 'FROM a:1\n',
  }
  const text = renderWorkflow(proposal(files)) ?? ''
  const read = readWorkflow('w.yml', text)
  const jobs = read.ok ? read.workflow.jobs : []
  expect(jobs.map(({ id, needs }) => [id, needs])).toEqual([
    ['audit', []],
    ['release', ['audit']],
  ])
  const script = jobs[1]?.steps.map(({ run }) => run?.text ?? '').join('\n') ?? ''
  for (const name of ['api', 'own'])
    expect([name, script.split(`dest=$RUNNER_TEMP/${name}.oci.tar`).length]).toEqual([name, 2])
  expect(script.lastIndexOf('towpath scan')).toBeLessThan(script.indexOf('skopeo login'))
  expect(script.indexOf('skopeo login')).toBeLessThan(script.indexOf('skopeo copy'))
  expect(jobs[1]?.steps.at(-1)?.run?.text).toContain(
    '--build "api=ghcr.io/acme/api@$(cat "$RUNNER_TEMP/api.digest")"',
  )
  expect(script).not.toContain('web.oci.tar')
  expect(renderWorkflow(proposal(api('')))).toBeNull()
  expect(readPlacedYaml(text).ok).toBe(true)
})

test('what the workflow does for a pull request asks for nothing that a fork does not get', () => {
  const files = {
    'compose.yaml': 'services:\n  api:\n    image: ghcr.io/acme/api:1\n    build: ./api\n',
    'api/Dockerfile': 'FROM a:1\n',
  }
  const text = renderWorkflow(proposal(files)) ?? ''
  const [audit = ''] = text.slice(text.indexOf('  audit:')).split('  release:')
  expect(audit).not.toMatch(/secrets\.|vars\.|write/)
  expect(text).toContain('permissions: {contents: read}\n')
  expect(text).not.toContain('pull_request_target')
  const uses = text.match(/uses: .*/g) ?? []
  for (const use of uses) expect(use).toMatch(/@[0-9a-f]{40} # v\d+\.\d+\.\d+$/)
  expect(uses).toHaveLength(2)
})

describe('what a newcomer would stumble over', () => {
  test('is a host port that the edge would publish in two environments: the one beside gets its own', () => {
    const text = renderConfig(proposal(api('    ports: ["8088:3000"]\n')))
    expect(text).toContain('ports: {8088: 9088}')
  })

  test('is a service that is called a worker and told what to run: it takes no traffic', () => {
    const { services, accessories } = proposal(
      api('  worker:\n    image: ghcr.io/acme/api:1\n    command: [node, /app/jobs.js]\n'),
    )
    expect(services.map(({ name }) => name)).toEqual(['api'])
    expect(accessories).toMatchObject([{ name: 'worker', isWorker: true }])
    const web = api(
      '    command: gunicorn --workers 4 --worker-class uvicorn.workers.UvicornWorker app:app\n',
    )
    expect(proposal(web).services).toHaveLength(1)
  })

  test('is where another host than this machine would be named', () => {
    expect(renderConfig(proposal(api('')))).toMatch(/#.*docker: "ssh:.*\n {2}host: /)
  })
})
