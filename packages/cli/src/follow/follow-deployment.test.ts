import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { scriptedServer, streamOf } from '../connection/scripted-server.ts'
import type { ScriptedServer } from '../connection/scripted-server.ts'
import { documentsOf, everyday, shellAt, story, storyId } from '../connection/scripted-story.ts'
import { runCommandLine } from '../run.ts'
import type { CapturedShell } from '../terminal/captured-shell.ts'

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

/** Escape sequences that move the cursor, clear or hide: all but colours. */
const moves = new RegExp(`${String.fromCharCode(27)}\\[[?]?[0-9]*[AJKhl]`)

describe('following a deployment', () => {
  const ends: ['live' | 'rolled-back' | 'refused', number, object][] = [
    ['live', 0, { ok: true }],
    ['rolled-back', 4, { ok: false, error: { code: 'DEPLOYMENT_ROLLED_BACK' } }],
    ['refused', 3, { ok: false, error: { code: 'DEPLOYMENT_REFUSED' } }],
  ]
  test.each(ends)('that ends %s ends with %i', async (name, code, document) => {
    server = await scriptedServer(everyday(story(name)))
    const shell = shellFor(['deploy', '1.1.0', '-e', 'staging', '--json'])
    expect(await runCommandLine(shell)).toBe(code)
    expect(documentsOf(shell).at(-1)).toMatchObject(document)
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
      expect(shell.out()).not.toMatch(moves)
      expect(shell.out()).toContain('on the new release')
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
    const heard = documentsOf(shell).flatMap(({ news, seq }) => (news === 'event' ? [seq] : []))
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
    const heard = documentsOf(shell).flatMap(({ news, seq }) => (news === 'event' ? [seq] : []))
    expect(heard).toEqual(events.map(({ seq }) => seq))
    expect(server.seen[0]?.headers.authorization).toBe('Bearer twp_of_state')
  })

  test('tells what it waits for, as soon as the server says so', async () => {
    const waits = { id: storyId, waitsFor: 'waits for 1 approval by people other than dev' }
    server = await scriptedServer({
      ...everyday(story('live').slice(0, 1)),
      [`GET /v1/deployments/${storyId}`]: () => ({ body: waits }),
    })
    const shell = shellFor(['deploy', '1.1.0', '-e', 'staging'])
    const running = runCommandLine(shell)
    await expect.poll(() => shell.out()).toContain(waits.waitsFor)
    shell.interrupt()
    expect(await running).toBe(130)
  })

  test('ends with Ctrl-C, while the work goes on and the way back to it is told', async () => {
    server = await scriptedServer(everyday(story('live').slice(0, 6)))
    const shell = shellFor(['deploy', '1.1.0', '-e', 'staging'])
    const running = runCommandLine(shell)
    await expect.poll(() => shell.out()).toContain('migrator done')
    shell.interrupt()
    shell.interrupt()
    expect(await running).toBe(130)
    expect(shell.out()).toContain(`towpath explain ${storyId} --follow`)
    expect(server.seen.some(({ path }) => path.endsWith('/abort'))).toBe(false)
  })
})
