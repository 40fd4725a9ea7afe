import { mkdtemp, readFile, rm, writeFile, mkdir } from 'node:fs/promises'
import { readFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { LedgerEvent } from '@towpath/domain/ledger/event.ts'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { problem, scriptedLedger, scriptedServer, streamOf } from './connection/scripted-server.ts'
import type { Script, ScriptedServer } from './connection/scripted-server.ts'
import { runCommandLine } from './run.ts'
import { capturedShell } from './terminal/captured-shell.ts'
import type { CapturedShell } from './terminal/captured-shell.ts'

const story = (name: string): LedgerEvent[] =>
  readFileSync(join(import.meta.dirname, 'fixtures', `${name}.ndjson`), 'utf8')
    .trim()
    .split('\n')
    .map((row) => JSON.parse(row) as LedgerEvent)

const id = 'dep_2f8kq1zz'
const summary = { id, environment: 'production', release: '1.1.0', waitsFor: null }
const staging = {
  ...{ environment: 'staging', seq: 9, live: null, warm: null, active: null, queued: [], policy: null },
  ...{ waivers: [], approvals: [], history: [], readiness: [], drift: null },
}
const preview = {
  ...{ dryRun: true, kind: 'deploy', environment: 'production', release: '1.1.0', from: '1.0.0', steps: [] },
  ...{ services: [], jobs: [], schema: 'none', notes: [], warnings: [] },
  approvals: { needed: 1, given: ['lead'], missing: 0 },
  wayBack: { needsPerson: false, text: 'One command.' },
  gates: {
    passed: false,
    later: [],
    results: [{ gate: 'freeze-window', title: '', answer: 'fail', why: 'frozen', fix: 'wait', waiver: null }],
  },
}

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

const ledger = scriptedLedger()
const everyday = (events: readonly LedgerEvent[]): Record<string, Script> => ({
  'GET /v1/environments': () => ({ body: { items: [staging], next: null } }),
  'GET /v1/environments/staging': () => ({ body: staging }),
  'GET /v1/environments/production': () => ({ body: { ...staging, environment: 'production' } }),
  'POST /v1/environments/production/deployments': ({ body }) =>
    (body as { dryRun: boolean }).dryRun ? { body: preview } : { status: 202, body: summary },
  'POST /v1/environments/staging/deployments': () => ({ status: 202, body: summary }),
  [`GET /v1/deployments/${id}`]: () => ({ body: summary }),
  'GET /v1/stream': streamOf(events),
  'GET /v1/ledger/head': ledger.head(() => ['a']),
})

const shellFor = (argv: string[], given: Parameters<typeof capturedShell>[0] | object = {}): CapturedShell =>
  capturedShell({
    folder,
    ...given,
    argv,
    env: {
      ...{ TOWPATH_SERVER: server?.url ?? '', TOWPATH_TOKEN: 'twp_test', TOWPATH_HOME: join(folder, 'home') },
      ...('env' in given ? given.env : {}),
    },
  })

const documents = (shell: CapturedShell): Record<string, unknown>[] =>
  shell
    .out()
    .trim()
    .split('\n')
    .map((row) => JSON.parse(row) as Record<string, unknown>)

describe('--json', () => {
  test('prints one document and nothing else', async () => {
    server = await scriptedServer(everyday([]))
    const shell = shellFor(['status', '--json'])
    expect(await runCommandLine(shell)).toBe(0)
    expect(documents(shell)).toEqual([
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
    [['config', 'check', '--json'], 2, 'CONFIG_MISSING'],
  ]
  test.each(failures)('prints one document on failure too: %j ends with %i', async (argv, code, name) => {
    server = await scriptedServer(everyday([]))
    const shell = shellFor(argv)
    expect(await runCommandLine(shell)).toBe(code)
    const [document, ...more] = documents(shell)
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

  test('prints one line a piece of news while following, and the document last', async () => {
    server = await scriptedServer(everyday(story('live')))
    const shell = shellFor(['deploy', '1.1.0', '-e', 'staging', '--json'])
    expect(await runCommandLine(shell)).toBe(0)
    const rows = documents(shell)
    expect(rows.slice(0, -1).map(({ news, seq }) => [news, seq])).toEqual(
      story('live').map(({ seq }) => ['event', seq]),
    )
    expect(rows.at(-1)).toMatchObject({
      ok: true,
      deployment: { id, outcome: 'live', from: '1.0.0', release: '1.1.0' },
      next: [`towpath explain ${id}`, 'towpath rollback -e production'],
    })
  })
})

describe('following a deployment', () => {
  const ends: [string, number, string | null][] = [
    ['live', 0, null],
    ['rolled-back', 4, 'DEPLOYMENT_ROLLED_BACK'],
    ['refused', 3, 'DEPLOYMENT_REFUSED'],
  ]
  test.each(ends)('that ends %s ends with %i', async (name, code, error) => {
    server = await scriptedServer(everyday(story(name)))
    const shell = shellFor(['deploy', '1.1.0', '-e', 'staging', '--json'])
    expect(await runCommandLine(shell)).toBe(code)
    expect(documents(shell).at(-1)?.['error'] ?? null).toEqual(
      error === null ? null : expect.objectContaining({ code: error }),
    )
  })

  test('in a pipe writes one line an event, with the last log lines at once where it failed', async () => {
    server = await scriptedServer(everyday(story('rolled-back')))
    const shell = shellFor(['deploy', '1.1.0', '-e', 'staging'])
    await runCommandLine(shell)
    expect(shell.out()).not.toContain('\u001b')
    await expect(`${shell.out()}---- stderr\n${shell.err()}`).toMatchFileSnapshot(
      'golden/deploy-rolled-back.txt',
    )
  })

  test.each(['NO_COLOR', 'CI', 'ACCESSIBLE'])(
    'with %s only ever adds lines, also at a terminal',
    async (name) => {
      server = await scriptedServer(everyday(story('live')))
      const shell = shellFor(['deploy', '1.1.0', '-e', 'staging'], {
        env: { [name]: '1' },
        tty: { columns: 92 },
      })
      await runCommandLine(shell)
      expect(shell.out()).not.toMatch(/\u001b\[\d*[AJKhl]/)
      expect(shell.out()).toContain('all traffic on the new release')
    },
  )

  test('at a terminal draws whole frames between synchronized-output marks', async () => {
    server = await scriptedServer(everyday(story('live')))
    const shell = shellFor(['deploy', '1.1.0', '-e', 'staging'], { tty: { columns: 60 } })
    expect(await runCommandLine(shell)).toBe(0)
    const frames = shell.out().split('\u001b[?2026h').slice(1)
    expect(frames.length).toBeGreaterThanOrEqual(story('live').length)
    for (const frame of frames) expect(frame).toContain('\u001b[?2026l')
    expect(shell.out()).toContain('\u001b[?25h')
  })

  test('goes on where it was after every cut of the connection, each event once', async () => {
    const events = story('live')
    server = await scriptedServer({ ...everyday(events), 'GET /v1/stream': streamOf(events, 4) })
    const shell = shellFor(['deploy', '1.1.0', '-e', 'staging', '--json'])
    expect(await runCommandLine(shell)).toBe(0)
    const heard = documents(shell).flatMap(({ news, seq }) => (news === 'event' ? [seq] : []))
    expect(heard).toEqual(events.map(({ seq }) => seq))
    expect(server.seen.filter(({ path }) => path.startsWith('/v1/stream')).length).toBeGreaterThan(2)
  })

  test('finds a server that was restarted in the middle, also at another address', async () => {
    const events = story('live')
    const state = join(folder, '.towpath')
    await mkdir(state)
    await writeFile(join(state, 'admin-token'), 'twp_of_state\n')
    const announce = (url: string) => writeFile(join(state, 'server.json'), JSON.stringify({ url, pid: 1 }))
    const first = await scriptedServer({
      ...everyday(events),
      'GET /v1/stream': streamOf(events.slice(0, 5)),
    })
    await announce(first.url)
    const shell = shellFor(['deploy', '1.1.0', '-e', 'staging', '--json'], {
      env: { TOWPATH_SERVER: '', TOWPATH_TOKEN: '' },
    })
    const running = runCommandLine(shell)
    await expect.poll(() => shell.out()).toContain('"seq":104')
    await first.close()
    await expect.poll(() => shell.out()).toContain('no-answer')
    server = await scriptedServer(everyday(events))
    await announce(server.url)
    expect(await running).toBe(0)
    const heard = documents(shell).flatMap(({ news, seq }) => (news === 'event' ? [seq] : []))
    expect(heard).toEqual(events.map(({ seq }) => seq))
    expect(server.seen[0]?.headers.authorization).toBe('Bearer twp_of_state')
  })

  test('ends with Ctrl-C, while the work goes on and the way back to it is told', async () => {
    server = await scriptedServer(everyday(story('live').slice(0, 6)))
    const shell = shellFor(['deploy', '1.1.0', '-e', 'staging'])
    const running = runCommandLine(shell)
    await expect.poll(() => shell.out()).toContain('migrator done')
    shell.interrupt()
    shell.interrupt()
    expect(await running).toBe(130)
    expect(shell.out()).toContain(`towpath explain ${id} --follow`)
    expect(server.seen.some(({ path }) => path.endsWith('/abort'))).toBe(false)
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
    expect(documents(shell)).toEqual([
      expect.objectContaining({ ok: false, error: expect.objectContaining({ code: 'GATES_WOULD_REFUSE' }) }),
    ])
    expect(server.seen.map(({ body }) => body)).toEqual([expect.objectContaining({ dryRun: true })])
  })
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

describe('the remembered head', () => {
  const verdict: Script = () => ({
    body: { ok: true, events: 3, head: { seq: 3, hash: '' }, headsCompared: 1 },
  })
  const verify = async (head: Script): Promise<{ exit: number; shell: CapturedShell }> => {
    await server?.close()
    server = await scriptedServer({ 'GET /v1/ledger/head': head, 'POST /v1/ledger/verify': verdict })
    const shell = shellFor(['ledger', 'verify'])
    return { exit: await runCommandLine(shell), shell }
  }
  const seen = ['a', 'b', 'c']

  test('accepts a ledger that only grew', async () => {
    expect((await verify(ledger.head(() => seen))).exit).toBe(0)
    expect((await verify(ledger.head(() => [...seen, 'd', 'e']))).exit).toBe(0)
    const kept = JSON.parse(await readFile(join(folder, 'home/heads.json'), 'utf8')) as {
      heads: { seq: number }[]
    }
    expect(kept.heads.map(({ seq }) => seq)).toEqual([5])
  })

  const other = scriptedLedger()
  const lies: [string, Script][] = [
    ['is shorter', ledger.head(() => seen.slice(0, 2))],
    ['has another event in the middle', ledger.head(() => ['a', 'x', 'c', 'd', 'e'])],
    ['is as long and different', ledger.head(() => ['a', 'b', 'x'])],
    ['is signed with another key', other.head(() => seen)],
  ]
  test.each(lies)('refuses a ledger that %s, and keeps what it saw', async (_what, head) => {
    await verify(ledger.head(() => seen))
    const before = await readFile(join(folder, 'home/heads.json'), 'utf8')
    const { exit, shell } = await verify(head)
    expect(exit).toBe(1)
    expect(shell.err()).toContain('LEDGER_HISTORY_CHANGED')
    expect(await readFile(join(folder, 'home/heads.json'), 'utf8')).toBe(before)
  })

  test('refuses a head that the shown key did not sign', async () => {
    const forged: Script = (request, response) => {
      const said = ledger.head(() => seen)(request, response)
      return { body: { ...(said?.body as object), publicKey: other.publicKeyPem } }
    }
    const { exit, shell } = await verify(forged)
    expect(exit).toBe(1)
    expect(shell.err()).toContain('LEDGER_SIGNATURE_WRONG')
  })
})
