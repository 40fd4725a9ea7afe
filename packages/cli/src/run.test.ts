import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { problem, scriptedServer } from './connection/scripted-server.ts'
import type { ScriptedServer } from './connection/scripted-server.ts'
import { documentsOf, everyday, shellAt, story, storyId } from './connection/scripted-story.ts'
import { runCommandLine } from './run.ts'
import type { CapturedShell } from './terminal/captured-shell.ts'

let folder: string
let server: ScriptedServer | null = null
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'towpath-cli-'))
})
afterEach(async () => {
  await server?.close()
  server = null
  await rm(folder, { recursive: true })
})

const shellFor = (argv: string[], given: Partial<Parameters<typeof shellAt>[1]> = {}): CapturedShell =>
  shellAt({ url: server?.url, folder }, { ...given, argv })

describe('--json', () => {
  test('prints one document and nothing else', async () => {
    server = await scriptedServer(everyday([]))
    const shell = shellFor(['status', '--json'])
    expect(await runCommandLine(shell)).toBe(0)
    expect(documentsOf(shell)).toEqual([
      expect.objectContaining({
        ok: true,
        environments: [expect.objectContaining({ environment: 'staging' })],
      }),
    ])
    expect(shell.err()).toBe('')
  })

  const failures: [string[], number, string][] = [
    [['deploy', '1.1.0', '--json'], 2, 'OPTION_MISSING'],
    [['deploi', '--json'], 2, 'COMMAND_LINE_WRONG'],
    [['status', '-e', 'nowhere', '--json'], 2, 'NO_SUCH_ROUTE'],
    [['config', 'show', '-e', 'staging', '--json'], 2, 'CONFIG_MISSING'],
    [['check', '--json'], 2, 'NOTHING_TO_CHECK'],
  ]
  test.each(failures)('prints one document on failure too: %j ends with %i', async (argv, code, name) => {
    server = await scriptedServer(everyday([]))
    const shell = shellFor(argv)
    expect(await runCommandLine(shell)).toBe(code)
    const [document, ...more] = documentsOf(shell)
    expect(more).toEqual([])
    expect(document).toEqual({
      ok: false,
      error: {
        ...{ code: name, title: expect.any(String), detail: expect.any(Object), hint: expect.any(String) },
        docs: `docs/errors.md#${name.toLowerCase()}`,
      },
      next: expect.any(Array),
    })
    expect(shell.err()).toBe('')
  })

  test('holds for the version and for help too', async () => {
    const version = shellFor(['--version', '--json'])
    expect(await runCommandLine(version)).toBe(0)
    expect(documentsOf(version)).toEqual([{ ok: true, version: '0.1.0', next: [] }])
    const help = shellFor(['deploy', '--help', '--json'])
    expect(await runCommandLine(help)).toBe(0)
    expect(documentsOf(help)).toEqual([
      { ok: true, help: expect.stringContaining('towpath deploy'), next: [] },
    ])
  })

  test('prints one line a piece of news while following, and the document last', async () => {
    server = await scriptedServer(everyday(story('live')))
    const shell = shellFor(['deploy', '1.1.0', '-e', 'staging', '--json'])
    expect(await runCommandLine(shell)).toBe(0)
    const rows = documentsOf(shell)
    expect(rows.slice(0, -1).map(({ news, seq }) => [news, seq])).toEqual(
      story('live').map(({ seq }) => ['event', seq]),
    )
    expect(rows.at(-1)).toMatchObject({
      ok: true,
      deployment: { id: storyId, outcome: 'live', from: '1.0.0', release: '1.1.0' },
      next: [`towpath explain ${storyId}`, 'towpath rollback -e production'],
    })
  })
})

