import { expect, it } from 'vitest'
import { withCode, type Bench } from './bench.ts'

export function imagePromises(bench: () => Bench): void {
  it('knows which images are on the host', async () => {
    const { under } = bench()
    expect(await under.engine.hasImage(under.image)).toBe(true)
    expect(await under.engine.hasImage(under.missingImage)).toBe(false)
    await under.engine.pullImage(under.image, null)
  })

  it('a container names its image by id, and the image tells what is written on it', async () => {
    const { under, spec } = bench()
    const { imageId } = await under.engine.ensureRunning(spec('described', { runs: true }))
    expect(imageId).toMatch(/^sha256:[0-9a-f]{64}$/)
    const described = await under.engine.describeImage(imageId)
    expect(described?.labels).toBeTypeOf('object')
    expect(described?.digests.every((digest) => digest.includes('@sha256:'))).toBe(true)
    expect(await under.engine.describeImage(`sha256:${'0'.repeat(64)}`)).toBeNull()
    expect(await under.engine.describeImage('../../containers/json')).toBeNull()
  })

  it('an image that nobody has is IMAGE_NOT_FOUND, pulled or run', async () => {
    const { under, spec } = bench()
    await expect(under.engine.pullImage(under.missingImage, null)).rejects.toThrow(
      withCode('IMAGE_NOT_FOUND'),
    )
    const wanted = { ...spec('imageless', { runs: true }), image: under.missingImage }
    await expect(under.engine.ensureRunning(wanted)).rejects.toThrow(withCode('IMAGE_NOT_FOUND'))
    await under.engine.removeImage(under.missingImage)
  })

  it('looks for an image at its registry and pulls nothing', async () => {
    const { under } = bench()
    await expect(under.engine.platformsOf(under.missingImage, null)).rejects.toThrow(
      withCode('IMAGE_NOT_FOUND'),
    )
    expect(await under.engine.hasImage(under.missingImage)).toBe(false)
  })

  it('a hostile name of an image reaches no engine', async () => {
    const { under } = bench()
    for (const image of ['../../containers/json?all=1', 'a b', 'app@sha256:short', '']) {
      await expect(under.engine.hasImage(image)).rejects.toThrow(withCode('IMAGE_REFERENCE_INVALID'))
      await expect(under.engine.pullImage(image, null)).rejects.toThrow(withCode('IMAGE_REFERENCE_INVALID'))
      await expect(under.engine.platformsOf(image, null)).rejects.toThrow(withCode('IMAGE_REFERENCE_INVALID'))
    }
  })
}
