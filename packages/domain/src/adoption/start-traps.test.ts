import { applyPatch } from 'diff'
import { describe, expect, test } from 'vitest'
import { checksOf, declared, saidBy } from './testing/team.ts'

const compose = (text: string): Record<string, string> => ({ 'docker-compose.yaml': text })
const api = (more: string): Record<string, string> =>
  compose(`services:\n  api:\n    image: ghcr.io/acme/api:1.2.3\n${more}`)

/** The compose file after the patch of the only finding. */
const patched = (id: string, files: Record<string, string>): string | false => {
  const [check] = checksOf(id, files)
  return applyPatch(files[check?.file ?? ''] ?? '', check?.patch ?? '')
}

describe('migration-race', () => {
  const withMigrator = (dependsOn: string): Record<string, string> =>
    compose(`services:
  migrator:
    image: acme/api:1
    command: [migrate]
    restart: "no"
  api:
    image: acme/api:1
    depends_on:${dependsOn}
`)

  test.each([
    ['the list form', '\n      - migrator', ['fail docker-compose.yaml:9']],
    ['a flow list', ' [migrator]', ['fail docker-compose.yaml:8']],
    [
      'a condition that only waits for the start',
      '\n      migrator:\n        condition: service_started',
      ['fail docker-compose.yaml:10'],
    ],
    ['no condition', '\n      migrator: {}', ['fail docker-compose.yaml:9']],
    ['the right condition', '\n      migrator:\n        condition: service_completed_successfully', ['pass']],
    ['another service alone', ' [redis]', ['fail docker-compose.yaml:8']],
    ['nothing at all', ' []', ['fail docker-compose.yaml:8']],
  ])('judges %s', (_what, written, said) => {
    expect(saidBy('migration-race', withMigrator(written))).toEqual(said)
  })

  test.each([
    ['\n      - migrator', '      migrator:\n        condition: service_completed_successfully\n'],
    [
      '\n      - redis # first\n      - "migrator"',
      '      redis: # first\n        condition: service_started\n      migrator:\n        condition: service_completed_successfully\n',
    ],
    [
      ' [redis, migrator]',
      'depends_on: {redis: {condition: service_started}, migrator: {condition: service_completed_successfully}}',
    ],
    ['\n      migrator:\n        condition: service_started', 'condition: service_completed_successfully'],
  ])('mends %j and keeps what else is waited for', (written, mended) => {
    const text = patched('migration-race', withMigrator(written))
    expect(text).toContain(mended)
    expect(saidBy('migration-race', compose(String(text)))).toEqual(['pass'])
  })

  describe('where an app does not name the migrator', () => {
    const migrator = '  migrator:\n    image: acme/api:1\n    command: [migrate]\n    restart: "no"\n'
    const own = (app: string, job = ''): Record<string, string> =>
      compose(`services:\n${migrator}${job}  api:\n${app}`)

    test.each([
      ['runs the same image', own('    image: acme/api:1\n')],
      [
        'has the same setting of a database',
        own(
          '    image: acme/web:1\n    environment: {DATABASE_URL: x}\n',
          '    environment: [DATABASE_URL=x]\n',
        ),
      ],
      [
        'reads the same env file',
        own('    image: acme/web:1\n    env_file: ./app.env\n', '    env_file: [app.env]\n'),
      ],
    ])('it fails where it %s, and is mended', (_what, files) => {
      const at = (files['docker-compose.yaml'] ?? '').split('\n').indexOf('  api:') + 1
      expect(saidBy('migration-race', files)).toEqual([`fail docker-compose.yaml:${at}`])
      const text = patched('migration-race', files)
      expect(text).toContain('    depends_on: {migrator: {condition: service_completed_successfully}}\n')
      expect(saidBy('migration-race', compose(String(text)))).toEqual(['pass'])
    })

    test('it has nothing to do with an app that shares nothing with it', () => {
      expect(saidBy('migration-race', own('    image: acme/web:1\n'))).toEqual(['pass'])
    })

    test('it passes where what the app waits for waits itself', () => {
      const files = own(
        '    image: acme/api:1\n    depends_on: [first]\n  first:\n    image: acme/api:1\n    depends_on: {migrator: {condition: service_completed_successfully}}\n',
      )
      expect(saidBy('migration-race', files)).toEqual(['pass'])
    })
  })

  test('leaves a list that stands as far left as its key to a person', () => {
    const [check] = checksOf('migration-race', withMigrator('\n    - migrator'))
    expect(check).toMatchObject({ status: 'fail', patch: null })
  })

  test('only warns where towpath.yaml runs the job first', () => {
    const config = declared({ api: {}, migrator: { job: true, migrates: true } })
    expect(saidBy('migration-race', withMigrator('\n      - migrator'), config)).toEqual([
      'warn docker-compose.yaml:9',
    ])
  })

  test.each([
    'alembic upgrade head',
    'npx prisma migrate deploy',
    'sea-orm-cli migrate up',
    'bin/rails db:migrate',
  ])('knows that %s migrates, whatever the service is called', (command) => {
    const files = compose(
      `services:\n  first:\n    image: acme/api:1\n    restart: "no"\n    command: ${command}\n  api:\n    image: acme/api:1\n    depends_on: [first]\n`,
    )
    expect(saidBy('migration-race', files)).toEqual(['fail docker-compose.yaml:8'])
  })
})

