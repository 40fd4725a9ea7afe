import type { ContainerSpec } from '@towpath/domain/deployment/container.ts'
import { describe, expect, it } from 'vitest'
import { createBody, type Endpoint } from './create-body.ts'

const aSpec = (more: Partial<ContainerSpec> = {}): ContainerSpec => ({
  name: 'app-1',
  image: 'registry.example/app:1',
  command: null,
  entrypoint: null,
  environment: {},
  labels: {},
  mounts: [],
  networks: [],
  ports: [],
  restart: { name: 'no' },
  healthcheck: null,
  settings: {},
  ...more,
})

const onNetwork = (network: string, address: string | null = null): Endpoint => ({
  network,
  aliases: ['app'],
  address,
})

describe('createBody', () => {
  it('says nothing about what the file leaves out, so that the engine and the image decide', () => {
    expect(createBody(aSpec(), [])).toEqual({
      Image: 'registry.example/app:1',
      Env: [],
      Labels: {},
      ExposedPorts: {},
      HostConfig: {
        NetworkMode: 'none',
        PortBindings: {},
        RestartPolicy: { Name: 'no' },
        Binds: [],
        Mounts: [],
      },
    })
  })

  it('names the first network only, because API 1.41 takes one at creation', () => {
    const body = createBody(aSpec(), [onNetwork('front', '10.0.0.7'), onNetwork('back')])
    expect(body).toMatchObject({
      HostConfig: { NetworkMode: 'front' },
      NetworkingConfig: {
        EndpointsConfig: { front: { Aliases: ['app'], IPAMConfig: { IPv4Address: '10.0.0.7' } } },
      },
    })
    expect(JSON.stringify(body)).not.toContain('back')
  })

  it('counts health in nanoseconds', () => {
    const healthcheck = { test: ['CMD', 'ok'], intervalMs: 1500, timeoutMs: 2, startPeriodMs: 0, retries: 3 }
    expect(createBody(aSpec({ healthcheck }), [])['Healthcheck']).toEqual({
      Test: ['CMD', 'ok'],
      Interval: 1_500_000_000,
      Timeout: 2_000_000,
      StartPeriod: 0,
      Retries: 3,
    })
  })

  it('publishes one container port on several host ports', () => {
    const port = { hostAddress: '127.0.0.1', containerPort: 80, protocol: 'tcp' } as const
    const body = createBody(
      aSpec({
        ports: [
          { ...port, hostPort: 8080 },
          { ...port, hostPort: 8081 },
        ],
      }),
      [],
    )
    expect(body).toMatchObject({
      ExposedPorts: { '80/tcp': {} },
      HostConfig: {
        PortBindings: {
          '80/tcp': [
            { HostIp: '127.0.0.1', HostPort: '8080' },
            { HostIp: '127.0.0.1', HostPort: '8081' },
          ],
        },
      },
    })
  })

  it('lets the engine make a missing host folder only where the file lets it, and never splits a path at a colon', () => {
    const bind = { type: 'bind', source: '/srv/data', target: '/data', readOnly: true } as const
    const body = createBody(
      aSpec({
        mounts: [
          { ...bind, createHostPath: true },
          { ...bind, createHostPath: false },
          { ...bind, source: '/srv/a:b', createHostPath: true },
          { type: 'volume', source: 'data', target: '/v', readOnly: false },
          { type: 'tmpfs', target: '/tmp', sizeBytes: 1024 },
          { type: 'tmpfs', target: '/run', sizeBytes: null },
        ],
      }),
      [],
    )
    expect(body).toMatchObject({
      HostConfig: {
        Binds: ['/srv/data:/data:ro'],
        Mounts: [
          { Type: 'bind', Source: '/srv/data', Target: '/data', ReadOnly: true },
          { Type: 'bind', Source: '/srv/a:b', Target: '/data', ReadOnly: true },
          { Type: 'volume', Source: 'data', Target: '/v', ReadOnly: false },
          { Type: 'tmpfs', Target: '/tmp', TmpfsOptions: { SizeBytes: 1024 } },
          { Type: 'tmpfs', Target: '/run' },
        ],
      },
    })
  })

  it('passes every setting on under the engine’s name for it', () => {
    const body = createBody(
      aSpec({
        command: ['serve'],
        entrypoint: ['/app'],
        environment: { A: '1', B: 'x=y' },
        restart: { name: 'on-failure', retries: 4 },
        settings: {
          user: '1000:1000',
          workingDir: '/srv',
          hostname: 'h',
          domainname: 'd.example',
          init: true,
          tty: true,
          stdinOpen: true,
          privileged: false,
          readOnly: true,
          stopSignal: 'SIGINT',
          stopGraceMs: 1_500,
          shmSizeBytes: 64,
          memoryBytes: 128,
          memoryReservationBytes: 32,
          memorySwapBytes: -1,
          cpus: 0.5,
          pidsLimit: 100,
          oomScoreAdj: -5,
          platform: 'linux/amd64',
          pid: 'host',
          ipc: 'private',
          userns: 'host',
          capAdd: ['NET_ADMIN'],
          capDrop: ['ALL'],
          securityOpt: ['no-new-privileges:true'],
          groupAdd: ['docker'],
          dns: ['1.1.1.1'],
          dnsSearch: ['example'],
          dnsOptions: ['ndots:1'],
          extraHosts: ['db:10.0.0.1'],
          sysctls: { 'net.core.somaxconn': '1024' },
          ulimits: [{ name: 'nofile', soft: 1, hard: 2 }],
          devices: [{ host: '/dev/a', container: '/dev/b', permissions: 'rwm' }],
          logging: { driver: 'json-file', options: { 'max-size': '10m' } },
        },
      }),
      [onNetwork('front')],
    )
    expect(body).toMatchInlineSnapshot(`
      {
        "Cmd": [
          "serve",
        ],
        "Domainname": "d.example",
        "Entrypoint": [
          "/app",
        ],
        "Env": [
          "A=1",
          "B=x=y",
        ],
        "ExposedPorts": {},
        "HostConfig": {
          "Binds": [],
          "CapAdd": [
            "NET_ADMIN",
          ],
          "CapDrop": [
            "ALL",
          ],
          "Devices": [
            {
              "CgroupPermissions": "rwm",
              "PathInContainer": "/dev/b",
              "PathOnHost": "/dev/a",
            },
          ],
          "Dns": [
            "1.1.1.1",
          ],
          "DnsOptions": [
            "ndots:1",
          ],
          "DnsSearch": [
            "example",
          ],
          "ExtraHosts": [
            "db:10.0.0.1",
          ],
          "GroupAdd": [
            "docker",
          ],
          "Init": true,
          "IpcMode": "private",
          "LogConfig": {
            "Config": {
              "max-size": "10m",
            },
            "Type": "json-file",
          },
          "Memory": 128,
          "MemoryReservation": 32,
          "MemorySwap": -1,
          "Mounts": [],
          "NanoCpus": 500000000,
          "NetworkMode": "front",
          "OomScoreAdj": -5,
          "PidMode": "host",
          "PidsLimit": 100,
          "PortBindings": {},
          "Privileged": false,
          "ReadonlyRootfs": true,
          "RestartPolicy": {
            "MaximumRetryCount": 4,
            "Name": "on-failure",
          },
          "SecurityOpt": [
            "no-new-privileges:true",
          ],
          "ShmSize": 64,
          "Sysctls": {
            "net.core.somaxconn": "1024",
          },
          "Ulimits": [
            {
              "Hard": 2,
              "Name": "nofile",
              "Soft": 1,
            },
          ],
          "UsernsMode": "host",
        },
        "Hostname": "h",
        "Image": "registry.example/app:1",
        "Labels": {},
        "NetworkingConfig": {
          "EndpointsConfig": {
            "front": {
              "Aliases": [
                "app",
              ],
            },
          },
        },
        "OpenStdin": true,
        "StopSignal": "SIGINT",
        "StopTimeout": 2,
        "Tty": true,
        "User": "1000:1000",
        "WorkingDir": "/srv",
      }
    `)
  })
})
