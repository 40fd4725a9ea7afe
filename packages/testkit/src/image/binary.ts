import { execFile } from 'node:child_process'
import { promisify } from 'node:util'
import type { LayerFile } from './layer.ts'

const run = promisify(execFile)

/**
 * A program of this machine at `path` in the image, with every shared library that `ldd` names, at the place where
 * the loader looks for it. A library that `ldd` cannot find throws, naming it.
 */
export const binaryWithLibraries = async (source: string, path: string): Promise<LayerFile[]> => {
  const { stdout } = await run('ldd', [source], { timeout: 10_000 })
  const missing = /^\s*(\S+) => not found/m.exec(stdout)?.[1]
  if (missing !== undefined) throw new Error(`${source} needs ${missing}, which is not on this machine`)
  const libraries = stdout.match(/\/\S+(?= \(0x)/g) ?? []
  return [
    { path, source, mode: 0o755 },
    ...libraries.toSorted().map((library) => ({ path: library, source: library, mode: 0o755 })),
  ]
}

/** What a program expects of any Linux: accounts, name lookup, a place for temporary files. */
export const systemFiles: readonly LayerFile[] = [
  {
    path: '/etc/passwd',
    content: [
      'root:x:0:0:root:/root:/sbin/nologin',
      'www-data:x:33:33:www-data:/var/www:/sbin/nologin',
      'haproxy:x:99:99:haproxy:/var/lib/haproxy:/sbin/nologin',
      'nginx:x:101:101:nginx:/nonexistent:/sbin/nologin',
      'nobody:x:65534:65534:nobody:/nonexistent:/sbin/nologin',
      '',
    ].join('\n'),
  },
  {
    path: '/etc/group',
    content: 'root:x:0:\nwww-data:x:33:\nhaproxy:x:99:\nnginx:x:101:\nnogroup:x:65534:\n',
  },
  { path: '/etc/nsswitch.conf', content: 'hosts: files dns\n' },
  { path: '/root', folder: true, mode: 0o700 },
  { path: '/run', folder: true },
  { path: '/tmp', folder: true, mode: 0o1777 },
]
