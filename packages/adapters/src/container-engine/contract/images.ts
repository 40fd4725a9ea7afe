import { expect, it } from 'vitest'
import { withCode, type Bench } from './bench.ts'

export function imagePromises(bench: () => Bench): void {
  it('knows which images are on the host', async () => {
    const { under } = bench()
    expect(await under.engine.hasImage(under.image)).toBe(true)
    expect(await under.engine.hasImage(under.missingImage)).toBe(false)
    await under.engine.pullImage(under.image, null)
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

  it('a hostile name of an image reaches no engine', async () => {
    const { under } = bench()
    for (const image of ['../../containers/json?all=1', 'a b', 'app@sha256:short', '']) {
      await expect(under.engine.hasImage(image)).rejects.toThrow(withCode('IMAGE_REFERENCE_INVALID'))
      await expect(under.engine.pullImage(image, null)).rejects.toThrow(withCode('IMAGE_REFERENCE_INVALID'))
    }
  })
}