describe('restart-policy', () => {
  test.each([
    ['nothing', '', ['fail docker-compose.yaml:2']],
    ['always', '    restart: always\n', ['pass']],
    ['unless-stopped', '    restart: unless-stopped\n', ['pass']],
    ['"no"', '    restart: "no"\n    ports: ["80:80"]\n', []],
    ['a variable that nothing sets', '    restart: ${RESTART}\n', ['unknown docker-compose.yaml:4']],
    ['a variable with a default', '    restart: ${RESTART:-always}\n', ['pass']],
    ['on-failure', '    restart: on-failure\n', ['fail docker-compose.yaml:4']],
    ['on-failure with tries', '    restart: on-failure:5\n', ['fail docker-compose.yaml:4']],
    ['a swarm policy', '    deploy: {restart_policy: {condition: any}}\n', ['pass']],
    ['a swarm policy without a condition', '    deploy: {restart_policy: {delay: 5s}}\n', ['pass']],
    [
      'a swarm policy, which goes before its own',
      '    restart: always\n    deploy: {restart_policy: {condition: on-failure}}\n',
      ['fail docker-compose.yaml:5'],
    ],
  ])('judges %s', (_what, more, said) => {
    expect(saidBy('restart-policy', api(more))).toEqual(said)
  })

  test('says of on-failure when it stays down, and when Docker gives up', () => {
    const message = (policy: string): string =>
      checksOf('restart-policy', api(`    restart: ${policy}\n`))[0]?.message ?? ''
    expect(message('on-failure')).toContain('when it ended with 0')
    expect(message('on-failure')).not.toContain('gives up')
    expect(message('on-failure:5')).toContain('after 5 failures in a row Docker gives up')
    const text = patched('restart-policy', api('    restart: on-failure:5\n'))
    expect(text).toContain('    restart: unless-stopped\n')
  })

  test('is satisfied by what an extended service says', () => {
    const files = {
      ...compose('services:\n  api:\n    extends: {file: base.yaml, service: base}\n    image: acme/api:1\n'),
      'base.yaml': 'services:\n  base:\n    restart: always\n',
    }
    expect(saidBy('restart-policy', files)).toEqual(['pass'])
  })

  test('is satisfied by what an override file says, and by what a merge key brings', () => {
    const override = { 'docker-compose.override.yaml': 'services:\n  api:\n    restart: always\n' }
    expect(saidBy('restart-policy', { ...api(''), ...override })).toEqual(['pass'])
    const merged = compose(
      'x-base: &base\n  restart: always\nservices:\n  api:\n    <<: *base\n    image: acme/api:1\n',
    )
    expect(saidBy('restart-policy', merged)).toEqual(['pass'])
  })

  test('is not known where the extended file is not here', () => {
    const files = compose(
      'services:\n  api:\n    extends: {file: ../base.yaml, service: base}\n    image: acme/api:1\n',
    )
    expect(saidBy('restart-policy', files)).toEqual(['unknown docker-compose.yaml:2'])
  })

  test('is mended below the name of the service, with the indent of its keys', () => {
    expect(patched('restart-policy', api(''))).toContain('  api:\n    restart: unless-stopped\n    image:')
    expect(
      checksOf('restart-policy', compose('services:\n  api: {image: "acme/api:1"}\n'))[0]?.patch,
    ).toBeNull()
  })
})