describe('asking', () => {
  const posts = (): number => server?.seen.filter(({ method }) => method === 'POST').length ?? 0

  test.each([[[]], [['--json']]])(
    'is refused where nobody can answer (%j), with the flag to add',
    async (more) => {
      server = await scriptedServer(everyday([]))
      const shell = shellFor(['deploy', '1.1.0', '-e', 'production', ...more])
      expect(await runCommandLine(shell)).toBe(2)
      expect(shell.out() + shell.err()).toContain('CONFIRMATION_NEEDED')
      expect(shell.out() + shell.err()).toContain('towpath deploy 1.1.0 -e production -y')
      expect(posts()).toBe(0)
    },
  )

  test('is left out with -y', async () => {
    server = await scriptedServer(everyday(story('live')))
    expect(await runCommandLine(shellFor(['deploy', '1.1.0', '-e', 'production', '-y']))).toBe(0)
    expect(posts()).toBe(1)
  })

  test('shows the preview first, and changes nothing on a no', async () => {
    server = await scriptedServer(everyday(story('live')))
    const shell = shellFor(['deploy', '1.1.0', '-e', 'production'], { tty: { columns: 92 }, input: 'n' })
    expect(await runCommandLine(shell)).toBe(1)
    expect(shell.err()).toContain('1.0.0 -> 1.1.0')
    expect(shell.err()).toContain('Nothing was changed')
    expect(server.seen.filter(({ body }) => (body as { dryRun?: boolean } | null)?.dryRun === false)).toEqual(
      [],
    )
  })

  test('a dry run that a gate would refuse ends with 3 and changes nothing', async () => {
    server = await scriptedServer(everyday([]))
    const shell = shellFor(['deploy', '1.1.0', '-e', 'production', '--dry-run', '--json'])
    expect(await runCommandLine(shell)).toBe(3)
    expect(documentsOf(shell)).toEqual([
      expect.objectContaining({ ok: false, error: expect.objectContaining({ code: 'GATES_WOULD_REFUSE' }) }),
    ])
    expect(server.seen.map(({ body }) => body)).toEqual([expect.objectContaining({ dryRun: true })])
  })
})

test.each([[['--dry-run']], [['-y']], [[]]])(
  'a release that is live already needs no yes, and is no failure: %j',
  async (more) => {
    const found = {
      ...{ alreadyLive: true, environment: 'production', release: '1.1.0' },
      ...{ deployment: storyId, since: '2026-03-01T12:00:00.000Z' },
    }
    server = await scriptedServer({
      ...everyday([]),
      'POST /v1/environments/production/deployments': () => ({ body: found }),
    })
    const argv = ['deploy', '1.1.0', '-e', 'production', ...more]
    const shell = shellFor(argv, { tty: { columns: 92 }, input: '' })
    expect(await runCommandLine(shell)).toBe(0)
    expect(shell.out()).toContain('1.1.0 is already live on production since 2026-03-01T12:00:00.000Z')
    const script = shellFor([...argv, '--json', '-y'])
    expect(await runCommandLine(script)).toBe(0)
    expect(documentsOf(script)).toEqual([expect.objectContaining({ ok: true, ...found })])
  },
)

describe('a deployment that waits', () => {
  const path = 'POST /v1/environments/production/deployments'
  const argv = ['deploy', '1.1.0', '-e', 'production', '-y', '--detach']

  /** A server on which it waits for this, and a dry run tells of so many missing approvals. */
  const waitingFor = async (waitsFor: string, missing: number): Promise<ScriptedServer> => {
    const scripts = everyday([])
    return await scriptedServer({
      ...scripts,
      [path]: (request, response) => {
        const said = scripts[path]?.(request, response)
        const { dryRun } = request.body as { dryRun: boolean }
        const more = dryRun ? { approvals: { needed: 1, given: [], missing } } : { waitsFor }
        return { ...said, body: { ...(said?.body as object), ...more } }
      },
    })
  }

  test('for approval is told at once which other gates would fail', async () => {
    server = await waitingFor('waits for 1 approval', 1)
    const shell = shellFor(argv)
    expect(await runCommandLine(shell)).toBe(0)
    expect(shell.err()).toContain('waits for 1 approval; these gates would fail now:')
    expect(shell.err()).toMatch(/freeze-window +frozen/)
    const script = shellFor([...argv, '--json'])
    await runCommandLine(script)
    expect(documentsOf(script)).toEqual([
      expect.objectContaining({ ok: true, foreseen: [expect.objectContaining({ gate: 'freeze-window' })] }),
    ])
  })

  test('for its turn alone is told nothing of gates, which are asked soon', async () => {
    server = await waitingFor('deployment dep_1 holds production', 0)
    const shell = shellFor(argv)
    expect(await runCommandLine(shell)).toBe(0)
    expect(shell.err()).toBe('')
  })
})

