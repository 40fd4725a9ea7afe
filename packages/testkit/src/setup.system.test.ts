import { execFile } from 'node:child_process'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { expect, test } from 'vitest'
import { prepareMachine } from './setup.ts'

const run = promisify(execFile)
const script = join(import.meta.dirname, 'setup.ts')

test('preparing a prepared machine changes nothing and says nothing', async () => {
  await prepareMachine()
  const said: string[] = []
  const again = await prepareMachine({ say: (line) => said.push(line) })
  expect(again).toMatchObject({ installed: [], engineStarted: false })
  expect(said).toEqual([])
})

test('two set-ups side by side both come out ready', async () => {
  const both = await Promise.all([run(process.execPath, [script]), run(process.execPath, [script])])
  for (const { stdout } of both) expect(stdout).toMatch(/^machine ready \(\d+ ms\)\n$/)
})

test.runIf(process.platform === 'linux')('who may not install is told what to type', async () => {
  const ordinary = {
    uid: 65_534,
    gid: 65_534,
    env: { ...process.env, DOCKER_HOST: 'unix:///nowhere/docker.sock' },
  }
  const refused = run(process.execPath, [script], ordinary)
  await expect(refused).rejects.toMatchObject({
    code: 1,
    stderr: expect.stringMatching(
      /^SETUP_NEEDS_ENGINE: .*\/nowhere\/docker\.sock[^]*sudo systemctl start docker/,
    ),
  })
})
