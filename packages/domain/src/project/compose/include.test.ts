import { describe, expect, test } from 'vitest'
import { described, describedProblems, modelOf } from './sample.ts'

const imagesOf = (texts: string | readonly string[], sample: Parameters<typeof described>[1]) =>
  Object.fromEntries(
    Object.entries(described(texts, sample)['services'] ?? {}).map(([name, service]) => [
      name,
      (service as { image?: string }).image,
    ]),
  )

describe('an included file', () => {
  test('has variables of its own, which the rest does not see, and those of the whole before them', () => {
    const project = {
      'db/compose.yaml': 'services: {db: {image: "${OUTER}-${INNER}"}}',
      'db/.env': 'INNER=inner\nOUTER=hidden',
    }
    const text = 'include: [db/compose.yaml]\nservices: {web: {image: "${OUTER}-${INNER:-none}"}}'
    expect(imagesOf(text, { project, variables: { OUTER: 'outer' } })).toEqual({
      db: 'outer-inner',
      web: 'outer-none',
    })
  })

  test('keeps its own folder for paths, for shipping too', () => {
    const project = {
      'db/compose.yaml': 'services: {db: {image: d, volumes: ["./data:/d"], env_file: db.env}}',
      'db/db.env': 'A=1',
    }
    const { services } = modelOf('include: [db/compose.yaml]\nservices: {web: {image: a}}', { project })
    expect(services['db']).toMatchObject({
      mounts: [{ source: '/srv/shop/db/data', target: '/d' }],
      environment: { A: '1' },
    })
  })

  test('is merged with others that are named with it, from a folder that is named', () => {
    const project = {
      'a.yaml': 'services: {db: {image: "${V}", volumes: ["./d:/d"]}}',
      'b.yaml': 'services: {db: {user: me}}',
      'own.env': 'V=own',
    }
    const text =
      'include: [{path: [a.yaml, b.yaml], project_directory: there, env_file: own.env}]\nservices: {web: {image: a}}'
    expect(described(text, { project })['services']).toMatchObject({
      db: { image: 'own', user: 'me', volumes: [{ source: '/srv/shop/there/d' }] },
    })
  })

  test('can be extended by the file that includes it', () => {
    const project = { 'base.yaml': 'services: {base: {image: b, environment: {A: 1}}}' }
    const text = 'include: [base.yaml]\nservices: {web: {extends: base, environment: {B: 2}}}'
    expect(described(text, { project })['services']).toMatchObject({
      web: { image: 'b', environment: { A: '1', B: '2' } },
    })
  })

  test('reached on two ways is one thing, and lists do not double', () => {
    const project = {
      'a.yaml': 'include: [base.yaml]\nservices: {a: {image: a}}',
      'b.yaml': 'include: [base.yaml]\nservices: {b: {image: b}}',
      'base.yaml': 'services: {base: {image: base, security_opt: ["x:y"], ports: ["1:1"]}}',
    }
    expect(
      described('include: [a.yaml, b.yaml]\nservices: {w: {image: w}}', { project })['services'],
    ).toMatchObject({ base: { security_opt: ['x:y'], ports: [{ published: '1' }] } })
  })
})

describe('is refused', () => {
  test.each([
    ['https://example.test/compose.yaml', 'this include cannot be honoured'],
    ['git@github.com:x/y.git', 'this include cannot be honoured'],
    ['oci://registry.test/x', 'this include cannot be honoured'],
    ['/etc/compose.yaml', 'does not exist in the project'],
    ['../../up.yaml', 'does not exist in the project'],
  ])('what lies at %s', (path, problem) => {
    const text = `include: ["${path}"]\nservices: {web: {image: a}}`
    expect(describedProblems(text)).toEqual([expect.stringMatching(/^compose\.yaml:1:11 /)])
    expect(describedProblems(text)[0]).toContain(problem)
  })

  test('a circle, told where it begins', () => {
    const project = {
      'a.yaml': 'include: [b.yaml]\nservices: {a: {image: a}}',
      'b.yaml': 'include: [a.yaml]\nservices: {b: {image: b}}',
    }
    expect(describedProblems('include: [a.yaml]\nservices: {w: {image: w}}', { project })).toContainEqual(
      'a.yaml:1:1 a.yaml includes itself',
    )
  })

  test('a tree of includes that doubles itself at each level', () => {
    const levels = Array.from({ length: 9 }, (_, index) => [
      `l${index}.yaml`,
      `include: [{path: l${index + 1}.yaml}, {path: [l${index + 1}.yaml, x.yaml]}]\nservices: {s${index}: {image: a}}`,
    ])
    const project = {
      ...(Object.fromEntries(levels) as Record<string, string>),
      'l9.yaml': 'services: {end: {image: a}}',
      'x.yaml': 'services: {x: {image: a}}',
    }
    expect(describedProblems('include: [l0.yaml]\nservices: {w: {image: w}}', { project })).toContainEqual(
      expect.stringContaining('more than 100 files are included'),
    )
  })

  test('a problem inside, at its own place', () => {
    const project = { 'db.yaml': 'services:\n  db: {image: d, restrt: always}' }
    expect(describedProblems('include: [db.yaml]\nservices: {w: {image: w}}', { project })).toEqual([
      'db.yaml:2:18 services.db has no key "restrt" in the compose specification',
    ])
  })
})