test('a dry run shows what the commit would loosen', async () => {
  server = await scriptedServer(everyday([]))
  const shell = shellFor(['deploy', '1.1.0', '-e', 'production', '--dry-run'])
  expect(await runCommandLine(shell)).toBe(3)
  expect(shell.out()).toContain('this commit asks for approvals 0')
})

describe('a server that says no', () => {
  const answers: [string, string, number][] = [
    ['TOKEN_INVALID', 'forbidden', 5],
    ['QUEUE_FULL', 'locked', 7],
    ['HOST_NOT_ALLOWED', 'blocked', 3],
    ['RELEASE_EXISTS', 'conflict', 1],
  ]
  test.each(answers)('%s ends with the exit code of its kind', async (code, kind, exit) => {
    server = await scriptedServer({
      'GET /v1/environments': () => ({ status: 400, body: problem(code, kind) }),
    })
    const shell = shellFor(['status'])
    expect(await runCommandLine(shell)).toBe(exit)
    expect(shell.err()).toContain(code)
    expect(shell.err()).toContain('Nothing was changed')
  })

  test('one that is away ends with 6', async () => {
    const gone = await scriptedServer({})
    await gone.close()
    const shell = shellFor(['status'], { env: { TOWPATH_SERVER: gone.url } })
    expect(await runCommandLine(shell)).toBe(6)
    expect(shell.err()).toContain('towpath server')
  })

  test('what is no Towpath server is not believed', async () => {
    server = await scriptedServer({ 'GET /v1/environments': () => ({ status: 500, body: 'oops' }) })
    const shell = shellFor(['status'])
    expect(await runCommandLine(shell)).toBe(1)
    expect(shell.err()).toContain('SERVER_ANSWER_STRANGE')
  })

  test('the token of a state folder goes to no other server', async () => {
    await mkdir(join(folder, '.towpath'))
    await writeFile(join(folder, '.towpath/admin-token'), 'twp_secret')
    await writeFile(join(folder, '.towpath/server.json'), JSON.stringify({ url: 'http://127.0.0.1:1' }))
    server = await scriptedServer(everyday([]))
    const shell = shellFor(['status'], { env: { TOWPATH_TOKEN: '' } })
    expect(await runCommandLine(shell)).toBe(5)
    expect(server.seen).toEqual([])
  })

  test.each(['http://ledger.example', 'ftp://127.0.0.1', 'nonsense'])(
    '%s is no address to send a token to',
    async (url) => {
      expect(await runCommandLine(shellFor(['status', '--server', url]))).toBe(2)
    },
  )
})

describe('what is said once', () => {
  const told = async (given: Partial<Parameters<typeof shellAt>[1]>): Promise<string[]> => {
    const shell = shellFor(['check'], { env: { NO_COLOR: '1' }, ...given })
    await runCommandLine(shell)
    return shell.err().split('\n')
  }

  test('is broken between words at the width of a terminal, and not at all in a pipe', async () => {
    const piped = await told({})
    expect(Math.max(...piped.map(({ length }) => length))).toBeGreaterThan(40)
    const rows = await told({ tty: { columns: 40 } })
    expect(rows.filter((row) => row.length > 40 && !/^\s*towpath /.test(row))).toEqual([])
    expect(rows.join(' ').split(/\s+/)).toEqual(piped.join(' ').split(/\s+/))
  })
})

test('the log of a container that said nothing is empty, and no mistake', async () => {
  server = await scriptedServer({
    ...everyday([]),
    'GET /v1/environments/staging/logs': (_request, response) => {
      response.writeHead(200, { 'content-type': 'text/plain', 'content-length': '0' }).end()
      return null
    },
  })
  const shell = shellFor(['logs', 'nginx', '-e', 'staging'])
  expect(await runCommandLine(shell)).toBe(0)
  expect([shell.out(), shell.err()]).toEqual(['', ''])
})
