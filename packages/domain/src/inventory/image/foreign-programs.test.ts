import fc from 'fast-check'
import { expect, test } from 'vitest'
import { foreignPrograms, machineName } from './foreign-programs.ts'

const found = (platform: string, ...programs: [path: string, machine: string][]): string[] =>
  foreignPrograms(
    programs.map(([path, machine]) => ({ path, machine })),
    platform,
  ).map(({ file, machine }) => `${file} ${machine}`)

test('a program for another machine than the image is told, wherever it may be started from', () => {
  const paths = ['usr/local/bin/app', 'app/server', 'server', 'opt/shop/bin/worker', 'srv/x86_64']
  for (const path of paths) expect(found('linux/amd64', [path, 'arm64'])).toEqual([`${path} arm64`])
  expect(found('linux/arm64/v8', ['bin/sh', 'amd64'])).toEqual(['bin/sh amd64'])
})

test('a program of the machine itself, or of its family in 32 bits, is none', () => {
  expect(found('linux/amd64', ['a', 'amd64'], ['b', '386'])).toEqual([])
  expect(found('linux/arm64/v8', ['a', 'arm64'], ['b', 'arm'])).toEqual([])
  expect(found('linux/386', ['a', 'amd64'])).toEqual(['a amd64'])
  expect(found('linux/arm/v7', ['a', 'arm64'])).toEqual(['a arm64'])
})

test('what is there for others on purpose is none: libraries, tests, folders that name a machine', () => {
  const paths = [
    'app/node_modules/esbuild-linux/bin/esbuild',
    'usr/lib/go/pkg/tool',
    'usr/libexec/helper',
    'usr/share/syslinux/memdisk',
    'go/src/debug/elf/testdata/gcc-arm64-exec',
    'opt/tools/linux-arm64/helper',
    'opt/tools/aarch64/helper',
    'usr/aarch64-linux-gnu/bin/ld',
  ]
  for (const path of paths) expect(found('linux/amd64', [path, 'arm64'])).toEqual([])
})

test('an image that does not say its platform, or one nobody knows, is not judged', () => {
  for (const platform of ['', 'linux', 'linux/pdp11']) expect(found(platform, ['a', 'arm64'])).toEqual([])
})

test('many are told as twenty and a number, and none is forgotten', () => {
  fc.assert(
    fc.property(fc.integer({ min: 1, max: 60 }), (count) => {
      const programs = Array.from({ length: count }, (_, at) => ({ path: `bin/${at}`, machine: 'arm64' }))
      const told = foreignPrograms(programs, 'linux/amd64')
      expect(told.reduce((sum, { others }) => sum + 1 + others, 0)).toBe(count)
      expect(told.length).toBeLessThanOrEqual(20)
    }),
  )
})

test('machines have the names that images have for them', () => {
  const name = (machine: number, is64 = true, isBigEndian = false) =>
    machineName({ machine, is64, isBigEndian })
  expect([name(62), name(3, false), name(183), name(40, false)]).toEqual(['amd64', '386', 'arm64', 'arm'])
  expect([name(21), name(21, true, true), name(243), name(22, true, true)]).toEqual([
    'ppc64le',
    'ppc64',
    'riscv64',
    's390x',
  ])
  // The x32 ABI has the number of amd64, and a machine without a name of its own is none.
  expect([name(62, false), name(0), name(190)]).toEqual([null, null, null])
})
