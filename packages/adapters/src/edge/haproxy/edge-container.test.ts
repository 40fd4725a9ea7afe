import { describe, expect, it } from 'vitest'
import { edgeContainer } from './edge-container.ts'

describe('edgeContainer', () => {
  const spec = {
    name: 'towpath-refactor-production-edge',
    image: 'haproxy@sha256:00',
    labels: { 'towpath.installation': 'i-1' },
    networks: [{ network: 'slots', aliases: [], offset: 2 }],
    ports: [{ hostAddress: '0.0.0.0', hostPort: 80, containerPort: 80, protocol: 'tcp' as const }],
  }
  const container = edgeContainer(spec, '/var/lib/towpath/edges/e', { uid: 1000, gid: 1001 })

  it('keeps its place: fixed offset, aliases and ports as asked, back after every crash', () => {
    expect(container).toMatchObject({ ...spec, restart: { name: 'unless-stopped' } })
  })

  it('may write nothing but its state directory, and has no privilege', () => {
    expect(container.mounts).toEqual([
      {
        type: 'bind',
        source: '/var/lib/towpath/edges/e',
        target: '/edge',
        readOnly: false,
        createHostPath: false,
      },
    ])
    expect(container.settings).toMatchObject({
      user: '1000:1001',
      readOnly: true,
      capDrop: ['ALL'],
      securityOpt: ['no-new-privileges'],
    })
  })

  it('does not let its log fill the disk', () => {
    expect(container.settings.logging?.options).toEqual({ 'max-size': '20m', 'max-file': '5' })
  })
})
