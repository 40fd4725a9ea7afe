import { expect, test } from 'vitest'
import { parseServerOptions, serverHelp } from './server-options.ts'

const parse = (args: string[], env: NodeJS.ProcessEnv = {}) =>
  parseServerOptions(args, { env, folder: '/srv/shop' })

test('without anything said, state is here and the port is the one that everybody knows', () => {
  expect(parse([])).toMatchObject({
    stateDir: '/srv/shop/.towpath',
    host: '127.0.0.1',
    port: 4400,
    databaseUrl: null,
    reconcileMs: 30_000,
    keepDatabase: false,
    standby: false,
  })
})

test('what is said wins over the environment, and the environment over what is built in', () => {
  const env = { TOWPATH_DATABASE_URL: 'postgres://env', TOWPATH_EDGE_IMAGE: 'edge:env' }
  expect(parse([], env)).toMatchObject({ databaseUrl: 'postgres://env', edgeImage: 'edge:env' })
  expect(parse(['--database-url', 'postgres://said', '--edge-image', 'edge:said'], env)).toMatchObject({
    databaseUrl: 'postgres://said',
    edgeImage: 'edge:said',
  })
  expect(parse(['--reconcile-ms', '2000'])?.reconcileMs).toBe(2_000)
  expect(parse(['--reconcile', '1m'])?.reconcileMs).toBe(60_000)
})

test('the OpenSSH configuration is the user’s own unless a file is named, from the folder that the server starts in', () => {
  expect(parse([])?.sshConfig).toBeNull()
  expect(parse(['--ssh-config', 'ssh/config'])?.sshConfig).toBe('/srv/shop/ssh/config')
  expect(parse([], { TOWPATH_SSH_CONFIG: '/etc/towpath/ssh' })?.sshConfig).toBe('/etc/towpath/ssh')
})

test('attestations are checked by the public roots of trust unless a file of others is named', () => {
  expect(parse([])?.trustedRoot).toBeNull()
  expect(parse(['--trusted-root', 'roots.jsonl'])?.trustedRoot).toBe('/srv/shop/roots.jsonl')
  expect(parse([], { TOWPATH_TRUSTED_ROOT: '/etc/towpath/roots' })?.trustedRoot).toBe('/etc/towpath/roots')
})

test.each([
  ['--prot', '4400'],
  ['--port', '70000'],
  ['--port', '-1'],
  ['--port', '4400x'],
  ['--reconcile', 'often'],
  ['--reconcile', '1ms'],
  ['--reconcile-ms', '0'],
  ['extra', 'words'],
])('%s %s is refused with what to do', (...args) => {
  expect(() => parse(args)).toThrow(expect.objectContaining({ code: 'SERVER_OPTION_INVALID', kind: 'usage' }))
})

test('the help tells of every flag a person needs', () => {
  expect(parse(['--help'])).toBeNull()
  for (const flag of [
    '--state',
    '--port',
    '--host',
    '--database-url',
    '--edge-image',
    '--ssh-config',
    '--trusted-root',
    '--reconcile',
    '--standby',
  ])
    expect(serverHelp).toContain(flag)
})
