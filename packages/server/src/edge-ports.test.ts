import { fakeEngine } from '@towpath/adapters/container-engine/fake.ts'
import { requireFreePorts } from '@towpath/app/perform/edge-ports.ts'
import type { ContainerSpec } from '@towpath/domain/deployment/container.ts'
import { describe, expect, it } from 'vitest'

const publishing = (name: string, hostPort: number): ContainerSpec => ({
  ...{ name, image: 'nginx:1.28', labels: { 'towpath.installation': 'inst_1' } },
  ...{ command: null, entrypoint: null, environment: {}, mounts: [], networks: [] },
  ports: [{ hostAddress: '', hostPort, containerPort: 3000, protocol: 'tcp' }],
  ...{ restart: { name: 'no' }, healthcheck: null, settings: {} },
})

describe('an edge that is to be replaced', () => {
  it('stays where another container has a port of the next one, so that something serves', async () => {
    const { engine, host } = fakeEngine()
    host.images.add('nginx:1.28')
    await engine.ensureRunning(publishing('shop_web_1', 8088))
    const edge = publishing('towpath-shop-production-edge', 8088)
    await expect(requireFreePorts(engine, edge)).rejects.toMatchObject({
      code: 'EDGE_PORT_HELD',
      message: expect.stringContaining('shop_web_1'),
    })
    await requireFreePorts(engine, publishing(edge.name, 8089))
    host.exit('shop_web_1', { code: 0 })
    await requireFreePorts(engine, edge)
  })

  it('may have the ports that it holds itself', async () => {
    const { engine, host } = fakeEngine()
    host.images.add('nginx:1.28')
    const edge = publishing('towpath-shop-production-edge', 8088)
    await engine.ensureRunning(edge)
    await expect(requireFreePorts(engine, edge)).resolves.toBeUndefined()
  })
})
