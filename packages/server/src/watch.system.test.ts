import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { removeEmbeddedPostgres } from '@towpath/store/embedded/embedded-postgres.ts'
import { projectFiles } from '@towpath/testkit/project-files.ts'
import { startRegistry } from '@towpath/testkit/registry.ts'
import type { RunningRegistry } from '@towpath/testkit/registry.ts'
import { startServerProcess } from '@towpath/testkit/server-process.ts'
import type { ServerProcess } from '@towpath/testkit/server-process.ts'
import { composeCommand, layTeamProject, recordEngineCalls } from '@towpath/testkit/team-project.ts'
import type { RecordingSocket, TeamBuild, TeamProject } from '@towpath/testkit/team-project.ts'
import { until } from '@towpath/testkit/wait.ts'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'

interface Observed {
  id: string
  kind: string
  would: string
  reasons: string[]
  lastSeenAt: string | null
  gates: { results: { gate: string; answer: string }[] }
  judged: { verdict: string; cause: string | null; why: string } | null
}

const config = (facts: {
  repository: string
  folder: string
  socket: string
  freeze: string
}): string => `version: 1
project: team
services:
  web:
    compose: web
    image: ${facts.repository}
    health: {path: /health, port: 4000, within: 6s}
    smoke: [/items]
defaults:
  host: {folder: ${facts.folder}, docker: "unix://${facts.socket}"}
  strategy: {bake: 3s}
environments:
  production:
    mode: watch
${facts.freeze}`

/** A window around this very day, whatever day it is. */
function freezeNow(): string {
  const day = (ms: number) =>
    new Date(Date.now() + ms).toLocaleDateString('en', { weekday: 'short', timeZone: 'UTC' })
  return `    freeze: ["${day(-86_400_000)} 00:00-${day(2 * 86_400_000)} 00:00 UTC"]\n`
}

/** What one deployment of the day is expected to come to. */
interface Expected {
  kind: string
  would: string
  /** Gates that would have held it up. */
  held: string[]
  cause: string | null
}

const outcomeOf = ({ kind, would, gates, judged }: Observed): Expected => ({
  kind,
  would,
  held: gates.results.flatMap(({ gate, answer }) => (['fail', 'unknown'].includes(answer) ? [gate] : [])),
  cause: judged?.cause ?? null,
})

const passes: Expected = { kind: 'deploy', would: 'let-through', held: [], cause: null }

describe.runIf(composeCommand() !== null)("a day of the team's own deployments", () => {
  let stateDir: string
  let registry: RunningRegistry
  let team: TeamProject
  let server: ServerProcess
  let socket: RecordingSocket
  const expected: Expected[] = []

  const watch = async (freeze = ''): Promise<void> => {
    const facts = { repository: team.repository, folder: team.folder, socket: socket.path, freeze }
    await writeFile(join(team.folder, 'towpath.yaml'), config(facts))
    const answer = await fetch(`${server.url}/v1/environments/production/watch`, {
      method: 'PUT',
      headers: { authorization: `Bearer ${server.tokens['dev'] ?? ''}`, 'content-type': 'application/json' },
      body: JSON.stringify({ files: await projectFiles(team.folder) }),
    })
    if (!answer.ok) throw new Error(await answer.text())
  }
  const observed = async (): Promise<Observed[]> =>
    (await server.get<{ items: Observed[] }>('/v1/observed-deployments?environment=production', 'watcher'))
      .items
  const judged = (): Promise<unknown> =>
    until(
      async () => {
        const all = await observed()
        return all.length === expected.length && all.every((one) => one.judged !== null)
      },
      { withinMs: 90_000, everyMs: 500, what: `deployment ${expected.length} is judged` },
    )
  const deploy = async (build: TeamBuild | string, outcome: Expected): Promise<string> => {
    const image = typeof build === 'string' ? build : await team.build(build)
    expected.push(outcome)
    await team.deploy(image)
    await judged()
    return image
  }

  beforeAll(async () => {
    stateDir = await mkdtemp(join(tmpdir(), 'towpath-watch-'))
    registry = await startRegistry()
    team = await layTeamProject(registry)
    socket = await recordEngineCalls(join(stateDir, 'socket'))
    server = await startServerProcess({ stateDir, edgeImage: 'none:1', reconcileMs: 2_000 })
  })
  afterAll(async () => {
    await server?.stop()
    await team?.close()
    await socket?.close()
    await registry?.stop()
    await removeEmbeddedPostgres({ dataDir: join(stateDir, 'database') })
    await rm(stateDir, { recursive: true, force: true })
  })

  it('is reported as exactly what would have been blocked or taken back', async () => {
    const taken = (cause: string): Expected => ({ ...passes, would: 'taken-back', cause })
    const blocked = (...held: string[]): Expected => ({ ...passes, would: 'blocked', held })
    const first = await team.build({ commit: 'a0a0a0a', tag: '1.0.0' })
    await team.deploy(first)
    await watch()
    await deploy({ commit: 'a1a1a1a', tag: 'latest' }, passes)
    await deploy({ tag: 'latest' }, blocked('known-build'))
    await deploy({ commit: 'a2a2a2a', tag: '1.2.0', behaviour: 'never-healthy' }, taken('never-healthy'))
    await deploy(first, { ...passes, kind: 'rollback' })
    await deploy({ commit: 'a3a3a3a', tag: '1.3.0', behaviour: 'exits' }, taken('exited'))
    await deploy({ commit: 'a4a4a4a', tag: '1.4.0', behaviour: 'hog' }, taken('died'))
    await deploy({ commit: 'a5a5a5a', tag: '1.5.0', behaviour: 'errors' }, taken('errors'))
    await deploy({}, blocked('known-build', 'images-in-registry'))
    await watch(freezeNow())
    await deploy({ commit: 'a8a8a8a', tag: '1.8.0' }, blocked('freeze-window'))
    // Nobody looks while this one comes, and it is seen all the same.
    await server.stop()
    await team.deploy(await team.build({ commit: 'a9a9a9a', tag: '1.9.0' }))
    expected.push(blocked('freeze-window'))
    server = await startServerProcess({
      stateDir,
      edgeImage: 'none:1',
      reconcileMs: 2_000,
      tokens: server.tokens,
    })
    await judged()
    expected.push({ kind: 'removal', would: 'taken-back', held: [], cause: 'removed' })
    await team.down()
    await judged()
    const all = (await observed()).toReversed()
    expect(all.map(outcomeOf)).toEqual(expected)
    expect(all[1]?.reasons.join()).toMatch(/the tag of .* moved from .*@sha256:/)
    expect(all[5]?.judged?.why).toMatch(/^web exited.* while it was watched/)
    expect(all.map(({ lastSeenAt }) => lastSeenAt === null)).toEqual(all.map((_, index) => index === 9))
    expect(socket.asked.length).toBeGreaterThan(100)
    expect(socket.asked.filter((line) => !line.startsWith('GET '))).toEqual([])
  }, 600_000)
})
