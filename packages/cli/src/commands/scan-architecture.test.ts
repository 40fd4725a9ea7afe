import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { AuditFolder, offline } from '../audit/testing/audit-folder.ts'
import { elfOf } from '../image/testing/elf-program.ts'
import { dockerSave, layerOf, platformsLayout } from '../image/testing/image-archive.ts'
import type { Entry } from '../image/testing/image-archive.ts'

let at: AuditFolder
beforeEach(async () => {
  at = await AuditFolder.open()
})
afterEach(() => at.close())

const put = async (...layers: (readonly Entry[])[]): Promise<void> => {
  await at.put('image.tar', await layerOf(dockerSave(await Promise.all(layers.map(layerOf)))))
}

interface ScanDocument {
  exit: number
  verdict: string
  findings: object[]
}

const scan = async (...argv: string[]): Promise<ScanDocument> => {
  const { exit, out } = await at.run(['scan', '--json', ...offline, ...argv])
  return { ...(JSON.parse(out) as ScanDocument), exit }
}

describe('a program for another architecture', () => {
  const arm = elfOf([], { machine: 183 })

  test('than its image is a finding that fails the scan, in every format', async () => {
    await put([['app/server', arm, 0o755]])
    const { exit, verdict, findings } = await scan('image.tar')
    expect({ exit, verdict, findings }).toMatchObject({
      exit: 1,
      verdict: 'findings',
      findings: [
        {
          id: 'WRONG-ARCHITECTURE',
          kind: 'wrong-architecture',
          package: 'app/server',
          version: 'arm64',
          severity: 'high',
          summary: 'a program for arm64 in an image for linux/amd64',
        },
      ],
    })
    for (const format of ['sarif', 'github', 'junit']) {
      const { out } = await at.run(['scan', 'image.tar', ...offline, '--format', format])
      expect(out).toContain('app/server: a program for arm64 in an image for linux/amd64. Build it for')
    }
    const { out, exit: ended } = await at.run(['scan', 'image.tar', ...offline])
    expect(out).toContain('wrong-architecture')
    expect(ended).toBe(1)
  })

  test('is none where nothing can start it, where a later layer took it away, and where its image is for it', async () => {
    const foundIn = async (...layers: (readonly Entry[])[]) => {
      await put(...layers)
      return (await scan('image.tar', '--fail-on', 'none')).findings
    }
    expect(await foundIn([['app/server', arm]])).toEqual([])
    expect(await foundIn([['app/server', arm, 0o755]], [['app/.wh.server', '']])).toEqual([])
    const native = elfOf([], { machine: 62 })
    expect(await foundIn([['app/server', arm, 0o755]], [['app/server', native, 0o755]])).toEqual([])
  })

  test('is looked for in each image of an index by its own platform', async () => {
    const layers = [await layerOf([['app/server', arm, 0o755]])]
    const layout = platformsLayout([
      { architecture: 'amd64', layers },
      { architecture: 'arm64', layers },
    ])
    await at.put('image.tar', await layerOf(layout))
    expect((await scan('image.tar')).findings).toMatchObject([
      { summary: expect.stringContaining('linux/amd64') },
    ])
    expect((await scan('image.tar', '--platform', 'linux/arm64')).findings).toEqual([])
  })
})
