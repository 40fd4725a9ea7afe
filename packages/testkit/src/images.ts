import { TowpathError } from '@towpath/domain/error/towpath-error.ts'
import type Docker from 'dockerode'
import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { connectDocker } from './docker.ts'
import { binaryWithLibraries, systemFiles } from './image/binary.ts'
import { ensureScratchImage, finished, imageExists, imageLabel } from './image/import.ts'
import { layerTar, type LayerFile } from './image/layer.ts'
import { findProgram } from './setup/packages.ts'

const searchPath = 'ENV PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin'

/**
 * Where no Debian binary can be copied (macOS), the official image is pulled instead, by the digest of its index, which
 * holds every architecture; the variable names another one.
 */
const officialImage = {
  node: () =>
    process.env['TOWPATH_NODE_IMAGE'] ??
    'node:26.10.0-bookworm-slim@sha256:662933cf47f013bc8e4beb31a6116448427a82057ba7c42c97e4c5ba766504c2',
  haproxy: () =>
    process.env['TOWPATH_HAPROXY_IMAGE'] ??
    'haproxy:3.2.22-alpine@sha256:79799e8b2977e60802774fa53d29e6b54e045402cdd8a8b9fe43923e7095a047',
  nginx: () =>
    process.env['TOWPATH_NGINX_IMAGE'] ??
    'nginx:1.28.3-alpine@sha256:a8b39bd9cf0f83869a2162827a0caf6137ddf759d50a171451b335cecc87d236',
}

/** Node and its libraries, nothing else: the layer that all example releases share. Returns the reference. */
export const ensureNodeBase = async (docker: Docker = connectDocker()): Promise<string> => {
  if (process.platform !== 'linux') return ensurePulled(docker, officialImage.node())
  return ensureScratchImage(docker, {
    name: 'towpath/node-base',
    files: [...systemFiles, ...(await binaryWithLibraries(nodeBinary(), '/usr/local/bin/node'))],
    settings: [searchPath, 'CMD ["node"]'],
  })
}

/** Debian's HAProxy in the foreground; reads `/usr/local/etc/haproxy/haproxy.cfg`, as the official image does. */
export const ensureHaproxyImage = async (docker: Docker = connectDocker()): Promise<string> => {
  if (process.platform !== 'linux') return ensurePulled(docker, officialImage.haproxy())
  return ensureScratchImage(docker, {
    name: 'towpath/haproxy',
    files: [
      ...systemFiles,
      { path: '/usr/local/etc/haproxy', folder: true },
      { path: '/var/lib/haproxy', folder: true },
      ...(await binaryWithLibraries(program('haproxy'), '/usr/local/sbin/haproxy')),
    ],
    settings: [searchPath, 'CMD ["haproxy", "-W", "-db", "-f", "/usr/local/etc/haproxy/haproxy.cfg"]'],
  })
}

/** Debian's nginx in the foreground; its configuration is mounted at `/etc/nginx`, as with the official image. */
export const ensureNginxImage = async (docker: Docker = connectDocker()): Promise<string> => {
  if (process.platform !== 'linux') return ensurePulled(docker, officialImage.nginx())
  return ensureScratchImage(docker, {
    name: 'towpath/nginx',
    files: [
      ...systemFiles,
      { path: '/var/lib/nginx', folder: true },
      { path: '/var/log/nginx', folder: true },
      { path: '/etc/nginx/conf.d', folder: true },
      { path: '/etc/nginx/mime.types', source: '/etc/nginx/mime.types' },
      ...(await binaryWithLibraries(program('nginx'), '/usr/sbin/nginx')),
    ],
    settings: [searchPath, 'EXPOSE 80', 'CMD ["nginx", "-g", "daemon off;"]'],
  })
}

export interface AppImage {
  /** Reference of the image to make, e.g. `towpath-example/backend:1.0.0`. */
  name: string
  /** Files by absolute path. They are one layer on top of the Node base. */
  files: Record<string, string | Buffer>
  env: Record<string, string>
  entrypoint: string[]
  exposed?: number
}

/** Builds an app on the Node base, without network: one layer of files, then settings. Equal input, equal image. */
export const buildAppImage = async (image: AppImage, docker: Docker = connectDocker()): Promise<string> => {
  const files: LayerFile[] = Object.entries(image.files).map(([path, content]) => ({
    path: `/context${path}`,
    content,
  }))
  const recipe = appRecipe(await ensureNodeBase(docker), image)
  const context = layerTar([...files, { path: '/Dockerfile', content: recipe }])
  const progress = await docker.buildImage(context, { t: image.name, rm: true, forcerm: true })
  await finished(docker, progress)
  return image.name
}

const appRecipe = (base: string, { env, entrypoint, exposed }: AppImage): string => {
  const settings = Object.entries(env).map(([name, value]) => `${name}=${JSON.stringify(value)}`)
  return [
    `FROM ${base}`,
    'COPY context /',
    // One instruction each: the classic builder commits a container per instruction.
    ...(settings.length > 0 ? [`ENV ${settings.join(' ')}`] : []),
    ...(exposed === undefined ? [] : [`EXPOSE ${exposed}`]),
    `LABEL ${imageLabel}=yes`,
    `ENTRYPOINT ${JSON.stringify(entrypoint)}`,
    '',
  ].join('\n')
}

export interface RegistryAccount {
  user: string
  password: string
}

/** Where to push to: `host` as in an image reference (`127.0.0.1:5000`). */
export interface RegistryTarget {
  host: string
  auth?: RegistryAccount | undefined
}

/**
 * Pushes a local image as `repository:tag` and returns the digest the registry stored it under (`sha256:…`).
 * The registry's tag does not stay on this engine, so that a deployment really pulls.
 */
export const pushImage = async (
  image: string,
  target: { registry: RegistryTarget; repository: string; tag: string },
  docker: Docker = connectDocker(),
): Promise<string> => {
  const repo = `${target.registry.host}/${target.repository}`
  await docker.getImage(image).tag({ repo, tag: target.tag })
  const pushed = docker.getImage(`${repo}:${target.tag}`)
  const lines = await pushThenUntag(docker, pushed, target.registry)
  const digest = lines.find((line) => line.aux?.Digest !== undefined)?.aux?.Digest
  if (digest === undefined) throw new Error(`the engine named no digest for ${repo}:${target.tag}`)
  return digest
}

const pushThenUntag = async (docker: Docker, image: Docker.Image, registry: RegistryTarget) => {
  try {
    return await finished(docker, await image.push({ authconfig: credentials(registry) }))
  } finally {
    await image.remove()
  }
}

const credentials = ({ host, auth }: RegistryTarget) => ({
  serveraddress: host,
  username: auth?.user ?? '',
  password: auth?.password ?? '',
})

const nodeBinary = (): string => {
  const folder = join(import.meta.dirname, '../../../node_modules')
  const supplied = join(folder, `node-linux-${process.arch}`, 'bin', 'node')
  return existsSync(supplied) ? supplied : process.execPath
}

const program = (name: string): string => {
  const found = findProgram(name)
  if (found !== null) return found
  throw new TowpathError({
    code: 'PROGRAM_MISSING',
    kind: 'failed',
    message: `${name} is not installed, so no image can be made of it.`,
    hint: 'No image was made. Run: node packages/testkit/src/setup.ts',
  })
}

const ensurePulled = async (docker: Docker, reference: string): Promise<string> => {
  if (!(await imageExists(docker, reference))) await finished(docker, await docker.pull(reference))
  return reference
}
